import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Gateway } from '../../gateway/create-gateway.ts';
import { sampleFact, sampleFacts } from '../../gateway/journal/journal-conformance.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import type { Gap, Journal } from '../../main/journal/journal.ts';
import {
  deskIds,
  deskWith,
  exchange,
  gatewayIds as idsOf,
  gatewayWith,
} from '../../main/testing/exchange.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import {
  deskOf,
  gatewayIds,
  gatewayIn,
  loseFirst,
  untilEqual,
  type HistoryDesk,
} from './harness/history.ts';

const HOUR_MS = 3_600_000;
const rounds = times({ change: 1, full: 12 });
const seed = seedOf('history');

/** Gaps that a history of this kind leaves: told, placed between two moments, healed. */
function expectHealed(desk: HistoryDesk, kind: Gap['kind']): void {
  const gaps = desk
    .feed()
    .status()
    .gaps.filter((gap) => gap.kind === kind);
  expect(gaps.length).toBeGreaterThan(0);
  for (const gap of gaps) {
    expect(gap.from).toBeTypeOf('number');
    expect(gap.to ?? 0).toBeGreaterThanOrEqual(gap.from ?? Number.POSITIVE_INFINITY);
    expect(gap.healedAt).toBeTypeOf('number');
  }
}

async function startOver(gateway: Gateway, folder: string): Promise<Gateway> {
  const { port } = gateway.address;
  await gateway.close();
  return gatewayIn(folder, { port });
}

test('W9 R-08 a gateway that was made anew is refilled by desks that held different parts', async () => {
  const random = seededRandom(seed);
  let healed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const folder = join(scratchFolder(), 'data');
    const size = 200 + Math.floor(random() * 3_000);
    let gateway = await gatewayIn(folder);
    const { url, port } = gateway.address;
    const ada = deskOf('ada');
    const ben = deskOf('ben');
    ada.follow(url);
    ben.follow(url);
    await gateway.journal.append(sampleFacts(size));
    ben.write('by ben, sent');
    await untilEqual(gateway, [ada, ben]);
    // Ben misses what follows; then the gateway loses everything but tokens and the witness' key.
    ben.leave();
    await gateway.journal.append(sampleFacts(300, size));
    ada.write('by ada, sent');
    await untilEqual(gateway, [ada]);
    const before = await gatewayIds(gateway);
    await gateway.close();
    ada.write('by ada, while nobody was there');
    ben.write('by ben, while nobody was there');
    const key = join(folder, 'witness.key');
    const kept = join(scratchFolder(), 'witness.key');
    cpSync(key, kept);
    rmSync(folder, { recursive: true });
    gateway = await gatewayIn(folder, { port, witnessKeyFile: kept });
    // Ada's desk alone brings it all back, what Ben wrote included: the room's witness says so.
    const all = await untilEqual(gateway, [ada]);
    expect(all).toHaveLength(before.length + 1);
    expect(all).toEqual(expect.arrayContaining(before));
    expectHealed(ada, 'epoch');
    ben.follow(url);
    expect(await untilEqual(gateway, [ada, ben])).toHaveLength(before.length + 2);
    expectHealed(ben, 'epoch');
    expect(ada.feed().compared()?.refused.size).toBe(0);
    healed += 1;
    ada.leave();
    ben.leave();
    await gateway.close();
  }
  figure('R-08', 'gateways made anew, told and refilled', `${healed} of ${rounds}`, 'all');
});

test('W7 without the room’s witness another person’s fact is refused by name, its author’s is not', async () => {
  const folder = join(scratchFolder(), 'data');
  let gateway = await gatewayIn(folder);
  const { url, port } = gateway.address;
  const ada = deskOf('ada');
  const ben = deskOf('ben');
  ada.follow(url);
  ben.follow(url);
  await gateway.journal.append(sampleFacts(10));
  ben.write('x');
  await untilEqual(gateway, [ada, ben]);
  ben.leave();
  await gateway.close();
  rmSync(folder, { recursive: true });
  gateway = await gatewayIn(folder, { port });
  await expect.poll(() => ada.feed().compared(), { timeout: 15_000 }).not.toBeNull();
  const [refusal] = ada.feed().compared()?.refused ?? [];
  expect(refusal).toEqual([
    'written by ben, sent with the token of ada and without the witness of this room',
    1,
  ]);
  expect(await gatewayIds(gateway)).toHaveLength(10);
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toMatch(/pushed_facts_total\{outcome="refused"\} 1/);
  ben.follow(url);
  expect(await untilEqual(gateway, [ada, ben])).toHaveLength(11);
});

test('W7 W9 what one person sent from a desk comes back from it when another sits there', async () => {
  const folder = join(scratchFolder(), 'data');
  let gateway = await gatewayIn(folder);
  const { url, port } = gateway.address;
  const desk = deskOf('ben');
  desk.follow(url);
  desk.write('before the shift ended');
  await untilEqual(gateway, [desk]);
  const [id = ''] = desk.ids();
  // The copy that lies here is the one from before it was sent; the gateway's word lies beside it.
  await expect.poll(() => desk.journal.witnessOf(id), { timeout: 10_000 }).not.toBeNull();
  await gateway.close();
  const kept = join(scratchFolder(), 'witness.key');
  cpSync(join(folder, 'witness.key'), kept);
  rmSync(folder, { recursive: true });
  gateway = await gatewayIn(folder, { port, witnessKeyFile: kept });
  desk.follow(url, 'ada');
  expect(await untilEqual(gateway, [desk])).toEqual([id]);
});

test('W4 W9 R-08 a gateway that was rolled back, even one that has grown since, is told and healed', async () => {
  const random = seededRandom(seed + 1);
  let healed = 0;
  for (let round = 0; round < rounds * 2; round += 1) {
    const folder = join(scratchFolder(), 'data');
    const older = join(scratchFolder(), 'older');
    const size = 50 + Math.floor(random() * 800);
    // In every second round it grows beyond what the desks hold: only the facts themselves differ.
    const grown = round % 2 === 0 ? 400 : 20;
    let gateway = await gatewayIn(folder);
    const { url, port } = gateway.address;
    await gateway.journal.append(sampleFacts(size));
    gateway = await startOver(gateway, folder);
    await gateway.close();
    cpSync(folder, older, { recursive: true });
    gateway = await gatewayIn(folder, { port });
    const ada = deskOf('ada');
    const ben = deskOf('ben');
    ada.follow(url);
    ben.follow(url);
    await gateway.journal.append(sampleFacts(100, 10_000));
    ada.write('after the copy');
    await untilEqual(gateway, [ada, ben]);
    await gateway.close();
    rmSync(folder, { recursive: true });
    cpSync(older, folder, { recursive: true });
    // Sources post before the first desk is back.
    const alone = openSqliteJournal({ path: join(folder, 'gateway.db'), now: Date.now });
    await alone.append(sampleFacts(grown, 20_000));
    await alone.close();
    gateway = await gatewayIn(folder, { port });
    await expect.poll(() => ada.feed().status().gaps.length, { timeout: 15_000 }).toBe(1);
    const all = await untilEqual(gateway, [ada, ben]);
    expect(all).toHaveLength(size + 100 + 1 + grown);
    expectHealed(ada, 'epoch');
    expectHealed(ben, 'epoch');
    healed += 1;
    ada.leave();
    ben.leave();
    await gateway.close();
  }
  figure('R-08', 'gateways rolled back, told and healed', `${healed} of ${rounds * 2}`, 'all');
});

test('W4 W9 R-08 what a gateway lost of its beginning is shown, and comes back from who has it', async () => {
  const random = seededRandom(seed + 2);
  let healed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const folder = join(scratchFolder(), 'data');
    const size = 100 + Math.floor(random() * 2_000);
    const lost = 20 + Math.floor(random() * 60);
    let gateway = await gatewayIn(folder);
    const { url, port } = gateway.address;
    const whole = deskOf('ada');
    const part = deskOf('ben');
    part.follow(url);
    await gateway.journal.append(sampleFacts(10));
    await untilEqual(gateway, [part]);
    part.leave();
    whole.follow(url);
    await gateway.journal.append(sampleFacts(size, 10));
    await untilEqual(gateway, [whole]);
    const before = await gatewayIds(gateway);
    whole.leave();
    await gateway.close();
    loseFirst(folder, lost);
    gateway = await gatewayIn(folder, { port });
    // The desk that was away learns what it will not get …
    part.follow(url);
    const healing = (): unknown => part.feed().status().gaps[0]?.healedAt ?? null;
    await expect.poll(healing, { timeout: 15_000 }).not.toBeNull();
    expect(part.settled()).toBe(true);
    expectHealed(part, 'retention');
    expect(part.ids()).toHaveLength(10 + (before.length - lost));
    // … until one comes that has it.
    whole.follow(url);
    expect(await untilEqual(gateway, [whole, part])).toEqual(before);
    expect(whole.feed().status().gaps).toEqual([]);
    healed += 1;
    whole.leave();
    part.leave();
    await gateway.close();
  }
  figure('R-08', 'retention gaps, shown and healed', `${healed} of ${rounds}`, 'all');
});

test('R-08 negative control: without epoch and tips a desk misses facts and says that all is well', async () => {
  const folder = join(scratchFolder(), 'data');
  const blind = (journal: Journal): Journal =>
    Object.create(journal, {
      feedPlace: { value: (feed: string) => ({ ...journal.feedPlace(feed), tips: [] }) },
    }) as Journal;
  const withoutEpoch = async (port = 0): Promise<Gateway> => {
    mkdirSync(folder);
    const journal = openSqliteJournal({ path: join(folder, 'gateway.db'), now: Date.now });
    const always = { ...journal, epoch: () => 'always', renewEpoch: async () => 'always' };
    return gatewayIn(folder, { port, journal: always });
  };
  let gateway = await withoutEpoch();
  const { url, port } = gateway.address;
  const desk = deskOf('ada', blind);
  desk.follow(url);
  await gateway.journal.append(sampleFacts(50));
  await untilEqual(gateway, [desk]);
  await gateway.close();
  rmSync(folder, { recursive: true });
  gateway = await withoutEpoch(port);
  await gateway.journal.append(sampleFacts(60, 1_000));
  await expect
    .poll(() => desk.settled() && desk.ids().length >= 60, { timeout: 15_000 })
    .toBe(true);
  await expect.poll(() => desk.feed().status().state, { timeout: 15_000 }).toBe('connected');
  const missed = (await gatewayIds(gateway)).filter((id) => !desk.ids().includes(id));
  expect(missed).toHaveLength(50);
  expect(desk.feed().status().gaps).toEqual([]);
  expect(existsSync(join(folder, 'gateway.db'))).toBe(true);
  figure('R-08', 'facts missed in silence without epoch and tips', missed.length, 'must be > 0');
});

test('W9 any split of any facts between a gateway and desks ends as the union, everywhere', async () => {
  const factOf = fc.record({ thing: fc.nat(5_000), hour: fc.nat(6), late: fc.nat(9) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(factOf, { maxLength: 120 }),
      fc.array(fc.nat(15), { minLength: 120, maxLength: 120 }),
      fc.integer({ min: 2, max: 3 }),
      async (drawn, holders, count) => {
        const facts = drawn.map(({ thing, hour, late }): Fact => {
          const fact = sampleFact(thing, hour * HOUR_MS);
          // Some are placed otherwise by who heard them early: their time was not believed.
          return late === 0 ? { ...fact, heardAt: fact.at - 2 * HOUR_MS } : fact;
        });
        const of = (side: number): Fact[] =>
          facts.filter((_, index) => (((holders[index] ?? 0) >> side) & 1) === 1);
        const gateway = await gatewayWith(of(0));
        const desks = Array.from({ length: count }, (_, index) => {
          const mine = of(index + 1);
          // A copy that was heard later is the same fact, at another place.
          return deskWith(
            mine.map((fact) => ({ ...fact, heardAt: Math.max(fact.heardAt, fact.at) })),
          );
        });
        const expected = [
          ...new Set([...of(0), ...desks.flatMap((_, index) => of(index + 1))].map(({ id }) => id)),
        ].sort();
        for (const desk of desks) await exchange(desk, gateway);
        // Those who came first hear the rest as the tail; here they compare again.
        for (const desk of desks) await exchange(desk, gateway);
        expect(await idsOf(gateway)).toEqual(expected);
        for (const desk of desks) expect(deskIds(desk)).toEqual(expected);
      },
    ),
    { numRuns: times({ change: 12, full: 300 }), seed },
  );
});
