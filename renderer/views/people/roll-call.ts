import type { IncidentRow, RollCallRow } from '../../../shared/ipc/rows.ts';
import { nameKey, type OnCall } from '../../../shared/people/directory.ts';

export interface Expected {
  readonly person: string;
  readonly team: string;
}

export type Answer = 'present' | 'absent' | 'unknown';

/** Somebody who was called, as the list shows it. */
export interface CalledRow {
  readonly key: string;
  readonly person: string;
  readonly team: string;
  readonly answer: Answer;
  readonly expected: boolean;
  readonly comment: string;
  readonly at: number | null;
}

export const MOST_EXPECTED = 500;

/** The newest roll call of an incident; null before the first. */
export function currentCall(
  calls: readonly RollCallRow[],
  incident: string | undefined,
): RollCallRow | null {
  let newest: RollCallRow | null = null;
  for (const call of calls) {
    if (call.incident === incident && call.startedAt >= (newest?.startedAt ?? 0)) newest = call;
  }
  return newest;
}

/** Team by team, in each who is missing first. */
export function calledRows(call: RollCallRow): CalledRow[] {
  const order: Record<Answer, number> = { unknown: 0, absent: 1, present: 2 };
  return call.people
    .map(({ person, team, present, expected, comment, at }): CalledRow => ({
      key: person,
      person,
      team,
      answer: present === null ? 'unknown' : present ? 'present' : 'absent',
      expected,
      comment,
      at,
    }))
    .sort(
      (left, right) =>
        left.team.localeCompare(right.team) ||
        order[left.answer] - order[right.answer] ||
        left.person.localeCompare(right.person),
    );
}

/** How many of each team are there. */
export function teamCounts(
  rows: readonly CalledRow[],
): { readonly team: string; readonly present: number; readonly all: number }[] {
  const teams = new Map<string, { team: string; present: number; all: number }>();
  for (const { team, answer } of rows) {
    const counts = teams.get(team) ?? { team, present: 0, all: 0 };
    counts.all += 1;
    if (answer === 'present') counts.present += 1;
    teams.set(team, counts);
  }
  return [...teams.values()];
}

/** Who should be there: whoever is on call now, and whoever has a part in the incident. */
export function suggestExpected(
  incident: Pick<IncidentRow, 'commander' | 'roles' | 'teams'>,
  onCall: readonly OnCall[],
): Expected[] {
  const people = new Map<string, Expected>();
  const add = (person: string, team: string): void => {
    const key = nameKey(person);
    // A team says more of a person than the bare fact of having a part.
    if (key !== '' && (people.get(key)?.team ?? '') === '') people.set(key, { person, team });
  };
  for (const name of [incident.commander, ...Object.values(incident.roles)]) add(name, '');
  for (const { team, lead, members } of incident.teams) {
    for (const name of [lead, ...members]) add(name, team);
  }
  for (const { team, now } of onCall) for (const { person } of now) add(person, team);
  return [...people.values()].slice(0, MOST_EXPECTED);
}

/** One line a person: `name (team)`. */
export function writeExpected(expected: readonly Expected[]): string {
  return expected
    .map(({ person, team }) => (team === '' ? person : `${person} (${team})`))
    .join('\n');
}

/** Reads lines of `name (team)`, as a person may write them; who is there twice is named. */
export function readExpected(text: string): {
  readonly expected: Expected[];
  readonly twice: string | null;
} {
  const people = new Map<string, Expected>();
  let twice: string | null = null;
  for (const line of text.split(/[\r\n]+/)) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const [, name = trimmed, team = ''] = /^(.*?)\s*[(（]([^()（）]*)[)）]$/.exec(trimmed) ?? [];
    const person = (name === '' ? trimmed : name).slice(0, 200);
    const key = nameKey(person);
    if (people.has(key)) twice ??= person;
    people.set(key, { person, team: team.trim().slice(0, 100) });
  }
  return { expected: [...people.values()], twice };
}
