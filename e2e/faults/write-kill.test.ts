import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDatabase } from '../../gateway/journal/database.ts';
import { openFactStore } from '../../gateway/journal/fact-store.ts';
import {
  GATEWAY_APPLICATION_ID,
  gatewayMigrations,
  openSqliteJournal,
} from '../../gateway/journal/sqlite-journal.ts';
import { JOURNAL_APPLICATION_ID, openJournal } from '../../main/journal/journal.ts';
import { journalMigrations } from '../../main/journal/migrations.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { openViews } from '../../main/views/views.ts';
import { figure, seedOf, tier, times } from '../../scripts/tier/tier.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { damageOf, NOTHING, watchJournal } from './harness/crash-check.ts';
import { machineFacts } from './harness/crash-facts.ts';
import { runFeed, twoByTwo } from './harness/crash-feed.ts';
import { startCountingGateway } from './harness/crash-gateway.ts';
import { runGateway } from './harness/crash-posts.ts';
import { broken, recorded } from './harness/strace.ts';

const SCHEMAS = journalMigrations.map(({ number }) => number);
const GATEWAY_SCHEMAS = gatewayMigrations.map(({ number }) => number);

test('J2 J9 W2 R-02 a desk killed at a write keeps all that it acknowledged', async () => {
  const old = oldJournal(scratchFolder());
  const older = machineFacts(OLD_FROM, OLD_FACTS).map(({ id }) => id as string);
  const writes = await countWrites(async (before) => void (await follow(old, before)));
  let killed = 0;
  await twoByTwo(chosen(writes, 1, 'write-kill'), async (when) => {
    const { folder, gateway, ended } = await follow(
      old,
      broken(`pwrite64:signal=KILL:when=${when}`),
    );
    if (ended === 'SIGKILL') killed += 1;
    const path = join(folder, 'journal-0001.sqlite');
    const watch = watchJournal(path, older);
    const database = new Sqlite(path, { readonly: true });
    expect([0, ...SCHEMAS], `write ${when}`).toContain(
      database.pragma('user_version', { simple: true }),
    );
    database.close();
    const acknowledged = [...gateway.acknowledged];
    expect(watch.look(gateway.sequence, acknowledged, true), `write ${when}`).toEqual(NOTHING);

    const journal = openJournal({ folder, repair: true });
    expect(journal.salvage, `write ${when}`).toBeNull();
    const views = openViews(folder, journal);
    while (views.catchUp(500).more);
    expect(journal.facts.lastSeq()).toBeGreaterThanOrEqual(watch.facts());
    views.close();
    journal.close();
    if (killed % 10 === 1) {
      // It goes on where it stood.
      const known = [...gateway.sequence];
      expect(await runFeed(gateway, { folder })).toBe('0');
      const promised = [...known, ...gateway.acknowledged];
      expect(watch.look(gateway.sequence, promised, true), `write ${when}`).toEqual(NOTHING);
    }
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  expect(killed).toBeGreaterThan(0);
  figure('R-02', 'writes of a migration, 500 facts and checkpoints', writes);
  figure(
    'R-02',
    'of these, the desk killed at',
    killed,
    tier === 'full' ? `every one of ${writes}` : '',
  );
}, 3_600_000);

test('R-02 control: a receipt before the commit is found to lose facts', async () => {
  const older = machineFacts(OLD_FROM, OLD_FACTS).map(({ id }) => id as string);
  let lost = 0;
  for (let when = 200; when < 1_000 && lost === 0; when += 61) {
    const gateway = await startCountingGateway();
    const folder = scratchFolder();
    const settings = { folder, without: 'commit-before-receipt' } as const;
    await runFeed(gateway, settings, broken(`pwrite64:signal=KILL:when=${when}`));
    const watch = watchJournal(join(folder, 'journal-0001.sqlite'), older);
    lost = watch.look(gateway.sequence, gateway.acknowledged, false).lost.length;
    await gateway.stop();
  }
  expect(lost).toBeGreaterThan(0);
});

test('J9 W2 R-02 a gateway killed at a write keeps all that it said 200 to', async () => {
  const old = join(scratchFolder(), 'old.db');
  const database = openDatabase({
    path: old,
    applicationId: GATEWAY_APPLICATION_ID,
    migrations: gatewayMigrations.slice(0, 1),
    synchronous: 'FULL',
  });
  database.transaction(() =>
    openFactStore(database).append(machineFacts(OLD_FROM, OLD_FACTS), 1),
  )();
  database.close();
  const writes = await countWrites(async (before) => void (await post(old, before)));
  let killed = 0;
  await twoByTwo(chosen(writes, 3, 'write-kill, gateway'), async (when) => {
    const { folder, told, ended } = await post(old, broken(`pwrite64:signal=KILL:when=${when}`));
    if (ended === 'SIGKILL') killed += 1;
    const path = join(folder, 'gateway.db');
    const look = new Sqlite(path, { readonly: true });
    expect([0, ...GATEWAY_SCHEMAS], `write ${when}`).toContain(
      look.pragma('user_version', { simple: true }),
    );
    expect(damageOf(look), `write ${when}`).toEqual([]);
    look.close();
    const journal = openSqliteJournal({ path, now: Date.now });
    const { last } = await journal.bounds();
    const stored = await journal.range(1, last, { facts: 1e6, length: 1e9 });
    const instances = stored
      .filter(({ fact }) => fact.kind === 'alert.fired')
      .map(({ fact }) => (fact.body['labels'] as { instance: string }).instance);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
    expect(stored.length).toBeGreaterThanOrEqual(OLD_FACTS);
    expect(
      told.filter((instance) => !instances.includes(instance)),
      `write ${when}`,
    ).toEqual([]);
    expect(new Set(instances).size).toBe(instances.length);
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  expect(killed).toBeGreaterThan(0);
  figure('R-02', 'of the gateway’s writes, killed at', `${killed} of ${writes}`);
}, 3_600_000);

/** Facts that lie in the file of the old schema before anything begins. */
const OLD_FACTS = 20;
const OLD_FROM = 1_000_000;

/** Which writes: all of them or every third, or some that are spread over all. */
function chosen(writes: number, every: number, name: string): number[] {
  const all = Math.ceil(writes / every);
  const count = times({ change: 10, full: all });
  const random = seededRandom(seedOf(name));
  return Array.from({ length: count }, (_, index) =>
    count === all ? 1 + index * every : 1 + Math.trunc(((index + random()) * writes) / count),
  );
}

/** How many writes an unbroken run makes. */
async function countWrites(run: (before: string[]) => Promise<void>): Promise<number> {
  const file = join(scratchFolder(), 'recording');
  await run(recorded(file));
  const byThread = new Map<string, number>();
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, thread] = /^(\d+) +pwrite64\(/.exec(line) ?? [];
    if (thread !== undefined) byThread.set(thread, (byThread.get(thread) ?? 0) + 1);
  }
  return Math.max(...byThread.values());
}

/** A journal of the first schema, with rows in it. */
function oldJournal(folder: string): string {
  const path = join(folder, 'old.sqlite');
  const database = openDatabase({
    path,
    applicationId: JOURNAL_APPLICATION_ID,
    migrations: journalMigrations.slice(0, 1),
    synchronous: 'FULL',
  });
  const facts = machineFacts(OLD_FROM, OLD_FACTS);
  database.transaction(() => openFactStore(database).append(facts, 1))();
  database.close();
  return path;
}

async function follow(old: string, before: readonly string[]) {
  const folder = scratchFolder();
  copyFileSync(old, join(folder, 'journal-0001.sqlite'));
  const gateway = await startCountingGateway();
  const ended = await runFeed(gateway, { folder }, before);
  return { folder, gateway, ended };
}

async function post(old: string, before: readonly string[]) {
  const folder = scratchFolder();
  copyFileSync(old, join(folder, 'gateway.db'));
  return { folder, ...(await runGateway(folder, before)) };
}
