import { openCopies } from '../../../main/journal/copies.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { firedFact } from '../../../main/testing/facts.ts';

/**
 * A desk whose files are full every few commits: it appends, seals and copies without a pause until it
 * is killed. Prints the last seq after each commit, and `salvaged` where it found damage at its start.
 */
export type SealingDeskWords = [folder: string, copies: string];

const [folder, place] = process.argv.slice(2) as SealingDeskWords;
const journal = openJournal({ folder, repair: true, copies: place, limits: { facts: 40 } });
if (journal.salvage !== null) console.log(`salvaged: ${journal.salvage.reason}`);
let now = Date.now();
const copies = openCopies({ journal, folder: place, now: () => now, freeBytes: () => 1e12 });
let number = journal.facts.lastSeq();

function turn(): void {
  const batch = Array.from({ length: 10 }, () => {
    number += 1;
    const at = 1_760_000_000_000 + number * 1_000;
    return firedFact({ name: `A${number % 40}`, service: `pay-${number % 70}`, at });
  });
  journal.appendForeign(batch, now);
  console.log(journal.facts.lastSeq());
  if (journal.isFull()) journal.seal(2);
  // Five minutes go by with every turn: a copy is always due.
  if (!copies.step(2)) now += 300_000;
  setImmediate(turn);
}

turn();
