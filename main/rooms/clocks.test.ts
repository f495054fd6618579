import { expect, test } from 'vitest';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { edgeThing } from '../../shared/facts/topology.ts';
import type { ClockRow, IncidentRow } from '../../shared/ipc/rows.ts';
import { firedFact, heardFact } from '../testing/facts.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';

const START = Date.UTC(2026, 2, 1, 2, 0, 0);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function sample(at: number, share: number, heardAt = at): Fact {
  return sealFact({
    kind: 'edge.measured',
    v: 1,
    thing: edgeThing('web', 'checkout'),
    at,
    heardAt,
    source: 'mesh',
    body: {
      from: 'web',
      to: 'checkout',
      requestsPerSecond: 50,
      errorsPerSecond: 50 * share,
    },
  });
}

test('K1 K3 the clock of an incident is read from the journal, and follows what comes late', () => {
  let now = START + 90 * SECOND;
  const room = openTestRoom(() => now);
  room.receive([
    heardFact('am', START),
    sample(START, 0),
    sample(START + 40 * SECOND, 0.5),
    firedFact({ name: 'CheckoutFails', service: 'checkout', at: START + 85 * SECOND }),
  ]);
  room.settle();
  const done = room.run({
    name: 'incident.declare',
    title: 'Checkout fails',
    severity: 'SEV-1',
    commander: 'maya',
    services: ['checkout'],
  });
  const incident = done.done ? done.thing : '';
  room.run({
    name: 'incident.set-measure',
    incident,
    service: 'checkout',
    signal: 'errors',
    limit: 0.05,
    goodMs: MINUTE,
  });
  const clock = (): ClockRow | undefined => rowsOf<ClockRow>(room, 'clocks')[0];
  expect(clock()).toMatchObject({
    incident,
    points: {
      effect: { at: START + 40 * SECOND },
      detected: { at: START + 85 * SECOND },
      located: null,
      recovered: null,
    },
  });

  now = START + 8 * MINUTE;
  room.receive([
    sample(START + 5 * MINUTE, 0),
    sample(START + 6 * MINUTE, 0),
    // Heard seven minutes after it happened.
    sample(START + 20 * SECOND, 0.5, now),
  ]);
  expect(clock()?.points).toMatchObject({
    effect: { at: START + 20 * SECOND },
    recovered: { at: START + 5 * MINUTE },
    verified: { at: START + 6 * MINUTE },
  });
  expect(clock()?.moves.filter(({ from }) => from !== null)).toMatchObject([
    { point: 'effect', from: START + 40 * SECOND, to: START + 20 * SECOND, heardAt: now },
  ]);

  // As the room knew it before the late sample, and as it was before anything was over.
  const known = rowsOf<ClockRow>(room, 'clocks', { mode: 'known', moment: now - 1 })[0];
  expect(known?.points['effect']?.at).toBe(START + 40 * SECOND);
  const happened = rowsOf<ClockRow>(room, 'clocks', {
    mode: 'happened',
    moment: START + 2 * MINUTE,
  })[0];
  expect(happened?.points['effect']?.at).toBe(START + 20 * SECOND);
  expect(happened?.points['recovered']).toBeNull();
  expect(rowsOf<IncidentRow>(room, 'incidents')).toHaveLength(1);

  // The evidence is found by the digits with which a text cites it.
  const evidence = clock()?.points['effect']?.evidence ?? '';
  const unknown = '0'.repeat(12);
  const { entries } = room.facts([evidence.slice(0, 12), evidence, unknown]);
  expect(entries.map(({ id }) => id)).toEqual([evidence]);
});

test('K5 a hypothesis confirmed on a merged incident places where the other one was located', () => {
  let now = START;
  const room = openTestRoom(() => (now += SECOND));
  const run = (command: Parameters<typeof room.run>[0]): string => {
    const done = room.run(command);
    expect(done.done).toBe(true);
    return done.done ? done.thing : '';
  };
  const declare = (title: string, services: string[]): string =>
    run({ name: 'incident.declare', title, severity: 'SEV-1', commander: 'maya', services });
  const merged = declare('Cart fails', ['cart']);
  const into = declare('Checkout fails', ['checkout']);
  const stated = run({ name: 'hypothesis.state', incident: merged, text: 'The pool is empty' });
  run({ name: 'incident.merge', incident: merged, into, reason: 'one cause' });
  const clockOf = (incident: string): ClockRow | undefined =>
    rowsOf<ClockRow>(room, 'clocks').find((row) => row.incident === incident);
  expect(clockOf(into)?.points['located']).toBeNull();
  run({ name: 'hypothesis.judge', hypothesis: stated, verdict: 'confirmed', reason: 'seen' });
  expect(clockOf(into)?.points['located']).toMatchObject({ kind: 'hypothesis.judged' });
  // An alert of what only the merged one names, too.
  room.receive([
    heardFact('am', START),
    firedFact({ name: 'CartFails', service: 'cart', at: START + SECOND }),
  ]);
  now += MINUTE;
  expect(clockOf(into)?.points['detected']).toMatchObject({ kind: 'alert.fired' });
});
