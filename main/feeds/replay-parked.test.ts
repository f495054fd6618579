import { expect, onTestFinished, test } from 'vitest';
import { openParked } from '../journal/parked.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { readLine } from './inputs.ts';
import { replayParked } from './replay-parked.ts';

const AT = 1_760_000_000_000;

function journalIn(folder = scratchFolder()): Journal {
  const journal = openJournal({ folder });
  onTestFinished(() => journal.close());
  return journal;
}

const replay = (journal: Journal, version: string): Promise<number> =>
  replayParked({
    journal,
    version,
    now: () => AT,
    onFacts: () => undefined,
    isOver: () => false,
  });

test('W5 what a later version understands is replayed from what was parked, once a version', async () => {
  const journal = journalIn();
  const fact = firedFact({ name: 'A', service: 's', at: AT });
  // As an earlier version parked them: one it only did not know, one that is broken for good.
  const broken = JSON.stringify({ ...fact, id: '0'.repeat(64) });
  const parked = [JSON.stringify(fact), broken, 'no JSON'].map((raw) => ({
    source: 'feed',
    place: 'tail[0]',
    code: 'wrong-value' as const,
    reason: 'not known yet',
    excerpt: '',
    raw,
  }));
  journal.appendFromFeed(
    { feed: 'gateway', epoch: 'e', part: 'tail', from: 1, to: 3, facts: [], parked },
    AT,
  );
  expect(journal.parked(0, 10).map(({ raw }) => raw)).toEqual(parked.map(({ raw }) => raw));
  expect(await replay(journal, 'next')).toBe(1);
  expect(journal.facts.range(0, 10, 10).map(({ fact: stored }) => stored)).toEqual([fact]);
  expect(journal.parked(0, 10).map(({ raw }) => raw)).toEqual([broken, 'no JSON']);
  // The same version does not try again; the next one does.
  expect(await replay(journal, 'next')).toBe(0);
  expect(await replay(journal, 'after')).toBe(0);
  // The cursor stands where it stood, and the quarantine still counts all three.
  expect(journal.feedPlace('gateway').holds).toEqual([[1, 3]]);
  expect(journal.quarantineSize()).toBe(3);
});

test('W5 an input that is not understood is parked whole, unless it is too large', () => {
  const fact = firedFact({ name: 'A', service: 's', at: AT });
  const line = JSON.stringify({ ...fact, body: { ...fact.body, severity: 'purple' } });
  expect(readLine('tail[3]', line).problem).toMatchObject({
    place: 'tail[3].body.severity',
    raw: line,
  });
  const journal = journalIn();
  const limits = { length: 100, inputs: 3, bytes: 200 };
  const parked = openParked(journal.database, limits);
  const keep = (raw: string): void =>
    parked.keep({ at: AT, source: 's', place: 'p', reason: 'r', raw });
  keep('x'.repeat(101));
  expect(parked.count()).toBe(0);
  for (const raw of ['a', 'b', 'c', 'd']) keep(raw);
  expect(parked.list(0, 10).map(({ raw }) => raw)).toEqual(['b', 'c', 'd']);
  // Two large ones leave no room for the others: the oldest go, the count goes on.
  keep('e'.repeat(99));
  keep('f'.repeat(100));
  expect(parked.list(0, 10).map(({ raw }) => raw.length)).toEqual([1, 99, 100]);
  keep('g'.repeat(100));
  expect(parked.list(0, 10).map(({ raw }) => raw[0])).toEqual(['f', 'g']);
  expect(parked.count()).toBe(7);
});
