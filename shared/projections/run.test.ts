import { expect, test } from 'vitest';
import { sealFact, type Fact } from '../facts/fact.ts';
import { sha256Hex } from '../kit/hash.ts';
import { foldThing } from './fold.ts';
import { runbookHeads, type PublishedRunbookState } from './run.ts';

const THING = 'runbook:pool.md';
const T0 = 1_760_000_040_000;

function written(text: string, at: number): Fact {
  return sealFact({
    kind: 'runbook.written',
    v: 1,
    thing: THING,
    at,
    heardAt: at,
    source: 'desk',
    author: { person: 'maya', replica: 'r', counter: at, hlc: `${at}` },
    body: { fileName: 'pool.md', text, replaces: [] },
  });
}
function published(text: string, at: number): Fact {
  const body = { fileName: 'pool.md', digest: sha256Hex(text), size: text.length };
  return sealFact({
    kind: 'runbook.published',
    v: 1,
    thing: THING,
    at,
    heardAt: at,
    source: 'gateway',
    body,
  });
}

test('R7 what a person wrote and the gateway took over does not come back beside the gateway’s next text', () => {
  const facts = [written('# a', T0), published('# a', T0 + 1), published('# b', T0 + 2)];
  const heads = (some: Fact[]) =>
    runbookHeads(foldThing(THING, some)?.state as PublishedRunbookState);
  expect(heads(facts)).toMatchObject({ published: { digest: sha256Hex('# b') }, written: [] });
  expect(heads(facts.toReversed())).toEqual(heads(facts));
  // What the gateway did not take over stands beside it.
  const other = written('# c', T0);
  expect(heads([...facts, other]).written).toMatchObject([{ factId: other.id }]);
});
