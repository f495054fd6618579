import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { epochOf } from './jetstream-broker.ts';
import { openFollower, type StreamMessage } from './jetstream-follower.ts';
import { sampleFact } from './journal-conformance.ts';

const encoder = new TextEncoder();

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-follower-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'follower.db');
}

function message(seq: number, thing: number): StreamMessage {
  const fact = sampleFact(thing);
  return {
    seq,
    carries: 'fact',
    id: fact.id,
    storedAt: seq,
    data: encoder.encode(JSON.stringify(fact)),
  };
}

test('W1 however a stream is cut into batches and read again, every follower holds the same', () => {
  // Things with repeats, at sequences with holes of the broker's own.
  const stream = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(12)), { maxLength: 30 });
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 7 })), (steps, cuts) => {
      let seq = 0;
      const messages = steps.map(([step, thing]) => message((seq += step), thing));
      const read = (sizes: readonly number[]): { rows: unknown; reached: number } => {
        const path = newPath();
        let follower = openFollower(path);
        follower.begin({ made: 'm', first: 1 });
        for (const size of sizes) {
          // Opened again, it goes on where it stood.
          const from = follower.place()?.reached ?? 0;
          follower.apply(messages.filter((one) => one.seq > from).slice(0, size));
          follower.close();
          follower = openFollower(path);
        }
        const from = follower.place()?.reached ?? 0;
        follower.apply(messages.filter((one) => one.seq > from));
        const rows = follower.reads.range(0, 1_000, { facts: 1_000, length: 1e9 });
        const reached = follower.place()?.reached ?? 0;
        follower.close();
        return { rows, reached };
      };
      const whole = read([]);
      expect(read(cuts)).toEqual(whole);
      expect(whole.reached).toBe(messages.at(-1)?.seq ?? 0);
    }),
    { numRuns: 25 },
  );
});

test('W4 the place names what was read last, holes included, and the epoch changes where it was begun', () => {
  const path = newPath();
  const follower = openFollower(path);
  expect(follower.place()).toBeNull();
  follower.begin({ made: 'm', first: 5 });
  const first = epochOf('m', '');
  expect(follower.place()).toEqual({ made: 'm', epoch: first, first: 5, reached: 4, tip: null });
  const { stored, seen } = follower.apply([message(5, 1), message(7, 2), message(8, 1)]);
  expect(stored.map(({ seq }) => seq)).toEqual([5, 7]);
  expect(seen).toEqual([1, 2, 1].map((thing) => sampleFact(thing).id));
  const place = { made: 'm', epoch: first, first: 5, reached: 8 };
  expect(follower.place()).toEqual({ ...place, tip: { seq: 8, id: sampleFact(1).id } });
  const begins: StreamMessage = {
    seq: 9,
    carries: 'epoch',
    id: '',
    storedAt: 1,
    data: encoder.encode('nonce'),
  };
  expect(follower.apply([begins, message(10, 3)]).seen).toEqual([sampleFact(3).id]);
  follower.close();
  const again = openFollower(path);
  expect(again.place()).toMatchObject({ epoch: epochOf('m', 'nonce'), reached: 10 });
  again.close();
});

test('W5 what is no fact, or was changed on its way, is left out and named', () => {
  const follower = openFollower(newPath());
  follower.begin({ made: 'm', first: 1 });
  const bytes = (seq: number, data: Uint8Array): StreamMessage => ({
    seq,
    carries: 'fact',
    id: 'x',
    storedAt: 1,
    data,
  });
  const text = (seq: number, sent: unknown) => bytes(seq, encoder.encode(JSON.stringify(sent)));
  const fact = sampleFact(1);
  const { stored, refused } = follower.apply([
    bytes(1, new Uint8Array([0xff, 0xfe])),
    text(2, null),
    text(3, { ...fact, at: 'now' }),
    text(4, { ...fact, body: null }),
    text(5, { ...fact, source: 'other' }),
    text(6, fact),
  ]);
  expect(stored.map(({ seq }) => seq)).toEqual([6]);
  expect(refused.map(({ seq, code }) => [seq, code])).toEqual([
    [1, 'not-json'],
    [2, 'wrong-type'],
    [3, 'wrong-type'],
    [4, 'wrong-type'],
    [5, 'wrong-id'],
  ]);
  expect(follower.place()?.reached).toBe(6);
  follower.close();
});

test('R-07 a follower whose file is damaged or of something else begins anew: the stream has it all', () => {
  const path = newPath();
  writeFileSync(
    path,
    'not a database, and longer than a header so that SQLite looks at it at all. '.repeat(20),
  );
  const fresh = openFollower(path);
  expect(fresh.place()).toBeNull();
  fresh.begin({ made: 'm', first: 1 });
  fresh.apply([message(1, 1)]);
  fresh.close();
  const bytes = readFileSync(path);
  bytes.fill(0, 0, 100);
  writeFileSync(path, bytes);
  const again = openFollower(path);
  expect(again.place()).toBeNull();
  again.close();
});
