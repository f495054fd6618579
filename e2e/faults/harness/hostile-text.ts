import fc from 'fast-check';

/**
 * Hostile JSON for tests: valid payloads of which a value, a key or some bytes were replaced. It is
 * made as text, because much of what hurts (a key twice, half a surrogate, 1e999, NaN) has no value.
 */

/** A valid payload, cut where something can be put in its place. */
export interface Template {
  readonly text: string;
  readonly values: readonly Span[];
  readonly keys: readonly Span[];
}

type Span = readonly [from: number, to: number];

/** Finds every value and key of a valid JSON text. */
export function templateOf(value: unknown): Template {
  const text = JSON.stringify(value);
  const values: Span[] = [];
  const keys: Span[] = [];
  let at = 0;
  const skipString = (): void => {
    at += 1;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
  };
  const walk = (): void => {
    const from = at;
    if (text[at] === '{' || text[at] === '[') {
      const isObject = text[at] === '{';
      at += 1;
      while (text[at] !== '}' && text[at] !== ']') {
        if (isObject) {
          const key = at;
          skipString();
          keys.push([key, at]);
          at += 1;
        }
        walk();
        if (text[at] === ',') at += 1;
      }
      at += 1;
    } else if (text[at] === '"') skipString();
    else while (at < text.length && !',]}'.includes(text[at] ?? '')) at += 1;
    values.push([from, at]);
  };
  walk();
  return { text, values, keys };
}

/** What is put in the place of a value: some of it is no JSON. */
const VALUES = [
  ...words`null true false 0 -0 1 -1 2 4 0.5 1e999 -1e999 1e-999 9007199254740993 8640000000000001
    253402300800000 1760000000000 "" [] {} [[]] [null] [{}] [1,"a"] {"a":1} "4" "1" "x" "whole"
    "prom" "people" "gateway" "__proto__" "constructor" "toString" "firing" "resolved" "critical"
    "Watchdog" "service" "sync" "deploy" "2026-11-23T11:00:00Z" "2031-01-01T00:00:00Z"
    "2026-11-23t11:00:00.123456789+08:00" "0001-01-01T00:00:00Z" "2026-02-30T00:00:00Z"
    "2026-11-23T24:00:00Z" "9999-99-99" "1980-01-01T00:00:00Z" "2026-11-23T11:00:00" "yesterday"
    "\ud800" "a\udc00b" "\u0000" "\u0007" "\u202e\u200b" "é" "支付" "javascript:alert(1)"
    "https://a.example/" "<script>alert(1)</script>" "{{7*7}}"
    {"__proto__":{"polluted":true}} {"constructor":{"prototype":{"polluted":true}}}
    {"toString":"x","hasOwnProperty":1,"valueOf":null} {"then":"x","toJSON":"x"}
    {"length":4294967295,"0":"a"} ["__proto__","constructor"]`,
  ' ',
  '" "',
  '"2026-11-23 11:00:00Z"',
  // No JSON from here on.
  ...words`NaN Infinity -Infinity undefined 'x' 0x10 01 +1 .5 1. "\x41" "\u12" "open /*c*/1 1//c
    {a:1} [1,] {"a":1,} True nul --1 1e "\ [ { ] } : ,`,
  '\u00a01',
  '\ufeff1',
  '',
  '"a\nb"',
  '"a\tb"',
];

const KEYS = [
  ...words`"__proto__" "constructor" "prototype" "toString" "hasOwnProperty" "then" "toJSON" ""
    "\ud800" "\u0000" "version" "source" "status" "id" "name" "labels" "alertname" "at" "nodes"
    "__defineGetter__" "length" "支付" key 'key' 1 null`,
  '" "',
];

/** The words of a text as they are written, backslashes too. */
function words(text: TemplateStringsArray): string[] {
  return (text.raw[0] ?? '').trim().split(/\s+/);
}

const largeValue = fc
  .tuple(
    fc.constantFrom('text', 'brackets', 'braces', 'closed', 'keys', 'list', 'escapes'),
    fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 50, max: 1_200 }) },
      { weight: 6, arbitrary: fc.integer({ min: 1_000, max: 20_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 100_000 }) },
    ),
  )
  .map(([shape, size]) => {
    switch (shape) {
      case 'brackets':
        return '['.repeat(size);
      case 'braces':
        return '{"a":'.repeat(size);
      case 'closed':
        return `${'['.repeat(size)}1${']'.repeat(size)}`;
      case 'keys':
        return `{${Array.from({ length: Math.ceil(size / 8) }, (_, n) => `"k${n}":"v"`).join(',')}}`;
      case 'list':
        return `[${'{},'.repeat(Math.ceil(size / 3))}1]`;
      case 'escapes':
        return `"${'\\ud83d'.repeat(Math.ceil(size / 6))}"`;
      default:
        return `"${'a'.repeat(size)}"`;
    }
  });

const hostileValue = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)),
  },
  { weight: 1, arbitrary: largeValue },
);
const hostileKey = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 300, max: 3_000 }).map((size) => `"${'k'.repeat(size)}"`),
  },
);

const change = fc.record({
  what: fc.oneof(
    { weight: 10, arbitrary: fc.constant('value' as const) },
    { weight: 4, arbitrary: fc.constantFrom('key' as const, 'twice' as const, 'drop' as const) },
  ),
  // Not `fc.double`: a bias to the edges would hit the same places for ever.
  place: fc.integer({ min: 0, max: 2 ** 30 }),
  value: hostileValue,
  key: hostileKey,
});

const byteChange = fc.record({
  what: fc.constantFrom('flip', 'set', 'cut', 'insert', 'repeat'),
  place: fc.integer({ min: 0, max: 2 ** 30 }),
  byte: fc.nat({ max: 255 }),
});

const encoder = new TextEncoder();

/** Bytes as a hostile or broken sender may post them, made from one of these templates. */
export function hostileBytes(templates: readonly Template[]): fc.Arbitrary<Uint8Array> {
  const text = hostileText(templates);
  return fc.oneof(
    { weight: 12, arbitrary: text.map((one) => encoder.encode(one)) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          fc.oneof(fc.constantFrom(...templates.map((one) => one.text)), text),
          fc.array(byteChange, { minLength: 1, maxLength: 4 }),
        )
        .map(([one, changes]) => changes.reduce(withByteChange, encoder.encode(one))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
    { weight: 1, arbitrary: fc.json().map((one) => encoder.encode(one)) },
    { weight: 1, arbitrary: largeValue.map((one) => encoder.encode(one)) },
  );
}

/** JSON (or nearly) made from one of these templates. */
export function hostileText(templates: readonly Template[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...templates), fc.array(change, { minLength: 1, maxLength: 2 }))
    .map(([template, changes]) => {
      // Changes of one text lie apart: later places first, so that the others stay where they are.
      const edits = changes.map((one) => editOf(template, one)).sort((a, b) => b.from - a.from);
      let text = template.text;
      let below = Infinity;
      for (const { from, to, put } of edits) {
        if (to > below) continue;
        text = text.slice(0, from) + put + text.slice(to);
        below = from;
      }
      return text;
    });
}

/** Values as they come out of JSON; what is no JSON is left out. */
export function hostileValues(templates: readonly Template[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    {
      weight: 12,
      arbitrary: hostileText(templates).map((text) => {
        try {
          return JSON.parse(text) as unknown;
        } catch {
          return text;
        }
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom(...UNCOMMON) },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 3, withNullPrototype: true }) },
  );
}

/** What no JSON gives, and a port or a binary frame may. */
const UNCOMMON: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  Infinity,
  10n,
  Symbol('odd'),
  new Date(Number.NaN),
  new Uint8Array(64),
  new Map([['id', 1]]),
  () => 1,
  Object.create(null),
  Object.freeze([]),
];

function editOf(
  { values, keys }: Template,
  { what, place, value, key }: { what: string; place: number; value: string; key: string },
): { from: number; to: number; put: string } {
  const pick = (spans: readonly Span[]): Span => spans[place % spans.length] ?? [0, 0];
  if (what !== 'value' && keys.length > 0) {
    const [from, to] = pick(keys);
    if (what === 'key') return { from, to, put: key };
    // The same key again before it, or another one with a value of its own.
    if (what === 'twice') return { from, to: from, put: `${key}:${value},` };
    return { from, to, put: '"dropped"' };
  }
  const [from, to] = pick(values);
  return { from, to, put: value };
}

function withByteChange(
  bytes: Uint8Array,
  { what, place, byte }: { what: string; place: number; byte: number },
): Uint8Array {
  const at = place % (bytes.length + 1);
  switch (what) {
    case 'cut':
      return bytes.slice(0, at);
    case 'insert':
      return join(bytes.subarray(0, at), Uint8Array.of(byte), bytes.subarray(at));
    case 'repeat':
      return join(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - byte)));
    default: {
      const copy = bytes.slice();
      if (at < copy.length) copy[at] = what === 'set' ? byte : (copy[at] ?? 0) ^ (1 << (byte % 8));
      return copy;
    }
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
