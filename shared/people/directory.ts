import type { Contact, Shift } from '../facts/contacts.ts';

/** What one file told of people, and when it was taken over (ms since the epoch). */
export interface ContactsImport {
  readonly origin: string;
  readonly contacts: readonly Contact[];
  readonly shifts: readonly Shift[];
  /** Its shifts stand in for those that other lists tell of the same team, as long as they last. */
  readonly overrides: boolean;
  readonly importedAt: number;
}

/** How a person is reached, and from which file that is known. */
export interface Reach extends Contact {
  readonly origin: string;
  readonly importedAt: number;
}

/**
 * Everybody that the files tell of, by name: what the newest file says goes first, and what it leaves
 * open is taken from those before. The age is the newest file's that names the person.
 */
export function directoryOf(imports: readonly ContactsImport[]): Reach[] {
  const people = new Map<string, Reach>();
  const newestFirst = [...imports].sort(
    (left, right) => right.importedAt - left.importedAt || left.origin.localeCompare(right.origin),
  );
  for (const { origin, importedAt, contacts } of newestFirst) {
    for (const contact of contacts) {
      const key = nameKey(contact.person);
      const known = people.get(key);
      people.set(
        key,
        known === undefined
          ? { ...contact, origin, importedAt }
          : {
              ...known,
              team: known.team || contact.team,
              role: known.role || contact.role,
              phone: known.phone || contact.phone,
              mail: known.mail || contact.mail,
              chat: known.chat || contact.chat,
            },
      );
    }
  }
  return [...people.values()].sort(
    (left, right) => left.team.localeCompare(right.team) || left.person.localeCompare(right.person),
  );
}

/** Names are the same whatever the case and the spaces around. */
export function nameKey(person: string): string {
  return person.trim().toLowerCase();
}

/** Who is on call for a team, and who comes next. */
export interface OnCall {
  readonly team: string;
  /** By name; several where a rota has more than one place. */
  readonly now: readonly Shift[];
  /** When others take over, or nobody; null where the lists know of no change. */
  readonly until: number | null;
  /** Who takes over then; empty: nobody. */
  readonly next: readonly Shift[];
  /** Up to when the lists know the shifts of this team. */
  readonly knownUntil: number;
  /** When the newest list that tells of this team was taken over. */
  readonly importedAt: number;
}

/**
 * Who is on call at a moment, team by team, as the lists know it. While an override lasts, it alone
 * counts. Two shifts of the same person that follow on each other are one.
 */
export function onCallAt(imports: readonly ContactsImport[], now: number): OnCall[] {
  return [...teamsOf(imports)]
    .map(([team, told]) => {
      const { importedAt, knownUntil } = told;
      const current = whoHas(told, now);
      const change = nextChange(told, current, now);
      return {
        team,
        now: current,
        until: change?.at ?? null,
        next: change?.shifts ?? [],
        knownUntil,
        importedAt,
      };
    })
    .sort((left, right) => left.team.localeCompare(right.team));
}

/** Everybody who is on call at a moment, each once, as the lists write them; in no order. */
export function onCallNow(imports: readonly ContactsImport[], now: number): string[] {
  const people = new Map<string, string>();
  for (const team of teamsOf(imports).values()) {
    for (const { person } of whoHas(team, now)) people.set(nameKey(person), person);
  }
  return [...people.values()];
}

/**
 * Names of people, each once whatever its case, as it is written first: those of `first` in front,
 * then the others, each by name.
 */
export function peopleInOrder(names: Iterable<string>, first: readonly string[]): string[] {
  const people = new Map<string, string>();
  for (const name of [...names, ...first]) {
    const key = nameKey(name);
    if (key !== '' && !people.has(key)) people.set(key, name.trim());
  }
  const inFront = new Set(first.map(nameKey));
  const place = (key: string): number => (inFront.has(key) ? 0 : 1);
  return [...people]
    .sort(
      ([leftKey, left], [rightKey, right]) =>
        place(leftKey) - place(rightKey) || left.localeCompare(right),
    )
    .map(([, name]) => name);
}

function teamsOf(imports: readonly ContactsImport[]): Map<string, Team> {
  const teams = new Map<string, Team>();
  for (const { shifts, importedAt, overrides } of imports) {
    for (const shift of shifts) {
      const team = teams.get(shift.team) ?? { usual: [], overrides: [], importedAt, knownUntil: 0 };
      (overrides ? team.overrides : team.usual).push(shift);
      team.importedAt = Math.max(team.importedAt, importedAt);
      team.knownUntil = Math.max(team.knownUntil, shift.to);
      teams.set(shift.team, team);
    }
  }
  return teams;
}

interface Team {
  readonly usual: Shift[];
  readonly overrides: Shift[];
  importedAt: number;
  knownUntil: number;
}

function whoHas({ usual, overrides }: Team, moment: number): Shift[] {
  const at = (shifts: readonly Shift[]): Shift[] =>
    shifts.filter(({ from, to }) => from <= moment && moment < to);
  const override = at(overrides);
  const people = new Map<string, Shift>();
  for (const shift of override.length > 0 ? override : at(usual)) {
    people.set(nameKey(shift.person), shift);
  }
  return [...people.values()].sort((left, right) => left.person.localeCompare(right.person));
}

/** When other people have it, or nobody while the lists still know of somebody later. */
function nextChange(
  team: Team,
  current: readonly Shift[],
  now: number,
): { readonly at: number; readonly shifts: Shift[] } | null {
  const names = (shifts: readonly Shift[]): string =>
    shifts.map(({ person }) => nameKey(person)).join('\n');
  const moments = new Set(
    [...team.usual, ...team.overrides]
      .flatMap(({ from, to }) => [from, to])
      .filter((moment) => moment > now && moment < team.knownUntil),
  );
  for (const at of [...moments].sort((left, right) => left - right)) {
    const shifts = whoHas(team, at);
    if (names(shifts) !== names(current)) return { at, shifts };
  }
  return null;
}
