import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CULL_DEFAULTS,
  comparePeers,
  degraded,
  findBadNodes,
  weightAfter,
  type NodeWindow,
} from './cull.ts';
import { noticeAfter, type NoticeMode, type NoticeState } from './notice-steps.ts';
import { readShake, shakeAfter, shakeAt, STILL, type Turn } from './shake.ts';

const MINUTE = 60_000;
const settings = { calmMs: 5 * MINUTE };
const VECTORS = '../shared/golden/seed-vectors.json';

/** On and off in turns, each for so long. */
function flapping(minutes: number, each = MINUTE): Turn[] {
  return Array.from({ length: Math.ceil((minutes * MINUTE) / each) }, (_, index) => ({
    at: index * each,
    on: index % 2 === 0,
  }));
}

function noticesAt(mode: NoticeMode, rings: readonly number[]): number[] {
  let state: NoticeState | null = null;
  const told: number[] = [];
  for (const minute of rings) {
    const next = noticeAfter(state, minute * MINUTE, 1, { mode, ...settings });
    state = next.state;
    if (next.tells) told.push(minute);
  }
  return told;
}

describe('shaking', () => {
  test('one turn, or an alert that ends after ten minutes, is no shaking', () => {
    expect(readShake([{ at: 0, on: true }], 1, settings)).toBeNull();
    expect(readShake(flapping(20, 10 * MINUTE), 11 * MINUTE, settings)).toBeNull();
  });

  test('N4 an hour of one-on-one-off is one shaking thing until it was calm for five minutes', () => {
    const turns = flapping(60);
    const last = turns.at(-1)?.at ?? 0;
    for (let minute = 3; minute < 60; minute += 1) {
      const seen = turns.filter(({ at }) => at <= minute * MINUTE);
      expect(readShake(seen, minute * MINUTE, settings), String(minute)).not.toBeNull();
    }
    expect(readShake(turns, last + 5 * MINUTE - 1, settings)).not.toBeNull();
    expect(readShake(turns, last + 5 * MINUTE, settings)).toBeNull();
  });

  test('turns that are as far apart as the calm shake in the end; farther ones never', () => {
    expect(readShake(flapping(60, 4 * MINUTE), 60 * MINUTE - 1, settings)).not.toBeNull();
    expect(readShake(flapping(180, 6 * MINUTE), 174 * MINUTE, settings)).toBeNull();
  });

  test('what is kept of the turns says the same as all of them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 * MINUTE }), { maxLength: 60 }), (gaps) => {
        let at = 0;
        const turns = gaps.map((gap, index) => ({ at: (at += gap), on: index % 2 === 0 }));
        const whole = readShake(turns, at + 1, settings);
        const kept = readShake(turns.slice(-21), at + 1, settings);
        expect(kept === null).toBe(whole === null);
        expect(kept?.calmAt).toBe(whole?.calmAt);
      }),
    );
  });

  test('it never outlasts the calm, however long it shook', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 * MINUTE }), { maxLength: 200 }),
        (gaps) => {
          let at = 0;
          let state = STILL;
          for (const gap of gaps) state = shakeAfter(state, (at += gap), settings);
          expect(shakeAt(state, at + settings.calmMs, settings)).toBeNull();
          // The next turn after that is a beginning, not more of the same.
          expect(shakeAfter(state, at + 2 * settings.calmMs, settings).since).toBeNull();
        },
      ),
    );
  });
});

describe('notices', () => {
  const hour = Array.from({ length: 60 }, (_, minute) => minute);
  const flaps = hour.filter((minute) => minute % 2 === 0);

  test('an hour of ringing: every time, every ten minutes, ever more seldom', () => {
    expect(noticesAt('default', hour)).toEqual(hour);
    expect(noticesAt('fixed', hour)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(noticesAt('gradual', hour)).toEqual([0, 1, 4, 9, 19, 29, 39, 49, 59]);
  });

  test('N4 an hour of one-on-one-off is told at most nine times', () => {
    expect(noticesAt('fixed', flaps)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(noticesAt('gradual', flaps)).toEqual([0, 2, 6, 12, 22, 32, 42, 52]);
  });

  test('N4 rising severity always breaks the silence, falling never does', () => {
    const gradual = { mode: 'gradual', ...settings } as const;
    const first = noticeAfter(null, 0, 1, gradual);
    const graver = noticeAfter(first.state, 1_000, 2, gradual);
    expect(graver.tells).toBe(true);
    expect(noticeAfter(graver.state, 2_000, 1, gradual).tells).toBe(false);
    expect(noticeAfter(graver.state, 2_000, 2, gradual).tells).toBe(false);
  });

  test('a lasting fault is told at once, and so is one after a calm', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<NoticeMode>('default', 'fixed', 'gradual'),
        fc.nat(1e9),
        (mode, at) => {
          const first = noticeAfter(null, at, 0, { mode, ...settings });
          expect(first.tells).toBe(true);
          const later = at + settings.calmMs + 1;
          expect(noticeAfter(first.state, later, 0, { mode, ...settings }).tells).toBe(true);
        },
      ),
    );
  });

  test.skipIf(!existsSync(VECTORS))('the modes agree with the reference', () => {
    const { silence } = JSON.parse(readFileSync(VECTORS, 'utf8')) as {
      silence: {
        mode: NoticeMode;
        continuousAt: number[];
        ours_flap_keepStateUntilStable?: number[];
      }[];
    };
    expect(silence.length).toBeGreaterThan(2);
    for (const { mode, continuousAt, ours_flap_keepStateUntilStable: ours } of silence) {
      expect(noticesAt(mode, hour)).toEqual(continuousAt);
      if (ours) expect(noticesAt(mode, flaps)).toEqual(ours);
    }
  });
});

describe('bad nodes', () => {
  const of = (...pairs: [number, number][]): NodeWindow[] =>
    pairs.map(([calls, errors]) => ({ calls, errors }));

  test('one dead node among five escapes its peers and not the absolute limit', () => {
    const nodes = of([100, 0], [100, 0], [100, 0], [100, 0], [100, 100]);
    expect(comparePeers(nodes, CULL_DEFAULTS)).not.toContain('abnormal');
    expect(findBadNodes(nodes)).toEqual(['healthy', 'healthy', 'healthy', 'healthy', 'abnormal']);
    expect(findBadNodes(of([100, 100], [100, 100]))).toEqual(['abnormal', 'abnormal']);
  });

  test('few calls say nothing, and no calls do no harm', () => {
    expect(findBadNodes(of([9, 9], [0, 0]))).toEqual(['ignored', 'ignored']);
    expect(findBadNodes([])).toEqual([]);
  });

  test('a weight falls at once, comes back by doubling, and never leaves 1 to 100', () => {
    expect([100, 5].map((weight) => weightAfter(weight, true))).toEqual([5, 1]);
    let weight = 1;
    const back: number[] = [];
    while (weight < 100) back.push((weight = weightAfter(weight, false)));
    expect(back).toEqual([2, 4, 8, 16, 32, 64, 100]);
    fc.assert(
      fc.property(fc.array(fc.boolean()), (windows) => {
        let now = 100;
        for (const isBad of windows) now = weightAfter(now, isBad);
        expect(now).toBeGreaterThanOrEqual(1);
        expect(now).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('of four that are bad at once two lose weight', () => {
    const nodes = of([100, 60], [100, 90], [100, 70], [100, 80], [100, 0]);
    const verdicts = findBadNodes(nodes);
    expect(verdicts.filter((verdict) => verdict === 'abnormal')).toHaveLength(4);
    expect([...degraded(nodes, verdicts)]).toEqual([1, 3]);
  });

  test.skipIf(!existsSync(VECTORS))('the comparison agrees with the reference', () => {
    const { cull } = JSON.parse(readFileSync(VECTORS, 'utf8')) as {
      cull: {
        measure: { nodes: [number, number][]; multiple: number; least: number; states: string[] }[];
      };
    };
    const words = { HEALTH: 'healthy', ABNORMAL: 'abnormal', IGNORE: 'ignored' };
    for (const { nodes, multiple, least, states } of cull.measure) {
      expect(comparePeers(of(...nodes), { multiple, least })).toEqual(
        states.map((state) => words[state as keyof typeof words]),
      );
    }
  });
});
