import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { sessionSchema, type Session } from '../shared/ipc/contract.ts';

/**
 * What should survive a restart and is nobody else's business: name, language, theme, layout,
 * drafts. A broken file costs only these, never the start.
 */
export interface SessionStore {
  read(): Session;
  /** Takes effect at once; where the disk takes it not, it is written later and never thrown. */
  write(patch: Partial<Session>): Session;
  /** Why the file could not be written last (the system's own words); null when it was. */
  problem(): string | null;
  close(): void;
}

/** How long after a failed write the next attempt is made. */
const RETRY_MS = 5_000;

const EMPTY: Session = {
  person: null,
  language: 'en',
  theme: 'dark',
  gateway: null,
  tokenKept: false,
  runbookFolder: null,
  room: 'none',
  layout: {},
  drafts: {},
  directSources: [],
  webhooks: [],
};

export function openSession(path: string, retryMs = RETRY_MS): SessionStore {
  let session = load(path);
  let problem: string | null = null;
  let retry: NodeJS.Timeout | null = null;

  function save(): void {
    if (retry) clearTimeout(retry);
    retry = null;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.new`;
      const file = openSync(draft, 'w', 0o600);
      try {
        writeSync(file, JSON.stringify(session, null, 2));
        // Else a power cut may leave an empty file under the name, and drafts with it.
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, path);
      problem = null;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      retry = setTimeout(save, retryMs);
      retry.unref();
    }
  }

  return {
    read: () => session,
    write(patch) {
      session = { ...session, ...patch };
      save();
      return session;
    },
    problem: () => problem,
    close() {
      if (retry === null) return;
      // The last chance for what was written while the disk was full.
      save();
      if (retry) clearTimeout(retry);
    },
  };
}

function load(path: string): Session {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> | null;
    // Each by itself: a word of another version must not cost a person's drafts.
    const read = Object.entries(sessionSchema.shape).flatMap(([key, schema]) => {
      const parsed = schema.safeParse(kept?.[key]);
      return parsed.success ? [[key, parsed.data]] : [];
    });
    return { ...EMPTY, ...(Object.fromEntries(read) as Partial<Session>) };
  } catch {
    return EMPTY;
  }
}
