import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonBytes } from './json-text.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const offsetOf = (text: string): number | null => {
  const parsed = parseJsonBytes(bytesOf(text));
  return parsed.ok ? null : parsed.error.offset;
};

describe('JSON from bytes', () => {
  test('names the byte at which a text stops being JSON', () => {
    expect(offsetOf('{"a":1,}')).toBe(7);
    expect(offsetOf('{"a" 1}')).toBe(5);
    expect(offsetOf('[1 2]')).toBe(3);
    expect(offsetOf('{"é":}')).toBe(6);
    expect(offsetOf('["\\x"]')).toBe(2);
    expect(offsetOf('[01]')).toBe(2);
    expect(offsetOf('nul')).toBe(3);
    expect(offsetOf('{} x')).toBe(3);
    expect(offsetOf('')).toBe(0);
    expect(offsetOf('["\u0001"]')).toBe(2);
  });

  test('every cut of a body is told as ending where it was cut', () => {
    const whole = JSON.stringify({ a: [1, -2.5e3, true, null, 'x\n"é𝄞'], b: {} });
    const bytes = bytesOf(whole);
    for (let length = 0; length < bytes.length; length += 1) {
      const parsed = parseJsonBytes(bytes.subarray(0, length));
      expect(parsed.ok).toBe(false);
      if (parsed.ok) continue;
      // A cut inside a character is not UTF-8 from that character on.
      expect(parsed.error.offset).toBeGreaterThan(length - 4);
      expect(parsed.error.offset).toBeLessThanOrEqual(length);
    }
  });

  test('never throws, and its offset lies in the bytes', () => {
    const near = fc
      .tuple(fc.json(), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return bytesOf(text.slice(0, place) + put + text.slice(place + 1));
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), near), (bytes) => {
        const parsed = parseJsonBytes(bytes);
        if (parsed.ok) return;
        expect(parsed.error.offset).toBeGreaterThanOrEqual(0);
        expect(parsed.error.offset).toBeLessThanOrEqual(bytes.length);
        expect(parsed.error.reason).not.toBe('not JSON');
      }),
      { numRuns: 2_000 },
    );
  });

  test('a million brackets end nothing', () => {
    expect(offsetOf('['.repeat(1_000_000))).toBe(1_000_000);
    expect(parseJsonBytes(bytesOf('\uFEFF{"a":1}'))).toEqual({ ok: true, value: { a: 1 } });
  });

  test('an invalid byte is found', () => {
    const bytes = bytesOf('{"a":"bcd"}');
    bytes[7] = 0xff;
    expect(parseJsonBytes(bytes)).toEqual({
      ok: false,
      error: { offset: 7, code: 'not-utf8', reason: 'not UTF-8' },
    });
  });
});
