import { expect, test } from 'vitest';
import { sampleFact } from '../../gateway/journal/journal-conformance.ts';
import { deskIds, deskWith, exchange, gatewayIds, gatewayWith } from '../testing/exchange.ts';
import { ExchangeEndedError } from './difference.ts';

const HOUR_MS = 3_600_000;

test('W9 what is equal costs one line an hour, and one fact among many a few lines more', async () => {
  const facts = Array.from({ length: 4_000 }, (_, n) => sampleFact(n, (n % 10) * HOUR_MS));
  const gateway = await gatewayWith(facts.slice(0, -1));
  const equal = await exchange(deskWith(facts.slice(0, -1)), gateway);
  expect(equal).toEqual({ hours: 10, ids: 0, parts: 0, facts: 0, given: 0 });
  const more = await exchange(deskWith(facts), gateway);
  expect(more).toMatchObject({ hours: 10, facts: 0, given: 1 });
  expect(more.parts).toBeLessThanOrEqual(16);
  expect(more.ids).toBeLessThan(100);
  const less = await exchange(deskWith(facts.slice(1)), gateway);
  expect(less).toMatchObject({ hours: 10, facts: 1, given: 0 });
  expect(less.ids).toBeLessThan(100);
});

test('W9 an hour of many facts that one side lacks comes whole, also in short answers', async () => {
  const facts = Array.from({ length: 12_000 }, (_, n) => sampleFact(n, n));
  const gateway = await gatewayWith(facts);
  const desk = deskWith([sampleFact(99_999, 5)]);
  const traffic = await exchange(desk, gateway, { limit: { facts: 170, length: 1e9 } });
  expect(traffic).toMatchObject({ facts: 12_000, given: 1 });
  expect(deskIds(desk)).toEqual(await gatewayIds(gateway));
  const empty = await gatewayWith([]);
  expect((await exchange(desk, empty)).given).toBe(12_001);
  expect(await gatewayIds(empty)).toEqual(deskIds(desk));
});

test('W9 an exchange that is cut off anywhere goes on with what is left', async () => {
  const facts = Array.from({ length: 3_000 }, (_, n) => sampleFact(n, (n % 4) * HOUR_MS));
  const gateway = await gatewayWith(facts.slice(0, 2_000));
  const desk = deskWith(facts.slice(1_000));
  let rounds = 0;
  for (let left = 3; ; left += 3, rounds += 1) {
    let asked = 0;
    try {
      await exchange(desk, gateway, { isOver: () => (asked += 1) > left });
      break;
    } catch (error) {
      expect(error).toBeInstanceOf(ExchangeEndedError);
    }
  }
  expect(rounds).toBeGreaterThan(1);
  expect(deskIds(desk)).toEqual(await gatewayIds(gateway));
  expect(deskIds(desk)).toHaveLength(3_000);
});

test('W9 a desk whose token only reads takes what it lacks and gives nothing', async () => {
  const gateway = await gatewayWith([sampleFact(1), sampleFact(2)]);
  const desk = deskWith([sampleFact(2), sampleFact(3)]);
  const traffic = await exchange(desk, gateway, { gives: false });
  expect(traffic).toMatchObject({ facts: 1, given: 0 });
  expect(deskIds(desk)).toHaveLength(3);
});

test('W9 counting an hour of many facts lets others have their turn', async () => {
  const gateway = await gatewayWith(Array.from({ length: 25_000 }, (_, n) => sampleFact(n, n % 7)));
  const { last } = await gateway.bounds();
  let turns = 0;
  let counting = true;
  const watch = (): void => {
    turns += 1;
    if (counting) setImmediate(watch);
  };
  setImmediate(watch);
  await gateway.hours(null, last);
  counting = false;
  expect(turns).toBeGreaterThan(1);
});
