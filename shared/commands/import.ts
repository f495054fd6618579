import { z } from 'zod';
import { CLOCK_TOLERANCE_MS } from '../facts/fact.ts';
import { importFacts } from '../facts/import.ts';
import { noteFacts } from '../facts/note.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { ok } from '../kit/result.ts';
import {
  after,
  declared,
  draft,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
  type PersonDraft,
} from './context.ts';

/** Lines that one command carries: more are kept by several, one after the other. */
export const IMPORT_CHUNK = 200;

const thing = z.string().min(3).max(1_024);
const line = z.strictObject({
  at: z.int().min(0),
  who: noteFacts['note.imported'].shape.who,
  text: noteFacts['note.imported'].shape.text,
});
export type ImportedLine = z.infer<typeof line>;

export const importCommands = [
  /** Takes over lines of another record; what this room has of them already adds nothing. */
  z.strictObject({
    name: z.literal('import.keep'),
    /** The import that these lines go on; absent: a new one begins. */
    goesOn: thing.optional(),
    kind: importFacts['import.kept'].shape.kind,
    from: z.int().min(0),
    to: z.int().min(0),
    lines: importFacts['import.kept'].shape.lines,
    origin: importFacts['import.kept'].shape.name,
    incident: thing.optional(),
    notes: z.array(line).min(1).max(IMPORT_CHUNK),
  }),
  z.strictObject({
    name: z.literal('import.withdraw'),
    import: thing,
    ...importFacts['import.withdrawn'].shape,
  }),
] as const;
export type ImportCommand = z.infer<(typeof importCommands)[number]>;

/** The thing of an imported line: the same line is the same thing, whoever imports it. */
export function importedNoteThing({ at, who, text }: ImportedLine): string {
  return `note:i${sha256Hex(canonicalJson([at, who, text])).slice(0, 40)}`;
}

export function decideImport(command: ImportCommand, context: CommandContext): Decision {
  if (command.name === 'import.withdraw') {
    const state = declared(context.read('import', command.import), 'keptAt');
    if (!state) return refuse('unknown-thing');
    if (state.withdrawn !== null) return refuse('nothing-changed');
    return one('import.withdrawn', command.import, after(context, command.import), {
      reason: command.reason,
    });
  }
  const { now } = context;
  const { goesOn, kind, origin, lines, from, to, incident, notes } = command;
  const ofImport = goesOn ?? `import:${context.newId}`;
  if (goesOn !== undefined) {
    const state = declared(context.read('import', goesOn), 'keptAt');
    if (!state) return refuse('unknown-thing');
    if (state.withdrawn !== null) return refuse('nothing-changed');
  }
  if (from > to) return refuse('ends-before-start');
  if (notes.some(({ at }) => at > now + CLOCK_TOLERANCE_MS)) return refuse('in-the-future');
  const drafts = new Map<string, PersonDraft>();
  for (const note of notes) {
    const noteThing = importedNoteThing(note);
    if (drafts.has(noteThing) || isHere(noteThing, context)) continue;
    const { text, who } = note;
    const body = { text, who, import: ofImport, origin, ...optional({ incident }) };
    drafts.set(noteThing, draft('note.imported', noteThing, note.at, body));
  }
  if (drafts.size === 0) return refuse('nothing-changed');
  const begun =
    goesOn === undefined
      ? [
          draft('import.kept', ofImport, now, {
            kind,
            name: origin,
            lines,
            from,
            to,
            ...optional({ incident }),
          }),
        ]
      : [];
  return ok([...begun, ...drafts.values()]);
}

/** Imported before, by an import that still stands. */
function isHere(noteThing: string, context: CommandContext): boolean {
  const imports = context.read('note', noteThing)?.imports ?? [];
  return imports.some((one) => context.read('import', one.import)?.withdrawn == null);
}
