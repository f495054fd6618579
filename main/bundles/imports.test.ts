import { expect, test } from 'vitest';
import type { Command } from '../../shared/commands/command.ts';
import { openTestRoom } from '../testing/room.ts';
import { selectFacts } from './export.ts';

const T0 = 1_760_000_040_000;
const HOUR = 3_600_000;

test('E5 what an import brought to an incident goes out with its withdrawal, however late that was', () => {
  let now = T0;
  const room = openTestRoom(() => now);
  const run = (command: Command): string => {
    const answer = room.run(command);
    if (!answer.done) throw new Error(answer.code);
    return answer.thing;
  };
  const incident = run({
    name: 'incident.declare',
    title: 'Payments fail',
    severity: 'SEV-1',
    commander: 'maya',
    services: [],
  });
  now = T0 + HOUR;
  run({ name: 'incident.resolve', incident, summary: 'pool raised' });
  // The morning after; nothing of the import itself names the incident or stands in its hours.
  now = T0 + 9 * HOUR;
  const ofImport = run({
    name: 'import.keep',
    kind: 'chat',
    origin: '#ops',
    lines: 1,
    from: T0 + 60_000,
    to: T0 + 60_000,
    notes: [{ at: T0 + 60_000, who: 'bo', text: 'of another night' }],
  });
  now = T0 + 10 * HOUR;
  run({ name: 'import.withdraw', import: ofImport, reason: 'wrong night' });
  const { facts } = selectFacts(room, incident);
  expect(facts.map(({ kind }) => kind)).toEqual([
    'incident.declared',
    'note.imported',
    'incident.resolved',
    'import.kept',
    'import.withdrawn',
  ]);
});
