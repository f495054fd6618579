import { expect, test, vi } from 'vitest';
import type { Folded } from '../../shared/projections/fold.ts';
import { incidentProjection } from '../../shared/projections/incident.ts';
import { clockThing } from './clocks.ts';
import { createLiveTables } from './live-tables.ts';
import type { RowContext } from './rows.ts';
import { createStateIndex } from './state-index.ts';

test('K2 a flood of rows that take long stops no clock', () => {
  const incident = 'incident:one';
  const state = { ...incidentProjection.initial(incident), title: 'It fails', declaredAt: 1 };
  const folded = { noun: 'incident', thing: incident, state, lastKey: '' } as Folded;
  let clock = 0;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const context: Omit<RowContext, 'noise'> = {
    index: createStateIndex(new Map([[incident, folded]])),
    now: 1_000,
    sentFact: () => 'none',
    // Each row of an incident takes a second.
    sentThing: () => {
      clock += 1_000;
      return 'none';
    },
    sending: () => null,
    sourceCount: () => null,
    factsOf: () => [],
    holdsAttachment: () => true,
  };
  try {
    const changes = createLiveTables(context.index).flush(context);
    expect(clock).toBeGreaterThanOrEqual(1_000);
    expect(changes.get('clocks')?.upserts).toMatchObject([{ key: clockThing(incident) }]);
  } finally {
    spy.mockRestore();
  }
});
