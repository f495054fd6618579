import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';

/** The rules once more, as plainly as they can be written. */
function plainly(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => plainly(one ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${plainly(member)}`);
  return `{${members.join(',')}}`;
}

const key = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'toJSON',
    '10',
    '9',
    '01',
    'a',
    'b',
    'Z',
    'ä',
    '\u{1f600}',
    '\ud800',
  ),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324, 0.1, true, false, null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 6 })
      .map((members) => Object.fromEntries(members)),
  ),
})).value;

test('canonical JSON is the same text for every order of the same keys, by whichever way it is made', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(text).toBe(plainly(value));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson({ z: value, a: [value] })).toBe(`{"a":[${text}],"z":${text}}`);
    }),
    { numRuns: 2_000 },
  );
});

test('canonical JSON leaves out undefined members and refuses what JSON cannot hold', () => {
  expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
  for (const bad of [NaN, Infinity, undefined, () => 0, Symbol('x'), 1n]) {
    expect(() => canonicalJson(bad)).toThrow(TypeError);
    expect(() => canonicalJson({ b: 1, a: { c: [bad ?? 1n] } })).toThrow(TypeError);
    expect(() => canonicalJson({ '1': 1, '': [bad ?? 1n] })).toThrow(TypeError);
  }
});
