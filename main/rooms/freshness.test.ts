import { expect, test } from 'vitest';
import type { AlertRow, NodeRow, SourceRow } from '../../shared/ipc/rows.ts';
import { firedFact, heardFact, nodeFact, resolvedFact } from '../testing/facts.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import type { Room } from './room.ts';

const T0 = 1_760_000_040_000;
const MINUTE = 60_000;
const SOURCES = Array.from({ length: 20 }, (_, index) => `am-${index}`);
const STOPPED = 'am-7';

/** What the desk says of health, without what moves with the clock. */
function picture(room: Room): Map<string, string> {
  const nodes = rowsOf<NodeRow>(room, 'nodes').map(
    ({ name, condition }) => [name, condition] as const,
  );
  const alerts = rowsOf<AlertRow>(room, 'alerts').map(({ key, status }) => [key, status] as const);
  const sources = rowsOf<SourceRow>(room, 'sources').map(
    ({ key, freshness }) => [key, freshness] as const,
  );
  return new Map([...nodes, ...alerts, ...sources]);
}

test('T1 T2 of 20 sources one stops: within two intervals its services are unknown, and nothing else changes', () => {
  let now = T0;
  const room = openTestRoom(() => now);
  const facts = SOURCES.flatMap((source, index) => {
    const ill = { name: `Errors${index}`, service: `ill-${index}`, at: T0, source };
    const well = { name: `Calm${index}`, service: `well-${index}`, source };
    return [
      heardFact(source, T0),
      nodeFact(`ill-${index}`, T0),
      nodeFact(`well-${index}`, T0),
      nodeFact(`unnamed-${index}`, T0),
      firedFact(ill),
      firedFact({ ...well, at: T0 - MINUTE }),
      resolvedFact({ ...well, startsAt: T0 - MINUTE, at: T0 }),
    ];
  });
  room.receive(facts);
  const before = picture(room);
  expect(before.get('ill-7')).toBe('critical');
  expect(before.get('well-7')).toBe('healthy');

  // Two intervals of a minute, in which only the others are heard.
  for (let minute = 1; minute <= 2; minute += 1) {
    now = T0 + minute * MINUTE;
    room.receive(
      SOURCES.filter((source) => source !== STOPPED).map((source) => heardFact(source, now)),
    );
  }
  now = T0 + 2 * MINUTE + MINUTE - 1;
  const after = picture(room);
  const changed = [...after].filter(([key, value]) => before.get(key) !== value);
  expect(after.size).toBe(before.size);
  const alert = rowsOf<AlertRow>(room, 'alerts').find(({ name }) => name === 'Errors7');
  expect(new Map(changed)).toEqual(
    new Map([
      ['ill-7', 'unknown'],
      ['well-7', 'unknown'],
      [alert?.key, 'unknown'],
      [`source:${STOPPED}`, 'silent'],
    ]),
  );
  // It speaks again: all is as it was.
  room.receive([heardFact(STOPPED, now)]);
  expect(picture(room)).toEqual(before);
});
