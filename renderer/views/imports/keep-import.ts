import { IMPORT_CHUNK } from '../../../shared/commands/import.ts';
import type { ImportKind } from '../../../shared/facts/import.ts';
import type { ReadMessage } from '../../../shared/imports/log-reading.ts';
import { runCommand } from '../../room/run-command.ts';

export interface ImportOutcome {
  readonly kept: number;
  readonly known: number;
  /** Cut off: the rest was not kept, and the same paste again brings it. */
  readonly isCut: boolean;
}

/**
 * Keeps messages in parts that a command carries, one after the other, under one import. What this
 * room has already is counted, not kept twice.
 */
export async function keepImport(wish: {
  readonly kind: ImportKind;
  readonly origin: string;
  readonly incident: string | null;
  readonly messages: readonly ReadMessage[];
}): Promise<ImportOutcome> {
  const { kind, origin, incident, messages } = wish;
  const moments = messages.map(({ at }) => at);
  const shared = {
    name: 'import.keep' as const,
    kind,
    origin,
    lines: messages.length,
    from: moments.reduce((least, at) => Math.min(least, at), Number.MAX_SAFE_INTEGER),
    to: moments.reduce((most, at) => Math.max(most, at), 0),
    ...(incident === null ? {} : { incident }),
  };
  let goesOn: string | null = null;
  let kept = 0;
  for (let start = 0; start < messages.length; start += IMPORT_CHUNK) {
    const notes = messages
      .slice(start, start + IMPORT_CHUNK)
      .map(({ at, who, text }) => ({ at, who, text }));
    const command = { ...shared, ...(goesOn === null ? {} : { goesOn }), notes };
    // That a part brings nothing new is no news: only the whole is told.
    const answer = await runCommand(command, { isQuiet: (code) => code === 'nothing-changed' });
    if (!answer.done) {
      if (answer.code === 'nothing-changed') continue;
      return { kept, known: start - kept, isCut: true };
    }
    // The fact that begins the import is none of its lines.
    kept += answer.facts.length - (goesOn === null ? 1 : 0);
    goesOn ??= answer.thing;
  }
  return { kept, known: messages.length - kept, isCut: false };
}
