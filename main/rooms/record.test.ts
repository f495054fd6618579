import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordOf } from '../../shared/ipc/contract.ts';
import type { StatusRow } from '../../shared/ipc/rows.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { flipRow } from '../testing/damage.ts';
import { openDesk, type Desk } from '../testing/desk.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { keepRecord, type RecordKeeper } from './record.ts';

const T0 = 1_760_000_000_000;
const LIVE = { mode: 'live' } as const;

function facts(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    firedFact({ name: `A${(from + index) % 7}`, service: 'pay', at: T0 + (from + index) * 1_000 }),
  );
}

function live(profile: string): string {
  return join(profile, 'rooms', 'live');
}

function profileWith(count: number, act: (journal: Journal) => void = () => {}): string {
  const profile = scratchFolder();
  const journal = openJournal({ folder: live(profile) });
  if (count > 0) journal.appendForeign(facts(1, count), T0);
  act(journal);
  journal.close();
  return profile;
}

/** Changes a row while the journal is open. */
function harm(profile: string, seq: number): void {
  const outside = new Sqlite(join(live(profile), 'journal-0001.sqlite'));
  outside.exec('DROP TRIGGER fact_is_never_changed');
  outside.prepare('UPDATE fact SET seen_at = seen_at + 1 WHERE seq = ?').run(seq);
  outside.close();
}

async function until(read: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await read())) await delay(10);
}

async function statusOf({ window }: Desk): Promise<StatusRow> {
  const { rows } = await window.ask('table.read', { table: 'status', position: LIVE });
  return rows[0] as StatusRow;
}

function keeperOf(journal: Journal, copies: string | null = null): RecordKeeper {
  const keeper = keepRecord({
    journal,
    copies,
    now: Date.now,
    busy: () => false,
    flooded: () => false,
    mayGrow: () => true,
    onChange: () => {},
    keeps: true,
  });
  onTestFinished(() => keeper.close());
  return keeper;
}

test('J7 the check finds a damaged row while the journal is open, says so, and the next start saves it', async () => {
  const profile = profileWith(60);
  const first = openDesk({ profile });
  expect(await statusOf(first)).toMatchObject({ record: 'whole' });
  harm(profile, 7);
  await first.window.ask('record.check', {});
  const read = (): Promise<RecordOf> => first.window.ask('record.read', {});
  await until(async () => (await read()).check.damaged.length > 0);
  expect((await read()).check).toMatchObject({ damaged: [7], total: 60 });
  expect(await statusOf(first)).toMatchObject({ record: 'damaged' });
  await first.core.stop();
  // The row as it was lies on in a page: without this, salvage finds it there.
  flipRow(join(live(profile), 'journal-0001.sqlite'), 7);
  const second = openDesk({ profile });
  expect(await statusOf(second)).toMatchObject({ record: 'salvaged', facts: 60 });
  const { salvage, check } = await second.window.ask('record.read', {});
  expect(salvage).toMatchObject({ kept: 59, missing: 1 });
  expect(salvage?.report).toContain('damage at fact 7');
  expect(check.damaged).toEqual([]);
  await second.core.stop();
  // Once: what was saved is whole.
  const third = openDesk({ profile });
  expect((await third.window.ask('record.read', {})).salvage?.at).toBe(salvage?.at);
  expect(readdirSync(live(profile)).filter((name) => name.startsWith('damaged-'))).toHaveLength(1);
});

test('J7 a check goes on where it was, over all files, and tells when it was through', async () => {
  const journal = openJournal({ folder: scratchFolder(), limits: { facts: 300 } });
  onTestFinished(() => journal.close());
  journal.appendForeign(facts(1, 300), T0);
  while (!journal.seal(5));
  journal.appendForeign(facts(301, 400), T0);
  const first = keeperOf(journal);
  first.check();
  await until(() => first.read().check.checked > 0);
  first.close();
  const { checked, completedAt } = first.read().check;
  expect(checked).toBeLessThanOrEqual(400);
  const second = keeperOf(journal);
  expect(second.read().check).toMatchObject({ checked, completedAt });
  second.check();
  await until(() => second.read().check.completedAt !== null && !second.read().check.running);
  expect(second.read().check).toMatchObject({ checked: 400, total: 400, damaged: [] });
});

test('J11 a full file is sealed by itself, and the record tells its files', async () => {
  const journal = openJournal({ folder: scratchFolder(), limits: { facts: 50 } });
  onTestFinished(() => journal.close());
  journal.appendForeign(facts(1, 50), T0);
  const keeper = keeperOf(journal);
  keeper.check();
  await until(() => keeper.read().files.length === 2);
  expect(keeper.read().files).toMatchObject([
    { name: 'journal-0001.sqlite', sealed: true, facts: 50, firstSeq: 1, lastSeq: 50 },
    { name: 'journal-0002.sqlite', sealed: false, facts: 0 },
  ]);
});

test('J12 a copy and a backup on demand; a point, a backup and a full file open as rooms to read', async () => {
  const profile = profileWith(30, (journal) => {
    while (!journal.seal(5));
    journal.appendForeign(facts(31, 40), T0);
  });
  const desk = openDesk({ profile });
  await desk.window.ask('record.copy', {});
  const read = (): Promise<RecordOf> => desk.window.ask('record.read', {});
  await until(async () => (await read()).copies.points.length > 0);
  const { copies } = await read();
  expect(copies).toMatchObject({ problem: null, points: [{ lastSeq: 40 }] });
  const place = scratchFolder();
  const backup = await desk.shell.ask('record.backup', { folder: place });
  expect(backup).toMatchObject({ facts: 40 });
  for (const [path, count] of [
    [join(live(profile), 'journal-0001.sqlite'), 30],
    [backup.path, 40],
    [copies.folder, 40],
    [`${copies.folder}@${copies.points[0]?.at}`, 40],
  ] as const) {
    const opened = await desk.shell.ask('journal.open', { path });
    expect(opened, path).toMatchObject({ facts: count, session: { room: 'bundle' } });
    const extent = await desk.window.ask('timeline.extent', {});
    expect(extent.from).toBe(T0 + 1_000);
    expect(extent.to).toBe(T0 + count * 1_000);
    expect(
      await desk.window.ask('command.run', { command: { name: 'note.write', text: 'x' } }),
    ).toMatchObject({ done: false, code: 'read-only' });
  }
  const nothing = join(scratchFolder(), 'empty');
  mkdirSync(nothing);
  await expect(desk.shell.ask('journal.open', { path: nothing })).rejects.toMatchObject({
    code: 'bundle-damaged',
    message: expect.stringMatching(/neither a backup/) as string,
  });
  await desk.window.ask('bundle.close', {});
  expect((await read()).files).toHaveLength(2);
  expect(readdirSync(join(profile, 'rooms', 'opened'))).toEqual([]);
});

test('J10 what a damaged file lost and a rolling copy has comes back from there, unsent words too', async () => {
  const profile = profileWith(40, (journal) => {
    const note = { kind: 'note.written', thing: 'note:a', at: T0, body: { text: 'mine' } } as const;
    journal.appendOwn('maya', [note], T0);
  });
  const first = openDesk({ profile });
  await first.window.ask('record.copy', {});
  await until(async () => (await first.window.ask('record.read', {})).copies.points.length > 0);
  await first.core.stop();
  flipRow(join(live(profile), 'journal-0001.sqlite'), 41);
  const second = openDesk({ profile });
  const { salvage } = await second.window.ask('record.read', {});
  expect(salvage).toMatchObject({ kept: 41, missing: 0 });
  expect(salvage?.report).toContain('1 of them came from the rolling copies');
  expect(await statusOf(second)).toMatchObject({ record: 'salvaged', outbox: 1 });
  // Views were made anew over the saved journal.
  expect(existsSync(join(live(profile), 'views.sqlite'))).toBe(true);
});
