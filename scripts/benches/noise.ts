import { noticeAfter, type NoticeState } from '../../shared/damping/notice-steps.ts';
import { shakeAfter, STILL, type ShakeState } from '../../shared/damping/shake.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { carryingCalls } from '../../shared/noise/grouping.ts';
import { DEFAULT_RULES } from '../../shared/noise/noise-alert.ts';
import { readNoise } from '../../shared/noise/pipeline.ts';
import { noiseAlertsOf } from '../../shared/testing/noise-alerts.ts';
import { storm } from '../../shared/testing/storm.ts';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';

const KEYS = 10_000;
const EDGES = 500_000;
const ROUNDS = 5;

/** Anti-shake and notices of 10,000 keys in one thread; its peer only counts the turns of each key. */
export async function shake(): Promise<Figure[]> {
  const random = seededRandom(1);
  const keys = Array.from({ length: EDGES }, () => Math.floor(random() * KEYS));
  const settings = { calmMs: 300_000, mode: 'gradual' } as const;
  const ours: number[] = [];
  const counting: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const states = new Map<number, { shake: ShakeState; notice: NoticeState | null }>();
    const seconds = await cpuSeconds(() => {
      for (const [index, key] of keys.entries()) {
        const at = index * 20;
        const before = states.get(key) ?? { shake: STILL, notice: null };
        states.set(key, {
          shake: shakeAfter(before.shake, at, settings),
          notice: noticeAfter(before.notice, at, 1, settings).state,
        });
      }
    });
    ours.push(EDGES / seconds);
    const counts = new Map<number, { turns: number; at: number }>();
    const counted = await cpuSeconds(() => {
      for (const [index, key] of keys.entries()) {
        counts.set(key, { turns: (counts.get(key)?.turns ?? 0) + 1, at: index * 20 });
      }
    });
    counting.push(EDGES / counted);
  }
  const peer = { name: 'counting the turns of each key', value: median(counting) };
  return [figure('shake', median(ours), 'turns per CPU second', peer)];
}

/** From 10,000 alerts of a storm, and from 20,000, to groups with the reason of each. */
export async function groups(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [10_000, 20_000]) {
    const planted = storm({ alerts: count });
    const { alerts } = noiseAlertsOf(planted);
    const calls = carryingCalls(planted.edges);
    const input = { alerts, silences: [], rules: DEFAULT_RULES, calls, incidents: [], now: 0 };
    const took: number[] = [];
    const sorting: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      took.push((await cpuSeconds(() => void readNoise(input))) * 1_000);
      sorting.push(
        (await cpuSeconds(() => void alerts.toSorted((a, b) => a.startsAt - b.startsAt))) * 1_000,
      );
    }
    const peer = { name: 'sorting them by time', value: median(sorting) };
    figures.push(figure(`groups of ${count} alerts`, median(took), 'CPU ms', peer));
  }
  return figures;
}
