import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { sha256Hex } from '../kit/hash.ts';
import { foldThing } from './fold.ts';
import type { PostMortemState } from './post-mortem.ts';

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

test('M7 no order of drafts and edits loses what a person wrote', () => {
  const steps = fc.array(
    fc.record({ isEdit: fc.boolean(), of: fc.nat(5), text: fc.constantFrom('a', 'b', 'c', 'd') }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const facts = list.map(({ isEdit, of, text }, index) =>
        isEdit
          ? edited(index + 1, list[of]?.text ?? '', `mine ${text} ${String(index)}`)
          : drafted(index + 1, text),
      );
      const { sections, conflicts, history } = stateOf(...facts);
      const kept = new Set(
        [...Object.values(sections), ...conflicts, ...history].map(({ text }) => text),
      );
      const last = list.findLastIndex(({ isEdit }) => isEdit);
      if (last < 0) return;
      // The newest words of a person stand, or lie beside others' as a conflict.
      expect(kept).toContain(`mine ${list[last]?.text ?? ''} ${String(last)}`);
    }),
    { numRuns: 300 },
  );
});
