import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../shared/ipc/contract.ts';
import type { Port } from '../shared/ipc/port.ts';
import type { Position } from '../shared/ipc/position.ts';
import type { TableName } from '../shared/ipc/rows.ts';
import {
  HandlerError,
  serveClient,
  type Audience,
  type Handlers,
  type ServedClient,
} from '../shared/ipc/server.ts';
import { parseRunbook } from '../shared/runbooks/parse.ts';
import { unpackBundle } from './bundles/import.ts';
import { writeExport } from './bundles/export.ts';
import { startDemo, type Demo } from './rooms/demo.ts';
import { openRoom, type Room, type RoomKind } from './rooms/room.ts';
import type { TableChange } from './rooms/live-tables.ts';
import { openSession } from './session.ts';

export interface CoreOptions {
  /** The folder of this desk: journal, views, session. */
  readonly profile: string;
  /** The folder with `runbooks/` and `demo/`. */
  readonly resources: string;
  readonly version: string;
  /** 'none': a core that opens no database, for an Electron that the SQLite binding cannot run in. */
  readonly journal?: 'none';
  readonly now?: () => number;
}

export interface Core {
  attach(port: Port, audience: Audience): () => void;
  stop(): Promise<void>;
}

interface Subscription {
  readonly client: ServedClient;
  readonly id: string;
  readonly table: TableName;
  readonly position: Position;
}

/** Tables that tell of this desk itself: the moment under review does not change them. */
const ALWAYS_LIVE = new Set<TableName>(['status', 'runbooks']);

/**
 * The core: journal, views, commands and feed behind ports. It alone computes state; what carries
 * its ports does not show.
 */
export function createCore(options: CoreOptions): Core {
  const now = options.now ?? Date.now;
  const session = openSession(join(options.profile, 'session.json'));
  const subscriptions = new Map<ServedClient, Map<string, Subscription>>();
  const clients = new Set<ServedClient>();
  const liveFolder = join(options.profile, 'rooms', 'live');
  const readOnlyFolder = join(options.profile, 'rooms', 'opened');
  let room: Room | null = null;
  let demo: Demo | null = null;
  let connection: { address: string; token: string } | null = null;

  if (options.journal !== 'none') {
    // A demo or a bundle is not reopened by itself: a start shows the real room.
    const live = existsSync(liveFolder);
    if (live) showLive();
    else if (session.read().room !== 'none') session.write({ room: 'none' });
  }

  function show(kind: RoomKind, title: string, folder: string, clock: () => number): Room {
    closeRoom();
    room = openRoom({
      kind,
      title,
      folder,
      builtInRunbooks: join(options.resources, 'runbooks'),
      session: session.read,
      clock,
      onChange: fanOut,
      onTimeline(grown) {
        for (const client of clients) client.emit('timeline.grew', grown);
      },
      onPerson(person) {
        // The token speaks for a person: what is written under another name would be refused.
        if (session.read().person !== person) announce(session.write({ person }));
      },
    });
    subscriptions.clear();
    announce(session.write({ room: kind }));
    return room;
  }

  function closeRoom(): void {
    demo?.stop();
    demo = null;
    room?.close();
    room = null;
  }

  function showLive(): Room {
    const opened = show('live', '', liveFolder, now);
    if (connection) opened.connect(connection.address, connection.token);
    return opened;
  }

  function announce(changed: Session): void {
    for (const client of clients) client.emit('session.changed', { session: changed });
  }

  function fanOut(changes: ReadonlyMap<TableName, TableChange>, asOf: number): void {
    for (const mine of subscriptions.values()) {
      for (const { client, id, table, position } of mine.values()) {
        const change = changes.get(table);
        if (!change || (position.mode !== 'live' && !ALWAYS_LIVE.has(table))) continue;
        client.emit('rows', { id, upserts: change.upserts, removes: change.removes, asOf });
      }
    }
  }

  function needRoom(): Room {
    if (!room) throw new HandlerError('no-room', 'no room is open at this desk');
    return room;
  }

  const handlers: Handlers<ServedClient> = {
    'session.read': () => session.read(),
    'session.write': ({ person, language, theme, layout, drafts }) => {
      const before = session.read();
      const changed = session.write({
        ...(person !== undefined && { person }),
        ...(language !== undefined && { language }),
        ...(theme !== undefined && { theme }),
        ...(layout !== undefined && { layout: { ...before.layout, ...layout } }),
        ...(drafts !== undefined && { drafts: mergeDrafts(before.drafts, drafts) }),
      });
      if (person !== undefined || language !== undefined || theme !== undefined) announce(changed);
      return changed;
    },
    'room.connect': ({ address, token, tokenKept }) => {
      const url = gatewayUrl(address);
      connection = { address: url, token };
      session.write({ gateway: url, tokenKept });
      if (room?.kind === 'live') room.connect(url, token);
      else showLive();
      const connected = session.read();
      announce(connected);
      return { session: connected };
    },
    'room.open': () => {
      if (room?.kind !== 'live') showLive();
      return { session: session.read() };
    },
    'room.disconnect': () => {
      connection = null;
      if (room?.kind === 'live') room.disconnect();
      return { session: session.write({ tokenKept: false, gateway: null }) };
    },
    'demo.open': ({ speed }) => {
      // Its files are about to be made anew.
      closeRoom();
      demo = startDemo({
        resources: options.resources,
        folder: join(readOnlyFolder, 'demo'),
        speed,
        now,
        open: (folder) => show('demo', '', folder, now),
        onError: (error) => console.error('the demo ended:', error),
      });
      return { session: session.read() };
    },
    'bundle.open': ({ path }) => {
      // Read before anything is closed: a damaged file must cost the desk nothing.
      const unpacked = unpackBundle(path, readOnlyFolder);
      if (!unpacked.ok) {
        const { place, reason } = unpacked.error;
        throw new HandlerError('bundle-damaged', place === '' ? reason : `${place}: ${reason}`);
      }
      const { content, journalFolder } = unpacked.value;
      const { exportedAt, title } = content.manifest;
      show('bundle', title, journalFolder, () => exportedAt).settle();
      return { session: session.read(), facts: content.facts.length };
    },
    'bundle.close': () => {
      showLive();
      return { session: session.read() };
    },
    'runbooks.use-folder': ({ path }) => {
      const changed = session.write({ runbookFolder: path });
      room?.readRows('runbooks', { mode: 'live' });
      announce(changed);
      return { session: changed };
    },
    'table.read': ({ table, position }) => needRoom().readRows(table, position),
    'subscription.open': ({ id, table, position }, client) => {
      const answer = needRoom().readRows(table, position);
      const mine = subscriptions.get(client) ?? new Map<string, Subscription>();
      subscriptions.set(client, mine);
      mine.set(id, { client, id, table, position });
      return answer;
    },
    'subscription.close': ({ id }, client) => {
      subscriptions.get(client)?.delete(id);
      return {};
    },
    'timeline.read': (query) => needRoom().timeline(query),
    'timeline.density': (query) => needRoom().density(query),
    'timeline.extent': () => needRoom().extent(),
    'thing.history': ({ thing, limit }) => needRoom().history(thing, limit),
    'command.run': ({ command }) => needRoom().run(command),
    'runbook.read': ({ digest }) => {
      const text = needRoom().library.text(digest);
      if (!text) return { fileName: '', text: null, runbook: null, problems: [] };
      const { runbook, problems } = parseRunbook(text.text, { fileName: text.fileName });
      return { ...text, runbook, problems: [...problems] };
    },
    'runbook.match': ({ alert }) => needRoom().matchRunbook(alert),
    'export.write': ({ format, path, incident, language }) => {
      try {
        const written = writeExport(needRoom(), {
          format,
          path,
          incident,
          language,
          exportedBy: session.read().person ?? '',
          now: now(),
        });
        return { path, ...written };
      } catch (error) {
        if (error instanceof HandlerError) throw error;
        throw new HandlerError('disk', error instanceof Error ? error.message : String(error));
      }
    },
    'core.describe': () => ({
      version: options.version,
      node: process.versions.node,
      sqlite: room
        ? (room.journal.database.prepare('SELECT sqlite_version()').pluck().get() as string)
        : null,
      process: 'parentPort' in process ? 'utility' : process.send ? 'child' : 'same',
      journal: room?.journal.id ?? null,
    }),
  };

  return {
    attach(port, audience) {
      const { client, stop } = serveClient(port, audience, handlers);
      clients.add(client);
      return () => {
        stop();
        clients.delete(client);
        subscriptions.delete(client);
      };
    },
    async stop() {
      closeRoom();
    },
  };
}

function gatewayUrl(address: string): string {
  const text = /^[a-z]+:\/\//i.test(address.trim()) ? address.trim() : `http://${address.trim()}`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new HandlerError('invalid-question', `"${address}" is not the address of a gateway`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HandlerError(
      'invalid-question',
      `a gateway speaks http or https, not ${url.protocol}`,
    );
  }
  return url.origin;
}

function mergeDrafts(
  before: Record<string, string>,
  patch: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...before, ...patch }).filter(([, text]) => text !== ''),
  );
}
