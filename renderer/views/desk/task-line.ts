/**
 * One line that makes a task: `@ada restart db-7 10m`. Who is named first, what they do follows,
 * how long they have stands at the end. Pure.
 */

export interface TaskLine {
  /** As it was written, or as the person is known; empty where nobody is named yet. */
  readonly person: string;
  readonly action: string;
  /** Between 1 and `LONGEST_MINUTES`; `DEFAULT_MINUTES` where none are written. */
  readonly minutes: number;
  readonly hasMinutes: boolean;
}

export const DEFAULT_MINUTES = 10;
/** A week. */
export const LONGEST_MINUTES = 10_080;

/** `10m`, `10 min`, `1h`, `1h30m`, `10分钟`, `2小时`, at the end of the line. */
const TIME = /(?:^|\s)(?:(\d{1,4})\s*(?:h|小时))?\s*(?:(\d{1,5})\s*(?:min|m|分钟|分))?$/iu;

/**
 * Reads a line. Every text gives a task line: what is missing in it is empty.
 * @param known people that the room knows: a name of several words is read whole where it is known
 */
export function readTaskLine(text: string, known: readonly string[] = []): TaskLine {
  const line = text.trim();
  const { person, rest } = readPerson(line, known);
  const time = readTime(rest);
  return { person, ...time };
}

/** The line that is read as this task. */
export function writeTaskLine(task: {
  readonly person: string;
  readonly action: string;
  readonly minutes: number;
}): string {
  return `@${quoted(task.person)} ${task.action} ${String(task.minutes)}m`;
}

/** Whether the line names all that a task needs. */
export function isWholeTask(line: TaskLine): boolean {
  return line.person !== '' && line.action !== '';
}

/** What of a name is typed while the person is still being named; null once that is over. */
export function typedPerson(text: string): string | null {
  const match = /^\s*@"?([^"]*)$/u.exec(text);
  return match?.[1] ?? null;
}

const COMPLETIONS = 6;

/** People whose name has the typed letters, beginnings first; else in the order in which they are known. */
export function matchingPeople(typed: string, known: readonly string[]): readonly string[] {
  const letters = typed.toLowerCase();
  const place = (name: string): number => name.toLowerCase().indexOf(letters);
  return known
    .filter((name) => place(name) >= 0)
    .sort((left, right) => place(left) - place(right))
    .slice(0, COMPLETIONS);
}

/** The line with a person in place of what was typed of their name. */
export function completePerson(name: string): string {
  return `@${quoted(name)} `;
}

function readPerson(
  line: string,
  known: readonly string[],
): { readonly person: string; readonly rest: string } {
  if (!line.startsWith('@')) return { person: '', rest: line };
  const after = line.slice(1);
  const inQuotes = /^"([^"]*)"?/u.exec(after);
  if (inQuotes) {
    return { person: (inQuotes[1] ?? '').trim(), rest: after.slice(inQuotes[0].length).trim() };
  }
  const lower = after.toLowerCase();
  const longest = known
    .filter((name) => {
      if (!lower.startsWith(name.toLowerCase())) return false;
      const next = after.at(name.length);
      return next === undefined || /[\s:,，：]/u.test(next);
    })
    .sort((left, right) => right.length - left.length)[0];
  if (longest !== undefined) return { person: longest, rest: afterName(after, longest.length) };
  const end = after.search(/\s/u);
  if (end === -1) return { person: after, rest: '' };
  return { person: after.slice(0, end).replace(/[:,，：]$/u, ''), rest: after.slice(end).trim() };
}

function afterName(text: string, length: number): string {
  return text
    .slice(length)
    .replace(/^[:,，：]/u, '')
    .trim();
}

function readTime(text: string): Omit<TaskLine, 'person'> {
  const match = TIME.exec(text);
  const hours = Number(match?.[1] ?? 0);
  const minutes = hours * 60 + Number(match?.[2] ?? 0);
  if (!match || minutes === 0) return { action: text, minutes: DEFAULT_MINUTES, hasMinutes: false };
  return {
    action: text.slice(0, match.index).trim(),
    minutes: Math.min(minutes, LONGEST_MINUTES),
    hasMinutes: true,
  };
}

/** A name that would not be read whole stands in quotes. */
function quoted(name: string): string {
  return /^[^\s":,，：]+$/u.test(name) ? name : `"${name}"`;
}
