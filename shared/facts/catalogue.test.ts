import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFact } from '../testing/arbitrary-facts.ts';
import { checkFact } from './catalogue.ts';
import { sealFact, type FactDraft } from './fact.ts';
import { nextHlc } from './hlc.ts';
import { compareFacts, momentOfKey, orderKey } from './order.ts';

const T0 = 1_760_000_000_000;
const note: FactDraft = {
  kind: 'note.written',
  v: 1,
  thing: 'note:one',
  at: T0,
  heardAt: T0,
  source: 'people',
  author: { person: 'maya', replica: 'r', counter: 1, hlc: nextHlc(null, T0) },
  body: { text: 'x' },
};

test('P1 every fact that is taken has a place in one total order', () => {
  fc.assert(
    fc.property(anyFact, anyFact, (left, right) => {
      expect(checkFact(left)).toMatchObject({ ok: true });
      expect(Math.sign(compareFacts(left, right))).toBe(-Math.sign(compareFacts(right, left)) || 0);
      expect(compareFacts(left, right) === 0).toBe(left.id === right.id);
      expect(momentOfKey(orderKey(left))).toBe(
        left.at > left.heardAt + 120_000 ? left.heardAt : left.at,
      );
    }),
  );
});

test.each([
  ['a clock with signs that sort elsewhere', { author: { ...note.author, hlc: '\u0001' } }],
  ['a clock that is too long', { author: { ...note.author, hlc: '0'.repeat(40) } }],
  ['a moment before 1970', { at: -1 }],
  ['a moment that no date can hold', { at: 9e15 }],
  ['a broken number', { heardAt: 1.5 }],
  ['a note about a source', { thing: 'source:am' }],
  ['a note about an alert', { thing: 'alert:00000000000000aa' }],
  ['a person’s kind without a person', { author: undefined, source: 'am' }],
  ['a source that would reach into prototypes', { source: '__proto__', author: undefined }],
])('W5 %s is refused with its place', (_name, patch) => {
  const fact = sealFact({ ...note, ...patch } as FactDraft);
  const checked = checkFact(JSON.parse(JSON.stringify(fact)));
  expect(checked).toMatchObject({ ok: false });
  if (!checked.ok) expect(checked.error.place).toMatch(/^(author|at|heardAt|thing|source)/);
});

test('T1 a heartbeat speaks only of the source that sent it', () => {
  const heard = sealFact({
    kind: 'source.heard',
    v: 1,
    thing: 'source:silent',
    at: T0,
    heardAt: T0,
    source: 'other',
    body: { speaks: 'alertmanager', intervalMs: 60_000 },
  });
  expect(checkFact(heard)).toMatchObject({ ok: false, error: { place: 'thing' } });
});

test('W5 nesting without end is refused, not fatal', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
  expect(checkFact({ ...sealFact(note), raw: deep })).toMatchObject({ ok: false });
});
