import type { Contact, Shift } from '../facts/contacts.ts';

/** What one file told of people, and when it was taken over (ms since the epoch). */
export interface ContactsImport {
  readonly origin: string;
  readonly contacts: readonly Contact[];
  readonly shifts: readonly Shift[];
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
  /** The next shift that begins; null where the files know of none. */
  readonly next: Shift | null;
  /** Up to when the files know the shifts of this team. */
  readonly knownUntil: number;
  /** When the newest file that tells of this team was taken over. */
  readonly importedAt: number;
}

/** Who is on call at a moment, team by team, as the files know it. */
export function onCallAt(imports: readonly ContactsImport[], now: number): OnCall[] {
  const teams = new Map<string, { shifts: Shift[]; importedAt: number }>();
  for (const { shifts, importedAt } of imports) {
    for (const shift of shifts) {
      const team = teams.get(shift.team) ?? { shifts: [], importedAt };
      team.shifts.push(shift);
      team.importedAt = Math.max(team.importedAt, importedAt);
      teams.set(shift.team, team);
    }
  }
  return [...teams]
    .map(([team, { shifts, importedAt }]) => {
      const sorted = [...shifts].sort((left, right) => left.from - right.from);
      const current = new Map<string, Shift>();
      for (const shift of sorted) {
        if (shift.from <= now && now < shift.to) current.set(nameKey(shift.person), shift);
      }
      return {
        team,
        now: [...current.values()].sort((left, right) => left.person.localeCompare(right.person)),
        next: sorted.find(({ from }) => from > now) ?? null,
        knownUntil: sorted.reduce((latest, { to }) => Math.max(latest, to), 0),
        importedAt,
      };
    })
    .sort((left, right) => left.team.localeCompare(right.team));
}
