import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../shared/kit/hash.ts';
import type { RunbookRow } from '../../shared/ipc/rows.ts';
import type { PublishedRunbookState } from '../../shared/projections/run.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import { parseRunbook } from '../../shared/runbooks/parse.ts';
import { RUNBOOK_LIMIT_BYTES, type Runbook } from '../../shared/runbooks/format.ts';
import type { Journal } from '../journal/journal.ts';

export interface LibraryEntry {
  readonly row: RunbookRow;
  readonly runbook: Runbook | null;
}

/**
 * The runbooks of this desk: the team's (from the gateway, every text kept in the journal), those of
 * a local folder, and the built-in ones. All of them are there without a network.
 */
export interface RunbookLibrary {
  entries(): ReadonlyMap<string, LibraryEntry>;
  /** A text by digest: as it is listed now, or as a run once pinned it. */
  text(digest: string): { fileName: string; text: string } | null;
  /** Digests that the gateway published and whose text is not here yet. */
  missing(): { digest: string; fileName: string }[];
  /** Reads files anew. @returns true when the list changed */
  refresh(states: ReadonlyMap<string, Folded>, folder: string | null, asOf: number | null): boolean;
}

export function createRunbookLibrary(options: {
  builtInFolder: string;
  journal: Journal | null;
  now: () => number;
}): RunbookLibrary {
  let entries = new Map<string, LibraryEntry>();
  let fingerprint = '';
  let missing: { digest: string; fileName: string }[] = [];
  const texts = new Map<string, { fileName: string; text: string }>();
  const parsed = new Map<string, { runbook: Runbook; problems: number }>();

  function parse(
    fileName: string,
    text: string,
    digest: string,
  ): { runbook: Runbook; problems: number } {
    const key = `${digest}:${fileName}`;
    const known = parsed.get(key);
    if (known) return known;
    const { runbook, problems } = parseRunbook(text, { fileName });
    const result = { runbook, problems: problems.length };
    parsed.set(key, result);
    return result;
  }

  function entryOf(
    origin: RunbookRow['origin'],
    fileName: string,
    text: string,
    digest: string,
    asOf: number,
  ): LibraryEntry {
    const { runbook, problems } = parse(fileName, text, digest);
    return {
      runbook,
      row: {
        key: `${origin}:${fileName}`,
        fileName,
        id: runbook.id,
        title: runbook.title,
        origin,
        digest,
        alerts: [...runbook.alerts],
        services: [...runbook.services],
        steps: runbook.steps.length,
        problems,
        version: runbook.version ?? null,
        lastRehearsed: runbook.lastRehearsed ?? null,
        asOf,
        held: true,
      },
    };
  }

  return {
    entries: () => entries,
    text: (digest) => texts.get(digest) ?? options.journal?.blob(digest) ?? null,
    missing: () => missing,
    refresh(states, folder, asOf) {
      const next = new Map<string, LibraryEntry>();
      const lacking: typeof missing = [];
      for (const folded of states.values()) {
        if (folded.noun !== 'runbook') continue;
        const state = folded.state as PublishedRunbookState;
        if (state.digest === null) continue;
        const blob = options.journal?.blob(state.digest) ?? null;
        const confirmed = Math.max(state.at, asOf ?? 0);
        if (blob) {
          const entry = entryOf('gateway', state.fileName, blob.text, state.digest, confirmed);
          next.set(entry.row.key, entry);
          continue;
        }
        lacking.push({ digest: state.digest, fileName: state.fileName });
        const key = `gateway:${state.fileName}`;
        next.set(key, { runbook: null, row: notHeld(key, state, confirmed) });
      }
      for (const [origin, path] of [
        ['folder', folder],
        ['built-in', options.builtInFolder],
      ] as const) {
        for (const file of path === null ? [] : readMarkdown(path)) {
          const digest = sha256Hex(file.text);
          texts.set(digest, { fileName: file.fileName, text: file.text });
          const entry = entryOf(origin, file.fileName, file.text, digest, file.modifiedAt);
          next.set(entry.row.key, entry);
        }
      }
      missing = lacking;
      entries = next;
      const now = JSON.stringify([...next.values()].map(({ row }) => row));
      const changed = now !== fingerprint;
      fingerprint = now;
      return changed;
    },
  };
}

function notHeld(key: string, state: PublishedRunbookState, asOf: number): RunbookRow {
  return {
    key,
    fileName: state.fileName,
    id: state.fileName,
    title: state.fileName,
    origin: 'gateway',
    digest: state.digest ?? '',
    alerts: [],
    services: [],
    steps: 0,
    problems: 0,
    version: null,
    lastRehearsed: null,
    asOf,
    held: false,
  };
}

function readMarkdown(folder: string): { fileName: string; text: string; modifiedAt: number }[] {
  let names: string[];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .sort();
  } catch {
    return [];
  }
  const files: { fileName: string; text: string; modifiedAt: number }[] = [];
  for (const fileName of names.slice(0, 5_000)) {
    try {
      const path = join(folder, fileName);
      const { size, mtimeMs } = statSync(path);
      if (size > RUNBOOK_LIMIT_BYTES || fileName === 'README.md') continue;
      files.push({ fileName, text: readFileSync(path, 'utf8'), modifiedAt: Math.round(mtimeMs) });
    } catch {
      // A file that vanished between listing and reading is not in the library.
    }
  }
  return files;
}
