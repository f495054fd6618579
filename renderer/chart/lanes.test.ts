import { describe, expect, test } from 'vitest';
import {
  eventNear,
  laneCountsAt,
  mostInLanes,
  type LaneEvents,
  type LanePicture,
} from './lanes.ts';

const picture: LanePicture = {
  range: { from: 0, to: 200 },
  columns: 2,
  lanes: 2,
  // Lane 0: one critical, then four of people; lane 1: nothing, then two others and a change.
  counts: Uint32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1),
  events: null,
};
const ALL = [true, true, true, true, true];

describe('lanes', () => {
  test('the highest bar is the largest total of what is shown', () => {
    expect(mostInLanes(picture, ALL)).toBe(4);
    expect(mostInLanes(picture, [true, true, true, false, true])).toBe(3);
    expect(mostInLanes(picture, [false, false, false, false, false])).toBe(0);
  });

  test('counts are those of the lane and the column that a point lies in', () => {
    expect(laneCountsAt(picture, 1, 150)).toEqual([0, 0, 2, 0, 1]);
    expect(laneCountsAt(picture, 0, 99)).toEqual([1, 0, 0, 0, 0]);
    expect(laneCountsAt(picture, 2, 150)).toBeNull();
    expect(laneCountsAt(picture, 0, 200)).toBeNull();
  });

  test('the entry under the pointer is the nearest one of its own lane', () => {
    const events: LaneEvents = {
      seq: Float64Array.of(1, 2, 3),
      at: Float64Array.of(50, 54, 52),
      heardAt: Float64Array.of(50, 54, 52),
      lane: Uint8Array.of(0, 0, 1),
      group: Uint8Array.of(0, 1, 2),
      pinned: Uint8Array.of(0, 0, 0),
    };
    const near = (x: number, y: number): number =>
      eventNear(events, { from: 0, to: 100 }, { width: 100, laneHeight: 20 }, { x, y }, 6);
    expect(near(53, 10)).toBe(1);
    expect(near(49, 10)).toBe(0);
    expect(near(53, 30)).toBe(2);
    expect(near(70, 10)).toBe(-1);
    expect(near(53, 50)).toBe(-1);
  });
});
