import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sessionSchema, type Session } from '../shared/ipc/contract.ts';

/**
 * What should survive a restart and is nobody else's business: name, language, theme, layout,
 * drafts. A broken file costs only these, never the start.
 */
export interface SessionStore {
  read(): Session;
  write(patch: Partial<Session>): Session;
}

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
};

export function openSession(path: string): SessionStore {
  let session = load(path);
  return {
    read: () => session,
    write(patch) {
      session = { ...session, ...patch };
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.new`;
      writeFileSync(draft, JSON.stringify(session, null, 2), { mode: 0o600 });
      renameSync(draft, path);
      return session;
    },
  };
}

function load(path: string): Session {
  try {
    const parsed = sessionSchema.partial().safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? ({ ...EMPTY, ...parsed.data } as Session) : EMPTY;
  } catch {
    return EMPTY;
  }
}
