import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../shared/kit/hash.ts';
import type { RunbookRow } from '../../shared/ipc/rows.ts';
import {
  runbookHeads,
  type PublishedRunbookState,
  type WrittenRunbook,
} from '../../shared/projections/run.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import { parseRunbook } from '../../shared/runbooks/parse.ts';
import { RUNBOOK_LIMIT_BYTES, type Runbook } from '../../shared/runbooks/format.ts';
import type { Journal } from '../journal/journal.ts';

/** How much of a line a search shows. */
const MAX_EXCERPT = 200;

export interface LibraryEntry {
  readonly row: RunbookRow;
  readonly runbook: Runbook | null;
}

/**
 * The runbooks of this desk: the team's (from the gateway, every text kept in the journal), those
 * that people wrote at desks (every text is in its fact), those of a local folder, and the built-in
 * ones. All of them are there without a network.
 */
export interface RunbookLibrary {
  entries(): ReadonlyMap<string, LibraryEntry>;
  /** A text by digest: as it is listed now, or as a run once pinned it. */
  text(digest: string): { fileName: string; text: string } | null;
  /** The same, parsed. */
  runbook(digest: string): Runbook | null;
  /** Runbooks whose text or names have every word, each with the first line that has one. */
  search(query: string): { key: string; line: string }[];
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
  /** Facts that hold a text, by its digest. */
  let written = new Map<string, { factId: string; fileName: string }>();
  const searchable = new Map<string, { lower: string; lines: string[] }>();
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
    more: Partial<RunbookRow> = {},
  ): LibraryEntry {
    const { runbook, problems } = parse(fileName, text, digest);
    return {
      runbook,
      row: {
        ...NOT_WRITTEN,
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
        ...more,
      },
    };
  }

  function textOf(digest: string): { fileName: string; text: string } | null {
    const known = texts.get(digest) ?? options.journal?.blob(digest) ?? null;
    if (known) return known;
    const found = written.get(digest);
    const stored = found && options.journal?.facts.byId(found.factId);
    const text = stored ? (stored.fact.body as { text?: unknown }).text : null;
    return found && typeof text === 'string' ? { fileName: found.fileName, text } : null;
  }

  /** Names and text of a runbook in small letters, kept while the library has it. */
  function searched(row: RunbookRow): { lower: string; lines: string[] } {
    const known = searchable.get(row.digest);
    if (known !== undefined) return known;
    const text = row.held ? (textOf(row.digest)?.text ?? '') : '';
    const names = [row.title, row.fileName, row.id, ...row.alerts, ...row.services];
    const lines = [names.join(' · '), ...text.split(/\r?\n/)];
    const all = { lower: lines.map((line) => line.toLowerCase()).join('\n'), lines };
    if (row.held) searchable.set(row.digest, all);
    return all;
  }

  /** What people wrote of one runbook: the newest, with what else was written apart of it. */
  function writtenEntry(
    fileName: string,
    heads: readonly WrittenRunbook[],
    replaces: readonly string[],
  ): LibraryEntry | null {
    const [newest, ...apart] = heads;
    const text = newest && textOf(newest.digest);
    if (!newest || !text) return null;
    return entryOf('room', fileName, text.text, newest.digest, newest.at, {
      replaces: [...replaces],
      writtenBy: newest.by,
      comment: newest.comment,
      apart: apart.map(({ digest, by, at }) => ({ digest, by, at })),
    });
  }

  return {
    entries: () => entries,
    text: textOf,
    runbook(digest) {
      const found = textOf(digest);
      return found && parse(found.fileName, found.text, digest).runbook;
    },
    search(query) {
      const words = query.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length === 0) return [];
      return [...entries.values()].flatMap(({ row }) => {
        const { lower, lines } = searched(row);
        if (!words.every((word) => lower.includes(word))) return [];
        const folded = lower.split('\n');
        const most = folded.findIndex((line) => words.every((word) => line.includes(word)));
        const any = folded.findIndex((line) => words.some((word) => line.includes(word)));
        const line = lines[most < 0 ? any : most] ?? '';
        return [{ key: row.key, line: line.trim().slice(0, MAX_EXCERPT) }];
      });
    },
    missing: () => missing,
    refresh(states, folder, asOf) {
      const next = new Map<string, LibraryEntry>();
      const lacking: typeof missing = [];
      const inRoom = new Set<string>();
      written = new Map();
      for (const folded of states.values()) {
        if (folded.noun !== 'runbook') continue;
        const state = folded.state as PublishedRunbookState;
        const { fileName } = state;
        for (const { digest, factId } of state.written) written.set(digest, { factId, fileName });
        const heads = runbookHeads(state);
        // Whoever writes next replaces all that stands here.
        const replaces = [
          ...heads.written.map(({ factId }) => factId),
          ...(heads.published ? [heads.published.factId] : []),
        ];
        const own = writtenEntry(fileName, heads.written, replaces);
        if (own) {
          next.set(own.row.key, own);
          inRoom.add(fileName);
        }
        if (heads.published === null) continue;
        const { digest } = heads.published;
        const text = textOf(digest);
        const confirmed = Math.max(state.at, asOf ?? 0);
        if (text) {
          const entry = entryOf('gateway', fileName, text.text, digest, confirmed, { replaces });
          next.set(entry.row.key, entry);
          continue;
        }
        lacking.push({ digest, fileName });
        const key = `gateway:${fileName}`;
        next.set(key, { runbook: null, row: notHeld(key, { fileName, digest }, confirmed) });
      }
      for (const [origin, path] of [
        ['folder', folder],
        ['built-in', options.builtInFolder],
      ] as const) {
        for (const file of path === null ? [] : readMarkdown(path)) {
          // What the room made of a built-in one stands in its place.
          if (origin === 'built-in' && inRoom.has(file.fileName)) continue;
          const digest = sha256Hex(file.text);
          texts.set(digest, { fileName: file.fileName, text: file.text });
          const entry = entryOf(origin, file.fileName, file.text, digest, file.modifiedAt);
          next.set(entry.row.key, entry);
        }
      }
      missing = lacking;
      entries = next;
      const digests = new Set([...next.values()].map(({ row }) => row.digest));
      for (const digest of searchable.keys()) if (!digests.has(digest)) searchable.delete(digest);
      const now = JSON.stringify([...next.values()].map(({ row }) => row));
      const changed = now !== fingerprint;
      fingerprint = now;
      return changed;
    },
  };
}

/** What only a text has that a person published at a desk. */
const NOT_WRITTEN = {
  replaces: [],
  writtenBy: null,
  comment: null,
  apart: [],
} satisfies Partial<RunbookRow>;

function notHeld(
  key: string,
  state: { readonly fileName: string; readonly digest: string },
  asOf: number,
): RunbookRow {
  return {
    ...NOT_WRITTEN,
    key,
    fileName: state.fileName,
    id: state.fileName,
    title: state.fileName,
    origin: 'gateway',
    digest: state.digest,
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
