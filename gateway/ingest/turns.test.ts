import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createTurns, type Sender, type Turns } from './turns.ts';

const flood: Sender = { token: 'prom', source: 'flood' };
const calm: Sender = { token: 'am', source: 'calm' };

/** Work that ends when it is told to. */
function bench(turns: Turns) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const take = (sender: Sender, name: string, facts = 1): Promise<string> =>
    turns.take(sender, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return { result: name, facts };
    });
  return {
    begun,
    take,
    async endOldest() {
      ends.shift()?.();
      await turn();
    },
  };
}

test('S-18 what comes in the middle of a flood is worked on next, whatever waits before it', async () => {
  const at = bench(createTurns({ limits: { atWork: 2 } }));
  for (let number = 0; number < 100; number += 1) void at.take(flood, `flood ${number}`);
  await turn();
  // One source alone has not all of the places.
  expect(at.begun).toEqual(['flood 0']);
  void at.take(calm, 'calm');
  await turn();
  expect(at.begun).toEqual(['flood 0', 'calm']);
});

test('S-18 tokens take turns, and under one token its sources', async () => {
  const at = bench(createTurns({ limits: { atWork: 1 } }));
  for (const number of [0, 1, 2]) void at.take(flood, `flood ${number}`);
  for (const number of [0, 1])
    void at.take({ token: 'prom', source: 'beside' }, `beside ${number}`);
  for (const number of [0, 1]) void at.take(calm, `calm ${number}`);
  for (let ended = 0; ended < 7; ended += 1) {
    await turn();
    await at.endOldest();
  }
  expect(at.begun).toEqual([
    'flood 0',
    'calm 0',
    'beside 0',
    'calm 1',
    'flood 1',
    'beside 1',
    'flood 2',
  ]);
});

test('S-18 a source beyond its burst waits for time to make up for it; others do not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let now = 0;
    const turns = createTurns({
      limits: { atWork: 4, factsPerSecond: 1_000, burstFacts: 5_000 },
      steady: () => now,
    });
    const done: string[] = [];
    const post = (sender: Sender, name: string, facts: number): void =>
      void turns
        .take(sender, async () => ({ result: name, facts }))
        .then((result) => done.push(result));
    post(flood, 'first', 7_000);
    await turn();
    // 2,000 beyond the burst: two seconds.
    post(flood, 'second', 1);
    post(calm, 'calm', 1);
    await turn();
    expect(done).toEqual(['first', 'calm']);
    now = 1_900;
    await vi.advanceTimersByTimeAsync(1_900);
    expect(done).toHaveLength(2);
    now = 2_100;
    await vi.advanceTimersByTimeAsync(200);
    expect(done).toEqual(['first', 'calm', 'second']);
  } finally {
    vi.useRealTimers();
  }
});

test('S-18 one sender’s bodies never take the room of all; what is given back is free again', () => {
  const turns = createTurns({ limits: { bytes: 1_000 } });
  const first = turns.admit(flood, 400);
  expect(first).not.toBeNull();
  expect(turns.admit(flood, 200)).toBeNull();
  expect(turns.admit(flood, 100)).not.toBeNull();
  // The other one's first body gets in also where it is large.
  const other = turns.admit(calm, 900);
  expect(other).not.toBeNull();
  expect(turns.bytes()).toBe(1_400);
  expect(turns.admit(calm, 1)).toBeNull();
  other?.();
  other?.();
  first?.();
  expect(turns.bytes()).toBe(100);
  expect(turns.admit(flood, 400)).not.toBeNull();
});

test('S-18 everything that is taken is worked on once, whoever sent it and whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ token: fc.nat(2), source: fc.nat(3), fails: fc.boolean() }), {
        maxLength: 40,
      }),
      async (posts) => {
        const turns = createTurns({ limits: { atWork: 3 } });
        const worked: number[] = [];
        const results = await Promise.allSettled(
          posts.map(({ token, source, fails }, number) =>
            turns.take({ token: `t${token}`, source: `s${source}` }, async () => {
              worked.push(number);
              await turn();
              if (fails) throw new Error('no disk');
              return { result: number, facts: 3 };
            }),
          ),
        );
        expect(worked.toSorted((a, b) => a - b)).toEqual(posts.map((_, number) => number));
        expect(results.map(({ status }) => status === 'rejected')).toEqual(
          posts.map(({ fails }) => fails),
        );
        expect(turns.waiting()).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});
