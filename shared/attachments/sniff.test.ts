import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ATTACHMENT_LIMITS } from '../facts/attachment.ts';
import { attachmentName } from './file-name.ts';
import { sniffAttachment } from './sniff.ts';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));
const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

function png(width: number, height: number): Uint8Array {
  const size = new Uint8Array(8);
  new DataView(size.buffer).setUint32(0, width);
  new DataView(size.buffer).setUint32(4, height);
  return join(latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), size, latin('\x08\x02\0\0\0'));
}

function jpeg(width: number, height: number): Uint8Array {
  return join(
    // A segment of the application, padding, then the frame.
    latin('\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08'),
    Uint8Array.of(height >> 8, height & 255, width >> 8, width & 255),
    latin('\x03\x01\x11\0\x02\x11\x01\x03\x11\x01'),
  );
}

const gif = (width: number, height: number): Uint8Array =>
  join(
    latin('GIF89a'),
    Uint8Array.of(width & 255, width >> 8, height & 255, height >> 8),
    latin('\0\0\0;'),
  );

function webp(width: number, height: number): Uint8Array {
  const three = (value: number): number[] => [value & 255, (value >> 8) & 255, value >> 16];
  return join(
    latin('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0'),
    Uint8Array.from([...three(width - 1), ...three(height - 1)]),
  );
}

const lossless = (width: number, height: number): Uint8Array => {
  const bits = width - 1 + (height - 1) * 0x4000;
  return join(
    latin('RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f'),
    Uint8Array.of(bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, bits >>> 24),
    latin('\0\0\0\0\0\0'),
  );
};

test('E4 a picture is known by what it begins with, and its size is read before it is drawn', () => {
  for (const [make, type] of [
    [png, 'image/png'],
    [jpeg, 'image/jpeg'],
    [gif, 'image/gif'],
    [webp, 'image/webp'],
    [lossless, 'image/webp'],
  ] as const) {
    expect(sniffAttachment(make(640, 400))).toEqual({
      ok: true,
      value: { type, width: 640, height: 400 },
    });
    expect(sniffAttachment(make(10_000, 5_001))).toEqual({ ok: false, error: 'too-many-pixels' });
    // Cut off in its head it is none.
    const whole = make(640, 400);
    for (let length = 12; length < whole.length - 12; length += 1) {
      expect(sniffAttachment(whole.slice(0, length)).ok, `${type} ${length}`).toBe(false);
    }
  }
  expect(sniffAttachment(png(0, 4))).toEqual({ ok: false, error: 'broken-picture' });
  expect(sniffAttachment(png(0xffffffff, 0xffffffff)).ok).toBe(false);
});

test('E4 programs are text at most, and what is neither picture nor text is refused', () => {
  for (const text of [
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<!doctype html><script>alert(1)</script>',
    'plain\r\n\ttext \u001b[31mred\u001b[0m 中文',
  ]) {
    expect(sniffAttachment(utf8(text))).toMatchObject({ value: { type: 'text/plain' } });
  }
  for (const bytes of [
    latin('PK\x03\x04zip'),
    latin('%PDF-1.7\n\0'),
    latin('\x7fELF'),
    latin('\xff\xfea\0'),
    utf8('a\0b'),
    latin('BM6\0\0\0'),
  ]) {
    expect(sniffAttachment(bytes)).toEqual({ ok: false, error: 'unknown-type' });
  }
  expect(sniffAttachment(new Uint8Array())).toEqual({ ok: false, error: 'empty' });
  expect(sniffAttachment(new Uint8Array(ATTACHMENT_LIMITS.bytes + 1))).toEqual({
    ok: false,
    error: 'too-large',
  });
});

test('E4 any bytes give a type or a reason', () => {
  const begun = fc
    .tuple(
      fc.constantFrom(png(2, 2), jpeg(2, 2), gif(2, 2), webp(2, 2), latin('\xff\xd8\xff')),
      fc.uint8Array({ maxLength: 60 }),
      fc.nat({ max: 40 }),
    )
    .map(([head, tail, cut]) => join(head.slice(0, cut), tail));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), begun), (bytes) => {
      const sniffed = sniffAttachment(bytes);
      if (!sniffed.ok || sniffed.value.type === 'text/plain') return;
      const { width, height } = sniffed.value;
      expect((width ?? 0) * (height ?? 0)).toBeGreaterThan(0);
      expect((width ?? 0) * (height ?? 0)).toBeLessThanOrEqual(ATTACHMENT_LIMITS.pixels);
    }),
    { numRuns: 2_000 },
  );
});

test('E4 a name leads nowhere, turns no line and is never longer than one', () => {
  expect(attachmentName('../../etc/passwd', 'x')).toBe('passwd');
  expect(attachmentName('C:\\Users\\ada\\panel.png', 'x')).toBe('panel.png');
  expect(attachmentName('\u202egpj.exe', 'x')).toBe('gpj.exe');
  expect(attachmentName('..', 'x')).toBe('x');
  expect(attachmentName('a/', 'x')).toBe('x');
  expect(attachmentName(`${'n'.repeat(500)}.png`, 'x')).toMatch(/^n+….png$/u);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (claimed) => {
      const name = attachmentName(claimed, 'evidence');
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(120);
      expect(name).not.toMatch(/[/\\\p{Cc}\p{Cf}\p{Cs}]/u);
      expect(name).not.toMatch(/^\.+$/u);
    }),
    { numRuns: 1_000 },
  );
});
