import { useMemo } from 'react';
import type { IncidentRow } from '../../shared/ipc/rows.ts';
import { onCallAt } from '../../shared/people/directory.ts';
import { clockStore } from '../kit/clock.ts';
import { useRowList } from './rows.ts';
import { useSession } from './session.ts';

/**
 * Names that this room knows, so that a person is written the same everywhere: who is on call now
 * first, then by name oneself, who has or had a part in an incident, whoever the contacts name.
 */
export function useKnownPeople(): readonly string[] {
  const own = useSession()?.person ?? '';
  const incidents = useRowList('incidents');
  const contacts = useRowList('contacts');
  return useMemo(() => {
    const names = new Set<string>(own === '' ? [] : [own]);
    for (const incident of incidents) for (const name of peopleOf(incident)) names.add(name);
    for (const { contacts: listed } of contacts) for (const { person } of listed) names.add(person);
    const onCall = new Set(
      onCallAt(contacts, clockStore.getState().now).flatMap((team) =>
        team.now.map(({ person }) => person),
      ),
    );
    const byName = [...names].sort((left, right) => left.localeCompare(right));
    return [...onCall, ...byName.filter((name) => !onCall.has(name))];
  }, [own, incidents, contacts]);
}

/** Everybody who leads an incident or a part of it. */
function peopleOf(incident: IncidentRow): readonly string[] {
  return [
    incident.commander,
    ...incident.claims,
    ...Object.values(incident.roles),
    ...incident.teams.flatMap(({ lead, members }) => [lead, ...members]),
    ...incident.offers.map(({ to }) => to),
  ];
}
