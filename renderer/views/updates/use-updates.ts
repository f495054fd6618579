import { useMemo } from 'react';
import type { IncidentRow, UpdateRow } from '../../../shared/ipc/rows.ts';
import { directoryOf, nameKey } from '../../../shared/people/directory.ts';
import { readCadence, type CadenceReading } from '../../../shared/updates/cadence.ts';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';

/** Updates of an incident, the newest first. */
export function useUpdatesOf(incident: IncidentRow | null): readonly UpdateRow[] {
  const updates = useRowList('updates');
  return useMemo(
    () =>
      updates
        .filter((update) => update.incident === incident?.key)
        .sort((left, right) => right.publishedAt - left.publishedAt),
    [updates, incident?.key],
  );
}

/** What was promised to whom and when it is due, the most urgent first; moves by the second. */
export function useCadence(incident: IncidentRow | null): readonly CadenceReading[] {
  const updates = useUpdatesOf(incident);
  const now = useNow();
  return incident === null ? [] : readCadence(incident, updates, now);
}

/** The mail address of whoever sits at this desk, if the contacts know it. */
export function useOwnAddress(): string {
  const imports = useRowList('contacts');
  const person = useSession()?.person ?? '';
  return useMemo(() => {
    const own = directoryOf(imports).find((reach) => nameKey(reach.person) === nameKey(person));
    return own?.mail ?? '';
  }, [imports, person]);
}

/** What is not to be read by the public by accident: people, services and units of the room. */
export function useInternalNames(incident: IncidentRow | null): readonly string[] {
  const nodes = useRowList('nodes');
  const imports = useRowList('contacts');
  return useMemo(() => {
    const names = new Set<string>(nodes.map(({ name }) => name));
    for (const { unit } of nodes) if (unit !== null) names.add(unit);
    for (const { contacts } of imports) for (const { person } of contacts) names.add(person);
    if (incident !== null) {
      const { commander, roles, teams, services, units } = incident;
      for (const name of [commander, ...Object.values(roles), ...services, ...units]) {
        names.add(name);
      }
      for (const { lead, members } of teams) for (const name of [lead, ...members]) names.add(name);
    }
    return [...names];
  }, [nodes, imports, incident]);
}
