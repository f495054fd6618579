import { beforeEach, describe, expect, test } from 'vitest';
import {
  choiceOf,
  filterOf,
  FIRST_STATE,
  isFiltered,
  onPosition,
  timelineStore,
  toggleGroup,
  windowOf,
} from './timeline-store.ts';

const HOUR = 3_600_000;
const END = 1_800_000_000_000;

beforeEach(() => timelineStore.setState(FIRST_STATE));

describe('timeline window', () => {
  test('a span goes with the clock, a fixed window does not', () => {
    const choice = { kind: 'span', spanMs: HOUR } as const;
    const now = windowOf(choice, { from: null, end: END });
    expect(now.to - now.from).toBe(HOUR);
    expect(now.to).toBeGreaterThan(END);
    expect(windowOf(choice, { from: null, end: END + 1_000 }).from).toBe(now.from + 1_000);
    const fixed = { kind: 'fixed', range: { from: 1, to: 2 } } as const;
    expect(windowOf(fixed, { from: null, end: END })).toEqual({ from: 1, to: 2 });
  });

  test('all begins with the first entry; an empty room still has a window', () => {
    const all = windowOf({ kind: 'all' }, { from: END - 10 * HOUR, end: END });
    expect(all.from).toBeLessThanOrEqual(END - 10 * HOUR + 1);
    expect(all.to).toBeGreaterThan(END);
    const empty = windowOf({ kind: 'all' }, { from: null, end: END });
    expect(empty.to - empty.from).toBe(5 * 60_000);
  });

  test('a window that reaches the end of time follows again', () => {
    expect(choiceOf({ from: END - HOUR, to: END + 5 }, { from: null, end: END })).toEqual({
      kind: 'span',
      spanMs: HOUR + 5,
    });
    expect(choiceOf({ from: END - HOUR, to: END - 5 }, { from: null, end: END }).kind).toBe(
      'fixed',
    );
    // Wholly ahead of time: kept as it is, nothing to follow.
    expect(choiceOf({ from: END + 5, to: END + HOUR }, { from: null, end: END }).kind).toBe(
      'fixed',
    );
  });

  test('a review holds the window still where it began, and remembers its mode', () => {
    onPosition({ mode: 'known', moment: END - 5 }, END);
    onPosition({ mode: 'known', moment: END - 9 }, END + 4_000);
    expect(timelineStore.getState()).toMatchObject({ frozenEnd: END, reviewMode: 'known' });
    onPosition({ mode: 'live' }, END + 9_000);
    expect(timelineStore.getState()).toMatchObject({ frozenEnd: null, reviewMode: 'known' });
  });
});

describe('timeline filter', () => {
  test('groups are toggled in their own order', () => {
    toggleGroup('people');
    toggleGroup('alerts');
    expect(timelineStore.getState().groups).toEqual(['alerts', 'people']);
    toggleGroup('people');
    expect(filterOf({ ...timelineStore.getState(), text: '  db ' })).toEqual({
      groups: ['alerts'],
      text: 'db',
      pinnedOnly: false,
    });
  });

  test('blank text is no filter', () => {
    expect(isFiltered({ groups: [], text: '  ', pinnedOnly: false, lane: null })).toBe(false);
    const lane = { by: 'service', value: 'ledger' } as const;
    expect(isFiltered({ groups: [], text: '', pinnedOnly: true, lane: null })).toBe(true);
    expect(isFiltered({ groups: [], text: '', pinnedOnly: false, lane })).toBe(true);
  });
});
