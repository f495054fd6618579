import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { IncidentRow } from '../../shared/ipc/rows.ts';
import { minuteOf } from '../../shared/kit/time.ts';
import { onCallNow, peopleInOrder } from '../../shared/people/directory.ts';
import { clockStore } from '../kit/clock.ts';
import { useRowList } from './rows.ts';
import { useSession } from './session.ts';

const NOBODY: readonly string[] = [];

/**
 * Names that this room knows, so that a person is written the same everywhere: who is on call now
 * first, then by name oneself, who has or had a part in an incident, whoever the contacts name.
 * @param more others that the caller knows of; the same array as long as they are the same
 */
export function useKnownPeople(more = NOBODY): readonly string[] {
  const own = useSession()?.person ?? '';
  const incidents = useRowList('incidents');
  const contacts = useRowList('contacts');
  const minute = useStore(clockStore, ({ now }) => minuteOf(now));
  return useMemo(() => {
    const names = [own, ...incidents.flatMap(peopleOf), ...more];
    for (const { contacts: listed } of contacts) names.push(...listed.map(({ person }) => person));
    return peopleInOrder(names, onCallNow(contacts, minute));
  }, [own, incidents, contacts, more, minute]);
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
