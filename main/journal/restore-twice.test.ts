import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PersonDraft } from '../../shared/commands/context.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { backUp, restore } from './backup.ts';
import { openCopies } from './copies.ts';
import { openJournal, type Journal } from './journal.ts';

/** What only goes wrong when a desk is gone back more than once, or goes on after it. */

const T0 = Date.UTC(2026, 10, 23, 2, 0, 0);
const FIVE_MINUTES_MS = 300_000;
let names = 0;
const newId = (): string => `name${(names += 1)}`;

const note = (text: string): PersonDraft => ({
  kind: 'note.written',
  thing: `note:${text}`,
  at: T0,
  body: { text },
});
const facts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    firedFact({ name: `A${from + index}`, service: 'pay', at: T0 + (from + index) * 1_000 }),
  );
const unsent = (journal: Journal): string[] => journal.outbox(null, 10).map(({ thing }) => thing);

test('J12 two names of one desk that counted alike both keep what they have not sent', async () => {
  const first = openJournal({ folder: scratchFolder() });
  first.appendOwn('maya', [note('before')], T0);
  const backup = await backUp(first, scratchFolder(), () => T0);
  const sent: StoredFact[] = first.appendOwn('maya', [note('sent')], T0 + 1);
  first.close();

  const folder = scratchFolder();
  restore({ source: backup.path, journalFolder: folder, at: null, newId });
  const second = openJournal({ folder });
  // It comes back by the feed, and carries the same counter as the next one written here.
  second.appendForeign(
    sent.map(({ fact }) => fact),
    T0 + 5,
  );
  second.appendOwn('maya', [note('unsent')], T0 + 10);
  const again = await backUp(second, scratchFolder(), () => T0 + 20);
  second.close();

  const last = scratchFolder();
  restore({ source: again.path, journalFolder: last, at: null, newId });
  const third = openJournal({ folder: last });
  expect(unsent(third)).toEqual(expect.arrayContaining(['note:before', 'note:unsent']));
  third.close();
});

test('J12 a point behind which a restore went back is no point of the journal that goes on', () => {
  let now = T0;
  const copies = join(scratchFolder(), 'copies');
  const open = (journal: Journal) =>
    openCopies({ journal, folder: copies, now: () => now, freeBytes: () => 1e10 });
  const feed = (journal: Journal, from: number, to: number): void => {
    const batch = { feed: 'gateway', epoch: 'e', part: 'tail', from, to } as const;
    journal.appendFromFeed({ ...batch, facts: facts(from, to) }, now);
  };
  const copy = (of: ReturnType<typeof open>): void => {
    of.start();
    while (of.step(50));
  };
  const journal = openJournal({ folder: scratchFolder() });
  let kept = open(journal);
  feed(journal, 1, 100);
  copy(kept);
  const early = now;
  now += FIVE_MINUTES_MS;
  feed(journal, 101, 120);
  copy(kept);
  const late = now;
  kept.close();
  journal.close();

  const folder = scratchFolder();
  restore({ source: copies, journalFolder: folder, at: early, newId });
  const back = openJournal({ folder });
  now += FIVE_MINUTES_MS;
  feed(back, 101, 103);
  kept = open(back);
  copy(kept);
  now += FIVE_MINUTES_MS;
  copy(kept);
  kept.close();
  back.close();

  const again = scratchFolder();
  restore({ source: copies, journalFolder: again, at: late, newId });
  const third = openJournal({ folder: again });
  // What the cursor claims is there.
  const held = third.feedPlace('gateway').holds.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  expect(third.facts.lastSeq()).toBe(held);
  third.close();
});
