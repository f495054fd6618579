import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMoments, createSkew, watchClock } from './steady-clock.ts';

const HOUR = 3_600_000;

test('T5 a clock that is set is noticed, one that only runs fast is not', () => {
  let wall = 1_790_000_000_000;
  let steady = 5_000;
  const setBy = watchClock(
    () => wall,
    () => steady,
  );
  const pass = (forMs: number, wallMs = forMs): number => {
    steady += forMs;
    wall += wallMs;
    return setBy();
  };
  expect(pass(1_000)).toBe(0);
  // A minute fast in an hour, looked at by the second.
  for (let second = 0; second < 3_600; second += 1) pass(1_000, 1_017);
  expect(setBy()).toBe(0);
  expect(pass(1_000, HOUR + 1_000)).toBe(HOUR);
  expect(pass(1_000, -HOUR / 2 + 1_000)).toBe(HOUR / 2);
  // A laptop that slept: both clocks went on.
  expect(pass(8 * HOUR)).toBe(HOUR / 2);
});

test('T5 the room’s time goes on through every setting of the clock once the gateway told it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -24 * HOUR, max: 24 * HOUR }),
      fc.array(
        fc.record({
          passMs: fc.integer({ min: 0, max: HOUR }),
          setMs: fc.oneof(
            fc.constant(0),
            fc.integer({ min: 2_000, max: HOUR }),
            fc.integer({ min: -HOUR, max: -2_000 }),
          ),
          gatewayTells: fc.boolean(),
        }),
        { maxLength: 20 },
      ),
      (offMs, steps) => {
        const start = 1_790_000_000_000;
        let room = start;
        let wall = start + offMs;
        let steady = 0;
        let told: number | null = null;
        const skew = createSkew(
          () => told,
          watchClock(
            () => wall,
            () => steady,
          ),
        );
        expect(skew()).toBeNull();
        told = room - wall;
        expect(wall + (skew() ?? 0)).toBe(room);
        for (const { passMs, setMs, gatewayTells } of steps) {
          room += passMs;
          steady += passMs;
          wall += passMs + setMs;
          expect(wall + (skew() ?? 0)).toBe(room);
          if (gatewayTells) told = room - wall;
          expect(wall + (skew() ?? 0)).toBe(room);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('T5 without the steady clock the room’s time would jump along', () => {
  let wall = 1_790_000_000_000;
  const told = 500;
  const room = wall + told;
  const steadily = createSkew(
    () => told,
    watchClock(
      () => wall,
      () => 0,
    ),
  );
  const blindly = createSkew(
    () => told,
    () => 0,
  );
  expect([wall + (steadily() ?? 0), wall + (blindly() ?? 0)]).toEqual([room, room]);
  wall += HOUR;
  expect([wall + (steadily() ?? 0), wall + (blindly() ?? 0)]).toEqual([room, room + HOUR]);
});

test('T5 a moment noted before the clock was set keeps its distance to the room’s time', () => {
  let wall = 1_790_000_000_000;
  let steady = 0;
  let told: number | null = null;
  const setBy = watchClock(
    () => wall,
    () => steady,
  );
  const skew = createSkew(() => told, setBy);
  const inRoomTime = createMoments(setBy, () => skew() ?? 0);
  const since = wall;
  expect(inRoomTime('since', since)).toBe(since);
  // The gateway tells that this desk is a day behind; then somebody sets the clock right.
  told = 24 * HOUR;
  expect(inRoomTime('since', since)).toBe(since + 24 * HOUR);
  steady += 1_000;
  wall += 1_000 + 24 * HOUR;
  expect(wall + (skew() ?? 0) - inRoomTime('since', since)).toBe(1_000);
  told = 0;
  expect(wall + (skew() ?? 0) - inRoomTime('since', since)).toBe(1_000);
});
