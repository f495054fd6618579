import { expect, test } from 'vitest';
import type { Folded } from '../../shared/projections/fold.ts';
import { clockThing, createClockTurns, type ClockTurns } from './clocks.ts';
import { createStateIndex } from './state-index.ts';

const HOUR = 3_600_000;

function incident(state: object): Folded {
  const whole = { services: ['checkout'], declaredAt: 1, measure: null, origin: null, ...state };
  return { noun: 'incident', thing: '', state: whole, lastKey: '' } as unknown as Folded;
}

function turnsOver(
  incidents: Record<string, object>,
): ClockTurns & { states: Map<string, Folded> } {
  const states = new Map<string, Folded>();
  for (const [key, state] of Object.entries(incidents)) states.set(key, incident(state));
  states.set('alert:a', {
    noun: 'alert',
    thing: 'alert:a',
    state: { service: 'checkout', reports: {} },
    lastKey: '',
  } as unknown as Folded);
  return { ...createClockTurns(createStateIndex(states)), states };
}

test('K2 what people do moves a clock at once, what machines tell after a pause', () => {
  const turns = turnsOver({ 'incident:open': { phase: 'active' } });
  const clock = clockThing('incident:open');
  turns.touch('alert:a');
  expect(turns.due(0)).toEqual([clock]);
  turns.done(clock, 0, 1);
  turns.touch('alert:a');
  expect(turns.due(1_999)).toEqual([]);
  expect(turns.due(2_000)).toEqual([clock]);
  turns.touch('incident:open');
  expect(turns.due(1)).toEqual([clock]);
});

test('K2 a clock that takes long is read less often, and none is forgotten', () => {
  const turns = turnsOver({ 'incident:open': { phase: 'active' } });
  const clock = clockThing('incident:open');
  turns.touch('incident:open');
  turns.done(clock, 0, 500);
  turns.touch('alert:a');
  expect(turns.due(9_999)).toEqual([]);
  expect(turns.due(10_000)).toEqual([clock]);
});

test('K2 open incidents come first, and one that ended long ago waits for people', () => {
  const turns = turnsOver({
    'incident:old': { phase: 'resolved', resolvedAt: 0 },
    'incident:open': { phase: 'active' },
  });
  turns.touchAll();
  expect(turns.due(48 * HOUR)).toEqual([clockThing('incident:open'), clockThing('incident:old')]);
  for (const clock of turns.due(48 * HOUR)) turns.done(clock, 48 * HOUR, 1);
  turns.touch('alert:a');
  expect(turns.due(72 * HOUR)).toEqual([clockThing('incident:open')]);
  turns.touch('incident:old');
  expect(turns.due(72 * HOUR)).toHaveLength(2);
});

test('K2 what people do waits where the last reading took long, and for no more than four such', () => {
  const turns = turnsOver({ 'incident:open': { phase: 'active' } });
  const clock = clockThing('incident:open');
  turns.touch('incident:open');
  turns.done(clock, 0, 500);
  turns.touch('incident:open');
  expect(turns.due(1_999)).toEqual([]);
  turns.touch('alert:a');
  expect(turns.due(2_000)).toEqual([clock]);
  turns.done(clock, 2_000, 100);
  turns.touch('incident:open');
  expect(turns.due(2_001)).toEqual([clock]);
});

test('K5 what moves a clock moves that of what its incident was merged into, also when that is undone', () => {
  const states = {
    'incident:y': { phase: 'active', services: [] },
    'incident:x': { phase: 'duplicate', duplicateOf: 'incident:y', carries: true },
    // Desks apart tied these two in a circle.
    'incident:p': { phase: 'duplicate', services: [], duplicateOf: 'incident:q', carries: true },
    'incident:q': { phase: 'duplicate', services: [], duplicateOf: 'incident:p', carries: true },
  };
  const turns = turnsOver(states);
  turns.touchAll();
  const settle = (): string[] => {
    const clocks = turns.due(0);
    for (const clock of clocks) turns.done(clock, 0, 1);
    return clocks.sort();
  };
  const [p, q, x, y] = ['p', 'q', 'x', 'y'].map((name) => clockThing(`incident:${name}`));
  expect(settle()).toEqual([p, q, x, y]);
  turns.touch('incident:x');
  expect(settle()).toEqual([x, y]);
  turns.touch('incident:p');
  expect(settle()).toEqual([p, q]);
  turns.touch('alert:a');
  expect(turns.due(60_000).sort()).toEqual([x, y]);
  expect(settle()).toEqual([]);
  for (const clock of turns.due(60_000)) turns.done(clock, 0, 1);
  Object.assign(turns.states.get('incident:x')?.state ?? {}, { carries: false, duplicateOf: null });
  turns.touch('incident:x');
  expect(settle()).toEqual([x, y]);
  turns.touch('incident:x');
  expect(settle()).toEqual([x]);
});
