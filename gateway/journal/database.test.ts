import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyBeforePath, guardLog, openDatabase, type OpenOptions } from './database.ts';

const FIRST = { number: 10, sql: 'CREATE TABLE word (text TEXT) STRICT' };
const SECOND = { number: 20, sql: 'ALTER TABLE word ADD COLUMN at INTEGER' };
const BROKEN = { number: 30, sql: 'CREATE TABLE other (a TEXT) STRICT; SELECT nothing' };

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function optionsFor(folder: string, more: Partial<OpenOptions> = {}): OpenOptions {
  return {
    path: join(folder, 'words.sqlite'),
    applicationId: 77,
    migrations: [FIRST],
    synchronous: 'FULL',
    ...more,
  };
}

describe('J9 before a migration', () => {
  test('J15 what lies in the file is copied, the log with it, and stays when the step fails', () => {
    const folder = scratch();
    const first = openDatabase(optionsFor(folder));
    first.prepare('INSERT INTO word VALUES (?)').run('kept');
    // It lies in the log alone.
    const path = optionsFor(folder).path;
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    first.close();

    const steps = optionsFor(folder, { migrations: [FIRST, SECOND, BROKEN] });
    expect(() => openDatabase(steps)).toThrow('nothing');
    const copy = new Sqlite(copyBeforePath(path, 30), { readonly: true });
    expect(copy.prepare('SELECT * FROM word').all()).toEqual([{ text: 'kept' }]);
    expect(copy.pragma('user_version', { simple: true })).toBe(10);
    copy.close();
    const left = new Sqlite(path);
    expect(left.pragma('user_version', { simple: true })).toBe(20);
    expect(left.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'other'").get()).toBe(undefined);
    left.close();
  });

  test('what can be made again is not copied', () => {
    const folder = scratch();
    openDatabase(optionsFor(folder, { synchronous: 'NORMAL' })).close();
    const later = { synchronous: 'NORMAL' as const, migrations: [FIRST, SECOND] };
    openDatabase(optionsFor(folder, later)).close();
    expect(readdirSync(folder)).toEqual(['words.sqlite']);
  });

  test('a file that another program has open is left as it is', () => {
    const folder = scratch();
    openDatabase(optionsFor(folder)).close();
    const other = new Sqlite(optionsFor(folder).path);
    other.prepare('INSERT INTO word VALUES (?)').run('theirs');
    const later = optionsFor(folder, { migrations: [FIRST, SECOND] });
    expect(() => openDatabase(later)).toThrow('open in another program');
    expect(other.pragma('user_version', { simple: true })).toBe(10);
    other.close();
    openDatabase(later).close();
    expect(existsSync(copyBeforePath(later.path, 20))).toBe(true);
  });
});

describe('R-17 the guard of the log', () => {
  test('empties a log that has grown, tells one that something holds, and when it is free again', () => {
    const database = openDatabase(optionsFor(scratch()));
    onTestFinished(() => void database.close());
    database.pragma('wal_autocheckpoint = 0');
    const path = `${database.name}-wal`;
    const write = database.prepare('INSERT INTO word VALUES (?)');
    const grow = (bytes: number): void => {
      while (statSync(path).size < bytes) write.run('x'.repeat(10_000));
    };
    const limits = { emptyBytes: 200_000, heldBytes: 600_000 };
    const guard = guardLog(database, limits);
    grow(250_000);
    expect(guard.check()).toBe('free');
    expect(statSync(path).size).toBe(0);

    write.run('seen');
    const reader = new Sqlite(database.name, { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM word').get();
    grow(300_000);
    const began = performance.now();
    expect(guardLog(database, limits).check()).toBe('free');
    // It never waits for the reader, though a write would wait for another writer.
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(database.pragma('busy_timeout', { simple: true })).toBe(5_000);
    grow(600_000);
    const held = guardLog(database, limits);
    expect(held.check()).toBe('held');
    reader.close();
    expect(guardLog(database, limits).check()).toBe('free');
    expect(statSync(path).size).toBe(0);
    expect(held.check()).toBe('free');
  });
});
