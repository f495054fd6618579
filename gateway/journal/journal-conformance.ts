import { afterEach, describe, expect, test } from 'vitest';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import type { Journal, QuarantineRow } from './journal.ts';

/** How a backend is opened for the suite: the same place again gives the same journal. */
export interface JournalUnderTest {
  readonly open: () => Promise<Journal>;
  readonly dispose: () => Promise<void>;
}

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const ALL = { facts: 10_000, length: 100_000_000 };

/** A machine's fact whose thing and moment are given; equal arguments give equal facts. */
export function sampleFact(thing: number, at = 0, text = ''): Fact {
  return sealFact({
    kind: 'alert.resolved',
    v: 1,
    thing: `alert:${thing.toString(16).padStart(16, '0')}`,
    at: NOW + at,
    heardAt: NOW + at,
    source: 'prom',
    body: {
      fingerprint: thing.toString(16).padStart(16, '0'),
      name: 'Sample',
      severity: 'info',
      labels: { alertname: 'Sample' },
      annotations: { text },
      startsAt: NOW,
      endsAt: NOW + at,
    },
  });
}

export function sampleFacts(count: number, from = 0): Fact[] {
  return Array.from({ length: count }, (_, index) => sampleFact(from + index));
}

function idsIn(facts: readonly Fact[], hour: number): string[] {
  return facts.filter(({ at }) => Math.floor(at / 3_600_000) === hour).map(({ id }) => id);
}

/** Count and hash as they are defined, made the slow way. */
function sumOf(ids: readonly string[]): { count: number; hash: string } {
  const bytes = Buffer.from([...ids].sort().join(''), 'hex');
  return { count: ids.length, hash: sha256Hex(new Uint8Array(bytes)) };
}

/** What every backend of the gateway's journal must do, whatever keeps it. */
export function describeJournal(name: string, create: () => Promise<JournalUnderTest>): void {
  describe(`journal conformance: ${name}`, () => {
    const opened: { journal: Journal; under: JournalUnderTest }[] = [];
    const start = async () => {
      const under = await create();
      const journal = await under.open();
      opened.push({ journal, under });
      return { journal, under };
    };
    afterEach(async () => {
      for (const { journal, under } of opened.splice(0)) {
        await journal.close();
        await under.dispose();
      }
    });

    test('W1 facts get sequences without a gap, in the order given, and come back so', async () => {
      const { journal } = await start();
      expect(await journal.bounds()).toEqual({ first: 0, last: 0 });
      const facts = sampleFacts(25);
      await journal.append(facts.slice(0, 10));
      await journal.append(facts.slice(10));
      expect(await journal.bounds()).toEqual({ first: 1, last: 25 });
      const range = await journal.range(5, 20, ALL);
      expect(range.map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, n) => n + 5));
      expect(range.map(({ fact }) => fact)).toEqual(facts.slice(4, 20));
    });

    test('W1 a repeat of an id changes nothing, also within one append', async () => {
      const { journal } = await start();
      const [one, two] = [sampleFact(1), sampleFact(2)];
      const first = await journal.append([one, one, two]);
      expect(first.stored.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(first.duplicates).toBe(1);
      const again = await journal.append([two, { ...one, heardAt: one.heardAt + 5 }]);
      expect(again).toEqual({ stored: [], duplicates: 2 });
      expect((await journal.byId(one.id))?.fact).toEqual(one);
      expect(await journal.byId(sampleFact(3).id)).toBeNull();
    });

    test('W1 appends that come together keep their order and are heard once, in order', async () => {
      const { journal } = await start();
      const heard: number[] = [];
      const stop = journal.onAppend((stored) => heard.push(...stored.map(({ seq }) => seq)));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => journal.append(sampleFacts(5, n * 5))),
      );
      expect(answers.flatMap(({ stored }) => stored.map(({ seq }) => seq))).toEqual(
        Array.from({ length: 100 }, (_, n) => n + 1),
      );
      expect(heard).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      stop();
      await journal.append([sampleFact(500)]);
      expect(heard).toHaveLength(100);
    });

    test('W2 an append that resolved is there after opening again; the epoch stays', async () => {
      const { journal, under } = await start();
      const epoch = journal.epoch();
      expect(epoch.length).toBeGreaterThan(15);
      await journal.append(sampleFacts(7));
      await journal.close();
      const again = await under.open();
      opened.push({ journal: again, under: { open: under.open, dispose: async () => undefined } });
      expect(again.epoch()).toBe(epoch);
      expect(await again.bounds()).toEqual({ first: 1, last: 7 });
      const { stored } = await again.append(sampleFacts(8));
      expect(stored.map(({ seq }) => seq)).toEqual([8]);
    });

    test('W4 two journals have two epochs, and an epoch can be renewed for good', async () => {
      const { journal, under } = await start();
      const { journal: other } = await start();
      expect(other.epoch()).not.toBe(journal.epoch());
      const before = journal.epoch();
      const renewed = await journal.renewEpoch();
      expect(renewed).not.toBe(before);
      expect(journal.epoch()).toBe(renewed);
      await journal.close();
      const again = await under.open();
      expect(again.epoch()).toBe(renewed);
      await again.close();
    });

    test('W8 a page ends at its limit of facts and of length, and is never empty before the end', async () => {
      const { journal } = await start();
      const facts = Array.from({ length: 10 }, (_, n) => sampleFact(n, 0, 'x'.repeat(1_000)));
      await journal.append(facts);
      expect(await journal.range(1, 10, { facts: 3, length: 1e9 })).toHaveLength(3);
      expect(await journal.range(1, 10, { facts: 100, length: 3_500 })).toHaveLength(2);
      expect(await journal.range(1, 10, { facts: 100, length: 1 })).toHaveLength(1);
      expect(await journal.heads([[1, 10]], 0, { facts: 100, length: 1 })).toHaveLength(1);
      expect(await journal.range(11, 20, ALL)).toEqual([]);
    });

    test('W3 heads are the newest facts of their key in the ranges asked, page by page', async () => {
      const { journal } = await start();
      // Thing 1 three times, the newest in the middle; thing 2 once.
      const facts = [sampleFact(1, 10), sampleFact(1, 30), sampleFact(2, 5), sampleFact(1, 20)];
      await journal.append(facts.slice(0, 2));
      await journal.append(facts.slice(2));
      const seqs = async (ranges: [number, number][], after = 0, limit = ALL) =>
        (await journal.heads(ranges, after, limit)).map(({ seq }) => seq);
      expect(await seqs([[1, 4]])).toEqual([2, 3]);
      expect(
        await seqs([
          [1, 1],
          [3, 4],
        ]),
      ).toEqual([3]);
      expect(await seqs([[1, 4]], 0, { facts: 1, length: 1e9 })).toEqual([2]);
      expect(await seqs([[1, 4]], 2)).toEqual([3]);
      expect(await seqs([])).toEqual([]);
    });

    test('W3 texts are the facts as they are kept, by sequence, of heads and by id', async () => {
      const { journal } = await start();
      const facts = [sampleFact(1, 10), sampleFact(1, 30), sampleFact(2, 5), sampleFact(1, 20)];
      await journal.append(facts);
      const read = (texts: readonly { text: string }[]) =>
        texts.map(({ text }) => JSON.parse(text) as Fact);
      expect(read(await journal.rangeTexts(2, 3, ALL))).toEqual(facts.slice(1, 3));
      const heads = await journal.headTexts([[1, 4]], 0, ALL);
      expect(heads.map(({ seq }) => seq)).toEqual([2, 3]);
      expect(read(heads)).toEqual(facts.slice(1, 3));
      const ids = [facts[3], sampleFact(77), facts[0]].map((fact) => fact?.id ?? '');
      const { texts, cut } = await journal.textsOf(ids, ALL);
      expect(texts.map((text) => JSON.parse(text) as Fact)).toEqual([facts[3], facts[0]]);
      expect(cut).toBe(false);
      const little = await journal.textsOf(ids, { facts: 10, length: 1 });
      expect([little.texts.length, little.cut]).toEqual([1, true]);
    });

    test('W9 hours tell count and hash of their sorted ids, the newest hour first', async () => {
      const { journal } = await start();
      const hourMs = 3_600_000;
      const facts = Array.from({ length: 60 }, (_, n) => sampleFact(n, (n % 3) * hourMs + n));
      for (const fact of [...facts].reverse()) await journal.append([fact]);
      const { last } = await journal.bounds();
      const { hours, next } = await journal.hours(null, last);
      expect(next).toBeNull();
      const first = Math.floor(NOW / hourMs);
      expect(hours).toEqual(
        [2, 1, 0].map((back) => ({ hour: first + back, ...sumOf(idsIn(facts, first + back)) })),
      );
      expect((await journal.hours(first + 1, last)).hours).toEqual(hours.slice(2));
      // What comes later changes its own hour and no other.
      const late = sampleFact(100, hourMs + 7);
      await journal.append([late]);
      const again = await journal.hours(null, last + 1);
      expect(again.hours[1]).toEqual({
        hour: first + 1,
        ...sumOf(idsIn([...facts, late], first + 1)),
      });
      expect([again.hours[0], again.hours[2]]).toEqual([hours[0], hours[2]]);
      const other = await start();
      expect(await other.journal.hours(null, 0)).toEqual({ hours: [], next: null });
    });

    test('W9 the ids of an hour are told whole when they are few, else by their next digit', async () => {
      const { journal } = await start();
      const facts = sampleFacts(200);
      await journal.append(facts);
      const { last } = await journal.bounds();
      const hour = Math.floor(NOW / 3_600_000);
      const ids = facts.map(({ id }) => id as string).sort();
      expect(await journal.idsOf(hour, '', 200, last)).toEqual({ ids });
      expect(await journal.idsOf(hour - 1, '', 200, last)).toEqual({ ids: [] });
      const told = await journal.idsOf(hour, '', 199, last);
      const parts = '0123456789abcdef'.split('').flatMap((prefix) => {
        const within = ids.filter((id) => id.startsWith(prefix));
        return within.length === 0 ? [] : [{ prefix, ...sumOf(within) }];
      });
      expect(told).toEqual({ parts });
      const prefix = parts[0]?.prefix ?? '';
      const within = ids.filter((id) => id.startsWith(prefix));
      expect(await journal.idsOf(hour, prefix, 200, last)).toEqual({ ids: within });
    });

    test('W5 quarantine keeps the newest rows and stops nothing beside it', async () => {
      const { journal } = await start();
      const row = (n: number): QuarantineRow => ({
        at: n,
        source: 'prom',
        format: 'topology',
        place: `nodes[${n}]`,
        code: 'wrong-value',
        reason: 'odd',
        excerpt: '{}',
        weight: 'refused',
      });
      await journal.append([sampleFact(1)], [row(1), row(2)]);
      await journal.append(
        [],
        Array.from({ length: 40 }, (_, n) => row(n + 3)),
      );
      const rows = await journal.quarantined(100);
      expect(rows.length).toBeLessThanOrEqual(32);
      expect(rows[0]).toEqual(row(42));
      expect(await journal.bounds()).toEqual({ first: 1, last: 1 });
    });

    test('W2 a closed journal refuses, and what was asked before the close is stored', async () => {
      const { journal, under } = await start();
      const pending = journal.append(sampleFacts(3));
      await journal.close();
      expect((await pending).stored).toHaveLength(3);
      await expect(journal.append(sampleFacts(1, 9))).rejects.toThrow('cannot be written');
      const again = await under.open();
      expect(await again.bounds()).toEqual({ first: 1, last: 3 });
      await again.close();
    });
  });
}
