import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readActionCatalogue, type ActionCatalogue } from '../../shared/actions/catalogue.ts';
import { planAction } from '../../shared/actions/plan.ts';
import { catalogueText } from '../testing/actions.ts';
import { runCall } from './run-call.ts';

/** The most that a catalogue can allow: any text at all. What is refused then is refused always. */
const anything = {
  type: 'pattern',
  label: 'Anything',
  pattern: '(?s:.*)',
  maxLength: 1_000,
};
const WORDS = ['{it}', '--name={it}', 'x-{it}-{it}', '-o=a,{it}', '--', '{it}'];
const entry = {
  id: 'print',
  title: 'Print',
  does: 'Prints its arguments.',
  kind: 'command',
  effect: 'reads',
  // Prints every argument with a NUL behind: what arrives can be compared byte by byte.
  executable: '/usr/bin/printf',
  argv: [String.raw`%s\0`, ...WORDS],
  parameters: { it: anything },
  timeoutSeconds: 10,
};
/** Without a place at which a dash would begin an option. */
const embedded = {
  ...entry,
  id: 'embedded',
  argv: [String.raw`%s\0`, '--name={it}', '--', '{it}'],
};
const request = {
  id: 'ask',
  title: 'Ask',
  does: 'Asks.',
  kind: 'http',
  effect: 'reads',
  method: 'POST',
  url: 'https://ops.example/api/{it}/x?q={it}&z=1',
  body: { it: '{it}', n: 1 },
  parameters: { it: anything },
  timeoutSeconds: 10,
};

function catalogue(): ActionCatalogue {
  const read = readActionCatalogue(catalogueText([entry, embedded, request]));
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const HOSTILE = [
  '-rf',
  '--exec=sh',
  '-o ProxyCommand=sh',
  '--',
  '-',
  '; rm -rf /',
  '$(id)',
  '`id`',
  '${IFS}id',
  '| tee /etc/passwd',
  '&& reboot',
  'a\nb',
  'a\r\nb',
  'a\0b',
  'a b',
  '"quoted"',
  "it's",
  '\\',
  '../../etc/passwd',
  '..',
  '.',
  '%00',
  '%2e%2e%2f',
  '\u2010rf',
  '\u2013-exec',
  '\u2212o',
  '\uFF0Drf',
  '\u202Eevil',
  '\u200B-rf',
  '\uFEFF-rf',
  '\uD800',
  '*',
  '~root',
  '!!',
  '#',
  '=x',
  '@/etc/passwd',
  'https://evil.example/',
  '?a=b',
  '//evil.example',
  '界面',
  '😀',
  'e\u0301',
  ' ',
  '\t',
  '\u0085',
  '\u2028',
  '{it}',
  '%s%n',
  '',
] as const;

const hostile = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc
    .tuple(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([one, other]) => one + other),
  fc
    .tuple(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom(...HOSTILE))
    .map(([one, other]) => one + other),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** What is refused whatever a catalogue allows: nothing, what no eye sees, halves of characters. */
const NEVER = /^$|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('A1 S-12 2,000 hostile values arrive at a real program byte for byte, or are refused', async () => {
  const read = catalogue();
  let arrived = 0;
  let refused = 0;
  const values = [...HOSTILE, ...fc.sample(hostile, 2_000 - HOSTILE.length)];
  for (let from = 0; from < values.length; from += 20) {
    await Promise.all(
      values.slice(from, from + 20).map(async (value, index) => {
        const wish = {
          entry: (from + index) % 2 === 0 ? 'print' : 'embedded',
          parameters: { it: value },
        };
        const planned = planAction(read, wish, Date.now());
        const beginsOption = wish.entry === 'print' && value.startsWith('-');
        expect({ value, taken: planned.ok }).toEqual({
          value,
          taken: !NEVER.test(value) && !beginsOption && value.length <= 1_000,
        });
        if (!planned.ok) {
          refused += 1;
          return;
        }
        const { call, timeoutMs, outputBytes } = planned.value;
        const result = await runCall(call, { timeoutMs, outputBytes }).ended;
        const words = wish.entry === 'print' ? WORDS : ['--name={it}', '--', '{it}'];
        const expected = words.map((word) => `${word.replaceAll('{it}', () => value)}\0`).join('');
        expect(result).toMatchObject({ outcome: 'exited', code: 0, output: expected });
        arrived += 1;
      }),
    );
  }
  expect(arrived + refused).toBe(2_000);
  expect(arrived).toBeGreaterThan(300);
}, 120_000);

test('A1 a hostile value never leads a request to another host, path or query, or is refused', () => {
  const read = catalogue();
  fc.assert(
    fc.property(hostile, (value) => {
      const planned = planAction(read, { entry: 'ask', parameters: { it: value } }, Date.now());
      const isDots = /^\.+$/.test(value);
      expect(planned.ok).toBe(!NEVER.test(value) && !isDots && value.length <= 1_000);
      if (!planned.ok || planned.value.call.kind !== 'http') return;
      const { url, body } = planned.value.call;
      const parsed = new URL(url);
      expect(parsed.href).toBe(url);
      expect(parsed.origin).toBe('https://ops.example');
      expect(parsed.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'api', value, 'x']);
      expect([...parsed.searchParams]).toEqual([
        ['q', value],
        ['z', '1'],
      ]);
      expect(JSON.parse(body ?? '')).toEqual({ it: value, n: 1 });
    }),
    { numRuns: 2_000 },
  );
});
