import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import { restore } from '../../main/journal/backup.ts';
import { checkFolder } from '../../main/journal/check-folder.ts';
import { readPoints } from '../../main/journal/copy-points.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import type { SealingDeskWords } from './harness/sealing-desk.ts';

test('J11 killed at any moment while files are sealed and copied: nothing lost, nothing twice, nothing taken for damage', async () => {
  const random = seededRandom(seedOf('sealing'));
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-sealing-'));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const words: SealingDeskWords = [join(scratch, 'live'), join(scratch, 'copies')];
  const [folder, copies] = words;
  const kills = times({ change: 8, full: 150 });
  let acknowledged = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const desk = spawn(
      process.execPath,
      [join(import.meta.dirname, 'harness', 'sealing-desk.ts'), ...words],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    const commits = 1 + Math.floor(random() * 25);
    const ended = once(desk, 'close');
    desk.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      // After so many commits and a moment more: also between them, in a sealing or a copy.
      if (text.split('\n').length > commits) {
        setTimeout(() => desk.kill('SIGKILL'), random() * 30);
      }
    });
    await ended;
    const lines = text.split('\n').slice(0, -1);
    expect(lines.filter((line) => line.startsWith('salvaged'))).toEqual([]);
    acknowledged = Number(lines.at(-1) ?? acknowledged);
    const files = checkFolder(folder, { rows: true });
    expect(files.filter(({ damage }) => damage !== null)).toEqual([]);
    expect(files.at(-1)?.lastSeq || files.at(-2)?.lastSeq).toBeGreaterThanOrEqual(acknowledged);
  }
  const journal = openJournal({ folder, repair: true });
  expect(journal.salvage).toBeNull();
  const last = journal.facts.lastSeq();
  const seqs: number[] = [];
  const ids = new Set<string>();
  for (let after = 0; after < last;) {
    const page = journal.facts.range(after, last, 1_000);
    for (const { seq, fact } of page) {
      seqs.push(seq);
      ids.add(fact.id);
    }
    after = page.at(-1)?.seq ?? last;
  }
  expect(seqs).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  expect(ids.size).toBe(last);
  const sealed = journal.files().length - 1;
  expect(sealed).toBeGreaterThan(0);
  journal.close();
  // Whatever the kills left of the copies: their newest point can be gone back to.
  const points = readPoints(copies);
  expect(points.length).toBeGreaterThan(0);
  const target = join(scratch, 'restored');
  const restored = restore({ source: copies, journalFolder: target, at: null, newId: () => 'r' });
  expect(restored.lastSeq).toBe(points.at(-1)?.lastSeq);
  expect(restored.facts).toBe(restored.lastSeq);
  figure(
    'R-01',
    'kills while files are sealed and copied: lost, doubled, taken for damage',
    0,
    '0',
  );
  figure('R-01', `… of ${kills} kills; files sealed`, sealed);
});
