import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Ask, Session } from '../../shared/ipc/contract.ts';
import { zoneStore, type Zone } from '../kit/zone.ts';
import { core } from './core.ts';

type SessionPatch = Ask<'session.write'>;

/** What survives a restart but is nobody else's business; null until the core answered. */
export const sessionStore = createStore<{ readonly session: Session | null }>(() => ({
  session: null,
}));

const WRITE_DELAY_MS = 250;

/** The entry of the layout that says that this desk once showed a room. */
export const ROOM_WAS_OPEN = 'room.wasOpen';

let pending: SessionPatch = {};
let timer: ReturnType<typeof setTimeout> | null = null;

export function useSession(): Session | null {
  return useStore(sessionStore, (state) => state.session);
}

/** Follows the core's changes of the session; the answer stops it. */
export function followSession(): () => void {
  return core.on('session.changed', (event) => takeSession(event.session));
}

/** Reads the session again. */
export async function readSession(): Promise<void> {
  takeSession(await core.ask('session.read', {}));
}

/** Takes over a session that the core or the shell answered; what is not yet written stays. */
export function takeSession(session: Session): void {
  sessionStore.setState({ session: { ...session, ...pending } as Session });
}

/**
 * Changes the session here at once and in the core a moment later (layout and drafts come with
 * every keystroke). Records replace those before: give them whole.
 */
export function updateSession(patch: SessionPatch): void {
  const { session } = sessionStore.getState();
  if (session) sessionStore.setState({ session: { ...session, ...patch } as Session });
  pending = { ...pending, ...patch };
  timer ??= setTimeout(() => void flushSession(), WRITE_DELAY_MS);
}

/** Writes what is waiting. */
export async function flushSession(): Promise<void> {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  const patch = pending;
  if (Object.keys(patch).length === 0) return;
  pending = {};
  try {
    await core.ask('session.write', patch);
  } catch {
    // A preference that could not be kept must not stop anybody's work; the next change tries again.
  }
}

/** One entry of the layout record; `undefined` until somebody set it. */
export function useLayout(name: string): unknown {
  return useStore(sessionStore, (state) => state.session?.layout[name]);
}

export function setLayout(name: string, value: Session['layout'][string]): void {
  const layout = sessionStore.getState().session?.layout ?? {};
  updateSession({ layout: { ...layout, [name]: value } });
}

/** Text that a person is writing, kept over a restart: `[text, setText]`. */
export function useDraft(field: string): [string, (text: string) => void] {
  const text = useStore(sessionStore, (state) => state.session?.drafts[field] ?? '');
  return [text, (next) => setDraft(field, next)];
}

export function setDraft(field: string, text: string): void {
  const drafts = sessionStore.getState().session?.drafts ?? {};
  updateSession({ drafts: { ...drafts, [field]: text } });
}

const ZONE = 'time.zone';

// The zone of all times is a setting like others; what formats them knows only the zone.
sessionStore.subscribe(({ session }) => {
  const zone: Zone = session?.layout[ZONE] === 'utc' ? 'utc' : 'local';
  if (zoneStore.getState().zone !== zone) zoneStore.setState({ zone });
});

/** Shows all times in the other zone, now and after the next start. */
export function toggleZone(): void {
  setLayout(ZONE, zoneStore.getState().zone === 'utc' ? 'local' : 'utc');
}
