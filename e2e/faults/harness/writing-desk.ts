import { openJournal } from '../../../main/journal/journal.ts';
import { firedFact } from '../../../main/testing/facts.ts';

/**
 * A desk that takes facts without a pause, batch after batch, until it is ended: what a backup meets.
 * Prints the last seq after every tenth commit.
 */
export type WritingDeskWords = [folder: string, factsOfABatch: string];

const [folder, words] = process.argv.slice(2) as WritingDeskWords;
const journal = openJournal({ folder });
const size = Number(words);
let number = 0;

function write(): void {
  const batch = Array.from({ length: size }, () => {
    number += 1;
    const at = 1_760_000_000_000 + number * 1_000;
    return firedFact({ name: `A${number % 40}`, service: `pay-${number % 700}`, at });
  });
  journal.appendForeign(batch, Date.now());
  if ((number / size) % 10 === 0) process.stdout.write(`${journal.facts.lastSeq()}\n`);
  setTimeout(write, 2);
}

write();
