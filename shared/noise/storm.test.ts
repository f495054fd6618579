import { expect, test } from 'vitest';
import { noiseAlertsOf } from '../testing/noise-alerts.ts';
import { storm, type Storm } from '../testing/storm.ts';
import { carryingCalls } from './grouping.ts';
import { DEFAULT_RULES, type NoiseAlert } from './noise-alert.ts';
import { readNoise, type NoiseReading } from './pipeline.ts';

function read(alerts: readonly NoiseAlert[], { edges }: Storm): NoiseReading {
  return readNoise({
    alerts,
    silences: [],
    rules: DEFAULT_RULES,
    calls: carryingCalls(edges),
    incidents: [],
    now: Date.UTC(2026, 10, 23, 12, 2),
  });
}

/** Of each cause: its share in the group that has most of it, and how pure that group is of others. */
function judge(seed: number): { groups: number; shares: { whole: number; pure: number }[] } {
  const planted = storm({ seed });
  const { alerts, cause } = noiseAlertsOf(planted);
  const { groups, groupOf } = read(alerts, planted);
  // Every raw alert is reachable, from one group.
  expect(groups.flatMap(({ members }) => members).toSorted()).toEqual(
    alerts.map(({ key }) => key).toSorted(),
  );
  const shares = planted.causes.map((service, each) => {
    const own = alerts.filter(({ key }) => cause.get(key) === each);
    const byGroup = Map.groupBy(own, ({ key }) => groupOf.get(key));
    const [main, most = []] = [...byGroup].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
    const group = groups.find(({ key }) => key === main);
    expect(group?.service, 'the group stands under its cause').toBe(service);
    const caused = (group?.members ?? []).filter((key) => cause.get(key) !== null);
    return { whole: most.length / own.length, pure: most.length / caused.length };
  });
  return { groups: groups.length, shares };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'N5 10,000 alerts of 12 causes become at most 200 groups, each cause whole and pure (seed %i)',
  (seed) => {
    const { groups, shares } = judge(seed);
    expect(groups).toBeLessThanOrEqual(200);
    for (const { whole, pure } of shares) {
      expect(whole).toBeGreaterThanOrEqual(0.95);
      expect(pure).toBeGreaterThanOrEqual(0.95);
    }
  },
);

test('N5 of 480 causes in 40 storms few share services that suffer from both', () => {
  // Where two causes reach the same callers, a caller's alerts can be said of one of them only.
  const judged = Array.from({ length: 40 }, (_, index) => judge(index + 1));
  const shares = judged.flatMap((one) => one.shares);
  const good = shares.filter(({ whole, pure }) => whole >= 0.95 && pure >= 0.95).length;
  console.log(
    `storms: ${good} of ${shares.length} causes at 0.95 or more; least share ${Math.min(...shares.map(({ whole }) => whole)).toFixed(2)}, least purity ${Math.min(...shares.map(({ pure }) => pure)).toFixed(2)}; at most ${Math.max(...judged.map(({ groups }) => groups))} groups`,
  );
  expect(good / shares.length).toBeGreaterThanOrEqual(0.97);
  expect(Math.max(...judged.map(({ groups }) => groups))).toBeLessThanOrEqual(200);
});

test('N2 the order of arrival and a second telling change nothing', () => {
  const planted = storm({ seed: 3, alerts: 2_000 });
  const { alerts } = noiseAlertsOf(planted);
  const first = read(alerts, planted);
  const second = read(alerts.toReversed(), planted);
  expect(second.groups.map(({ key }) => key).toSorted()).toEqual(
    first.groups.map(({ key }) => key).toSorted(),
  );
  for (const { key } of alerts) {
    expect(second.groupOf.get(key)).toBe(first.groupOf.get(key));
    expect(second.held.get(key)).toEqual(first.held.get(key));
  }
});
