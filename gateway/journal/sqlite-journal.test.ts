import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { foldThing } from '../../shared/projections/fold.ts';
import { describeJournal, sampleFact, sampleFacts } from './journal-conformance.ts';
import type { Journal } from './journal.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

const folders: string[] = [];
async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-journal-'));
  folders.push(folder);
  return join(folder, 'gateway.db');
}
const open = (path: string): Journal =>
  openSqliteJournal({ path, now: () => 1, quarantineRows: 32 });

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describeJournal('sqlite', async () => {
  const path = await newPath();
  return { open: async () => open(path), dispose: async () => undefined };
});

describe('sqlite journal', () => {
  test('J1 is written with synchronous=FULL and never changed or removed', async () => {
    const path = await newPath();
    const journal = open(path);
    await journal.append(sampleFacts(2));
    await journal.close();
    const raw = new Sqlite(path);
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(() => raw.prepare('DELETE FROM fact').run()).toThrow('never removed');
    expect(() => raw.prepare("UPDATE fact SET kind = 'x'").run()).toThrow('never changed');
    raw.close();
  });

  test('W5 an append that cannot be stored does not take its neighbours with it', async () => {
    const journal = open(await newPath());
    const wrong = { ...sampleFact(1), id: 'not hex' } as unknown as Fact;
    const outcomes = await Promise.allSettled([
      journal.append([sampleFact(2)]),
      journal.append([sampleFact(3), wrong]),
      journal.append([sampleFact(4)]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await journal.bounds()).toEqual({ first: 1, last: 2 });
    await journal.close();
  });

  test('W2 who asks whether all before is stored hears no yes when some of it failed', async () => {
    const journal = open(await newPath());
    const wrong = { ...sampleFact(1), id: 'not hex' } as unknown as Fact;
    const outcomes = await Promise.allSettled([
      journal.append([]),
      journal.append([wrong]),
      journal.append([]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await journal.close();
  });

  test('a file of something else is left untouched', async () => {
    const path = await newPath();
    const raw = new Sqlite(path);
    raw.exec('CREATE TABLE t (x)');
    raw.close();
    expect(() => open(path)).toThrow('left untouched');
  });

  test('W3 for any machine facts in any order, the heads read the same as all facts', async () => {
    const path = await newPath();
    const journal = open(path);
    const moment = fc.integer({ min: 1, max: 30 }).map((n) => n * 1_000);
    const source = fc.constantFrom('a', 'b');
    const described = {
      fingerprint: '00000000000000aa',
      name: 'X',
      severity: 'info',
      labels: {},
      annotations: {},
    };
    const machineFact = fc
      .record({
        kind: fc.constantFrom('fired', 'resolved', 'heard', 'node', 'gone'),
        moment,
        source,
      })
      .map(({ kind, moment: at, source: from }): Fact => {
        const base = { v: 1, at, heardAt: 100_000, source: from };
        switch (kind) {
          case 'fired':
            return sealFact({
              ...base,
              kind: 'alert.fired',
              thing: 'alert:00000000000000aa',
              // A lease grows with the moment it is given at, as the gateway's renewals do.
              body: { ...described, startsAt: 500, leaseUntil: at + 5_000 },
            });
          case 'resolved':
            return sealFact({
              ...base,
              kind: 'alert.resolved',
              thing: 'alert:00000000000000aa',
              body: { ...described, startsAt: 500, endsAt: at },
            });
          case 'heard':
            return sealFact({
              ...base,
              kind: 'source.heard',
              thing: `source:${from}`,
              body: { speaks: 'alertmanager', intervalMs: 60_000 },
            });
          case 'node':
            return sealFact({
              ...base,
              kind: 'node.declared',
              thing: 'node:web',
              body: { name: 'web', kind: 'service', zone: `z${at}` },
            });
          default:
            return sealFact({
              ...base,
              kind: 'node.retired',
              thing: 'node:web',
              body: { name: 'web' },
            });
        }
      });
    await fc.assert(
      fc.asyncProperty(fc.array(machineFact, { minLength: 1, maxLength: 25 }), async (facts) => {
        const fresh = open(await newPath());
        for (const fact of facts) await fresh.append([fact]);
        const { last } = await fresh.bounds();
        const limit = { facts: 1_000, length: 1e9 };
        const all = (await fresh.range(1, last, limit)).map(({ fact }) => fact);
        const heads = (await fresh.heads([[1, last]], 0, limit)).map(({ fact }) => fact);
        for (const thing of new Set(all.map((fact) => fact.thing))) {
          const state = (set: Fact[]): object | undefined => {
            const folded = foldThing(
              thing,
              set.filter((fact) => fact.thing === thing),
            );
            // How often it came and went is a count of what happened: heads do not tell it.
            return folded ? { ...folded.state, turns: [] } : undefined;
          };
          expect(state(heads)).toEqual(state(all));
        }
        await fresh.close();
      }),
      { numRuns: 40 },
    );
    await journal.close();
  });
});
