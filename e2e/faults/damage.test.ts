import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, TOKENS, type TestGateway } from '../../gateway/test-gateway.ts';
import { openFeed } from '../../main/feeds/feed-client.ts';
import { openJournal, type Journal } from '../../main/journal/journal.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import {
  copyTemplate,
  damage,
  DAMAGES,
  makeTemplate,
  readPlainly,
  type Damage,
  type Done,
  type Template,
} from './harness/damaged-files.ts';

const FACTS = 5_000;

let scratch: string;
let template: Template;
let other: Template;
let gateway: TestGateway;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-damage-'));
  template = makeTemplate(join(scratch, 'one'), FACTS, 1);
  other = makeTemplate(join(scratch, 'two'), FACTS, 2);
  gateway = await startTestGateway();
  for (let start = 0; start < template.facts.length; start += 1_000) {
    await gateway.gateway.journal.append(template.facts.slice(start, start + 1_000));
  }
});

afterAll(async () => {
  await gateway.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test('J10 whatever happens to its files, a journal opens with all that is left, says so, and is refilled', async () => {
  const random = seededRandom(seedOf('damage'));
  const count = times({ change: 40, full: 300 });
  const refills = times({ change: 10, full: 300 });
  const kept: number[] = [];
  const took: number[] = [];
  let changing = 0;
  let unnoticed = 0;
  let flips = 0;
  for (let index = 0; index < count; index += 1) {
    const kind = DAMAGES[index % DAMAGES.length] ?? 'a bit of the file';
    const folder = join(scratch, `case-${index}`);
    copyTemplate(template, folder);
    const done = damage(kind, folder, template, other, random);
    const before = contentsOf(folder);
    const { changed, noticed } = readPlainly(folder, template);
    const began = performance.now();
    const journal = openJournal({ folder, repair: true });
    took.push(performance.now() - began);
    const what = `${kind}, case ${index}`;
    if (changed) {
      changing += 1;
      if (kind === 'a bit of the file' && !noticed) unnoticed += 1;
      expect(journal.salvage, what).not.toBeNull();
    }
    if (kind === 'a bit of the file' && changed) flips += 1;
    if (journal.salvage !== null) {
      const { aside } = journal.salvage;
      const report = readFileSync(join(aside, 'report.md'), 'utf8');
      expect(report, what).toContain(`Kept: ${journal.salvage.kept} facts`);
      // Put aside as it was, byte for byte.
      for (const [name, bytes] of before) {
        expect(readFileSync(join(aside, name)).equals(bytes), `${what}, ${name}`).toBe(true);
      }
    }
    kept.push(keptOf(journal, done, kind, what));
    if (index < refills) {
      await refill(journal);
      const ids = new Set(journal.facts.range(0, 1e9, 1e9).map(({ fact }) => fact.id));
      expect(ids.size, what).toBe(template.facts.length);
      expect(
        template.facts.every(({ id }) => ids.has(id)),
        what,
      ).toBe(true);
    }
    journal.close();
    if (existsSync(folder)) rmSync(folder, { recursive: true });
  }
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(0.99);
  // A generous guard; the figure tells how long it took.
  expect(Math.max(...took)).toBeLessThan(30_000);
  figure('R-12', 'damaged files', count, `${count}`);
  figure('R-12', 'with changed rows, all detected', changing);
  figure('R-12', 'rows kept in undamaged pages, worst (%)', round(Math.min(...kept) * 100), '≥ 99');
  figure('R-12', 'open with salvage, worst (ms)', Math.round(Math.max(...took)), '≤ 5,000');
  figure('R-12', 'row-changing bit flips', flips);
  figure('R-12', '… that integrity_check alone misses', unnoticed);
});

test('J7 the negative control: integrity_check alone misses most bit flips that change a row', () => {
  const random = seededRandom(seedOf('flips'));
  let changing = 0;
  let missed = 0;
  for (let index = 0; index < times({ change: 12, full: 60 }); index += 1) {
    const folder = join(scratch, `flip-${index}`);
    copyTemplate(template, folder);
    damage('a bit of the file', folder, template, other, random);
    const { changed, noticed } = readPlainly(folder, template);
    if (changed) changing += 1;
    if (changed && !noticed) missed += 1;
    rmSync(folder, { recursive: true });
  }
  figure('R-12', 'negative control: flips that integrity_check misses', `${missed} of ${changing}`);
  expect(missed).toBeGreaterThan(changing / 2);
});

/** Of the rows that lie in undamaged pages, the part that is there; each row must be as written. */
function keptOf(journal: Journal, done: Done, kind: Damage, what: string): number {
  const rows = journal.database.prepare('SELECT seq, hex(row_hash) AS hash FROM fact').all() as {
    seq: number;
    hash: string;
  }[];
  const there = new Set<number>();
  for (const { seq, hash } of rows) {
    expect(template.hashes.get(seq), what).toBe(hash);
    there.add(seq);
  }
  let expected = 0;
  let found = 0;
  for (const [seq, page] of template.pageOf) {
    if (done.pages.has(page) || (done.log && seq > template.lastInFile)) continue;
    // The newest pages of a damaged file lie in the log.
    if (kind === 'an empty file') continue;
    expected += 1;
    if (there.has(seq)) found += 1;
  }
  return expected === 0 ? 1 : found / expected;
}

/** Follows the gateway until it brings nothing more. */
async function refill(journal: Journal): Promise<void> {
  const isThere = (): boolean => template.facts.every(({ id }) => journal.facts.has(id));
  await new Promise<void>((resolve) => {
    let over = false;
    const look = (): void => {
      if (over || feed.status().state !== 'connected' || !isThere()) return;
      over = true;
      feed.close();
      resolve();
    };
    const feed = openFeed({
      address: gateway.gateway.address.url,
      token: TOKENS.ada,
      journal,
      now: Date.now,
      onFacts: () => void setImmediate(look),
      onStatus: () => void setImmediate(look),
      onPerson: () => {},
      onReceipts: () => {},
    });
  });
}

function contentsOf(folder: string): Map<string, Buffer> {
  return new Map(
    readdirSync(folder)
      .filter((name) => /^journal-\d+\.sqlite(-wal)?$/.test(name))
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
