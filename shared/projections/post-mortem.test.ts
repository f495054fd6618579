import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { sha256Hex } from '../kit/hash.ts';
import { foldThing } from './fold.ts';
import { standingDigest, type PostMortemState } from './post-mortem.ts';

const THING = 'post-mortem:one';

let counter = 0;
function fact(kind: string, at: number, body: object): Fact {
  counter += 1;
  return sealFact({
    kind,
    v: 1,
    thing: THING,
    at,
    heardAt: at,
    source: PEOPLE,
    author: { person: 'maya', replica: 'laptop', counter, hlc: nextHlc(null, at) },
    body: body as Fact['body'],
  });
}

const drafted = (at: number, text: string): Fact =>
  fact('post-mortem.drafted', at, {
    incident: 'incident:one',
    language: 'en',
    sections: [
      { section: 'summary', text },
      { section: 'impact', text },
    ],
  });
const edited = (at: number, replaces: string, text: string): Fact =>
  fact('post-mortem.edited', at, { section: 'summary', replaces: sha256Hex(replaces), text });

const stateOf = (...facts: Fact[]): PostMortemState =>
  foldThing(THING, facts)?.state as PostMortemState;

test('M7 a newer draft renews what nobody touched and leaves what a person wrote', () => {
  const { sections } = stateOf(
    drafted(1, 'first'),
    edited(2, 'first', 'my words'),
    drafted(3, 'second'),
  );
  expect(sections.summary).toMatchObject({ text: 'my words', isDraft: false });
  expect(sections.impact).toMatchObject({ text: 'second', isDraft: true });
});

test('M7 an edit of a draft that was renewed meanwhile stands', () => {
  const state = stateOf(drafted(1, 'first'), drafted(2, 'second'), edited(3, 'first', 'my words'));
  expect(state.sections.summary?.text).toBe('my words');
  expect(state.conflicts).toEqual([]);
});

const joined = (at: number, replaces: readonly string[], text: string): Fact =>
  fact('post-mortem.edited', at, {
    section: 'summary',
    replaces: sha256Hex(JSON.stringify(replaces)),
    text,
  });

test('M7 whoever writes on without having seen what another wrote beside leaves it beside', () => {
  const apart = [
    drafted(1, 'v0'),
    edited(2, 'v0', 'v1'),
    edited(3, 'v1', 'v2'),
    edited(4, 'v1', 'from Bob'),
    edited(5, 'v2', 'v3'),
  ];
  const state = stateOf(...apart);
  expect(state.sections.summary?.text).toBe('v3');
  expect(state.conflicts.map(({ text }) => text)).toEqual(['from Bob']);
  expect(standingDigest(state, 'summary')).toBe(sha256Hex('["v3","from Bob"]'));
  const met = stateOf(...apart, joined(6, ['v3', 'from Bob'], 'both'));
  expect(met.sections.summary?.text).toBe('both');
  expect(met.conflicts).toEqual([]);
  expect(met.history.map(({ text }) => text)).toContain('from Bob');
});

test('M7 no order of drafts and edits loses what a person wrote', () => {
  const steps = fc.array(
    fc.record({
      does: fc.constantFrom('draft' as const, 'edit' as const, 'join' as const),
      of: fc.nat(11),
      text: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const facts: Fact[] = [];
      const words = list.map(({ does, text }, index) =>
        does === 'draft' ? text : `mine ${text} ${String(index)}`,
      );
      for (const [index, { does, of, text }] of list.entries()) {
        const seen = stateOf(...facts.slice(0, of));
        if (does === 'draft') facts.push(drafted(index + 1, text));
        else if (does === 'edit') {
          facts.push(edited(index + 1, words[of] ?? '', words[index] ?? ''));
        } else {
          const replaces = seen === undefined ? sha256Hex('') : standingDigest(seen, 'summary');
          facts.push(
            fact('post-mortem.edited', index + 1, {
              section: 'summary',
              replaces,
              text: words[index] ?? '',
            }),
          );
        }
      }
      const { sections, conflicts, history } = stateOf(...facts);
      const kept = new Set(
        [...Object.values(sections), ...conflicts, ...history].map(({ text }) => text),
      );
      // All words of persons stand, lie beside others' as a conflict, or stood before what replaced them.
      for (const [index, { does }] of list.entries()) {
        if (does !== 'draft') expect(kept).toContain(words[index]);
      }
    }),
    { numRuns: 300 },
  );
});
