import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { uptime } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pullTokenVariable, readPull, type PullSource } from '../gateway/ingest/pull.ts';
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
import { readUnitRules } from '../shared/units/read-rules.ts';
import { readAlertmanagerConfig } from '../shared/noise/alertmanager-config.ts';
import { readPeople } from '../shared/people/read-people.ts';
import { convertRunbook } from '../shared/runbooks/import/convert.ts';
import { parseRunbook } from '../shared/runbooks/parse.ts';
import { NO_ROOM_ACTIONS } from './actions/room-actions.ts';
import { unpackBundle } from './bundles/import.ts';
import { writeExport } from './bundles/export.ts';
import { diskProblem } from './disk-problem.ts';
import { BackupError, openCopy } from './journal/backup.ts';
import type { JournalLimits } from './journal/journal.ts';
import { watchSpace, type SpaceLimits } from './disk-space.ts';
import { startDemo, type Demo } from './rooms/demo.ts';
import { openRoom, type Room, type RoomKind } from './rooms/room.ts';
import type { TableChange } from './rooms/live-tables.ts';
import { lockProfile, ProfileInUseError } from './profile-lock.ts';
import { openSession } from './session.ts';
import { MOST_WEBHOOKS, readWebhook, textOfWebhook, type Webhook } from './updates/webhooks.ts';
import { keepUp, openSearchIndex, type SearchIndex } from './views/search.ts';

export interface CoreOptions {
  /** The folder of this desk: journal, views, session. */
  readonly profile: string;
  /** The folder with `runbooks/` and `demo/`. */
  readonly resources: string;
  readonly version: string;
  /** 'none': a core that opens no database, for an Electron that the SQLite binding cannot run in. */
  readonly journal?: 'none';
  readonly now?: () => number;
  /** When the disk counts as full: for tests. */
  readonly space?: Partial<SpaceLimits>;
  /** When a file of the journal is full: for tests. */
  readonly journalLimits?: Partial<JournalLimits>;
  /** When a write-ahead log counts as too long: for tests. */
  readonly logLimits?: { readonly emptyBytes: number; readonly heldBytes: number };
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
  let letGo: (() => void) | null = null;
  let search: RoomSearch | null = null;
  /** Files that are of no use once the room is closed: a demo's, or a bundle's unpacked. */
  let disposable: string | null = null;
  let demo: Demo | null = null;
  let connection: { address: string; token: string } | null = null;
  const space = watchSpace({
    folder: options.profile,
    ...(options.space && { limits: options.space }),
    onChange: () => room?.spaceChanged(),
  });

  if (options.journal !== 'none') {
    // What an earlier core left there when it ended: nobody opens it again.
    remove(readOnlyFolder);
    // A demo or a bundle is not reopened by itself: a start shows the real room.
    if (existsSync(liveFolder)) startLive();
    else if (session.read().room !== 'none') session.write({ room: 'none' });
  }

  /** A room that cannot be opened must not keep the core from telling so: `room.open` does. */
  function startLive(): void {
    try {
      showLive();
    } catch (error) {
      console.error('the room could not be opened:', error);
      session.write({ room: 'none' });
    }
  }

  /** What runs at this desk would be ended with its room, and nobody asked for that. */
  function needNoAction(): void {
    if (room?.actions?.isRunning() !== true) return;
    throw new HandlerError('action-runs', 'an action of a runbook runs at this desk');
  }

  /** Opens first, then closes what was open: where it fails, the desk keeps what it has. */
  function show(
    kind: RoomKind,
    title: string,
    place: { folder: string; disposable: string | null },
    clock: () => number,
  ): Room {
    needNoAction();
    const opened: Room = openRoom({
      kind,
      title,
      folder: place.folder,
      builtInRunbooks: join(options.resources, 'runbooks'),
      session: session.read,
      disk: session.problem,
      space,
      copies: join(options.profile, 'copies'),
      actions: join(options.profile, 'actions'),
      webhooks: knownWebhooks,
      ...(options.journalLimits && { journalLimits: options.journalLimits }),
      ...(options.logLimits && { logLimits: options.logLimits }),
      clock,
      ...(kind === 'live' && options.now === undefined && { steady: () => uptime() * 1_000 }),
      onChange(changes, asOf) {
        if (room === opened) fanOut(changes, asOf);
      },
      onTimeline(grown) {
        if (room !== opened) return;
        for (const client of clients) client.emit('timeline.grew', grown);
      },
      onPerson(person) {
        // The token speaks for a person: what is written under another name would be refused.
        if (session.read().person !== person) announce(session.write({ person }));
      },
    });
    closeRoom();
    room = opened;
    search = searchOver(opened, place.folder, () => space.state() === 'low');
    disposable = place.disposable;
    subscriptions.clear();
    announce(session.write({ room: kind }));
    return opened;
  }

  /** What an older or newer version kept and this one does not know is left out. */
  function knownWebhooks(): Webhook[] {
    return session.read().webhooks.flatMap((text) => {
      try {
        return [readWebhook(text)];
      } catch {
        return [];
      }
    });
  }

  function closeRoom(): void {
    demo?.stop();
    demo = null;
    search?.close();
    search = null;
    room?.close();
    room = null;
    if (disposable !== null) remove(disposable);
    disposable = null;
  }

  function showLive(): Room {
    if (room?.kind === 'live') return room;
    holdProfile();
    const opened = show('live', '', { folder: liveFolder, disposable: null }, now);
    if (connection) opened.connect(connection.address, connection.token);
    // What an older or newer version kept and this one does not know is left out.
    opened.setDirect(
      session.read().directSources.flatMap((text) => {
        try {
          return [withToken(readPull(text))];
        } catch {
          return [];
        }
      }),
    );
    return opened;
  }

  /** One writer per profile: the live journal is opened only while no other process has it. */
  function holdProfile(): void {
    try {
      letGo ??= lockProfile(options.profile);
    } catch (error) {
      if (error instanceof ProfileInUseError) throw new HandlerError('in-use', error.message);
      throw error;
    }
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

  /** The past is read once and not followed: it waits until all that is stored can be seen. */
  async function roomAt(position: Position): Promise<Room> {
    if (position.mode !== 'live') await needRoom().ready();
    return needRoom();
  }

  /** A room of its own takes space for nobody but itself. */
  function needSpace(): void {
    if (space.state() !== 'low') return;
    throw new HandlerError('disk', 'there is too little free space on the disk of this desk');
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
      const url = gatewayUrls(address);
      connection = { address: url, token };
      session.write({ gateway: url, tokenKept });
      if (room?.kind === 'live') room.connect(url, token);
      else showLive(); // connects by itself
      const connected = session.read();
      announce(connected);
      return { session: connected };
    },
    'file.import': ({ name, text }) => needRoom().importFile(name, text),
    'direct.set': ({ sources }) => {
      const wanted = directSources(sources);
      const changed = session.write({ directSources: wanted.map(textOfPull) });
      if (room?.kind === 'live') room.setDirect(wanted);
      announce(changed);
      return { session: changed };
    },
    'webhooks.set': ({ webhooks }) => {
      const wanted = readWebhooks(webhooks);
      const changed = session.write({ webhooks: wanted.map(textOfWebhook) });
      room?.sendUpdates();
      announce(changed);
      return { session: changed };
    },
    'updates.send': () => {
      needRoom().sendUpdates();
      return {};
    },
    'people.read': ({ text, ...given }) =>
      readPeople(text, { ...given, now: room?.now() ?? now() }),
    'room.open': () => {
      showLive();
      return { session: session.read() };
    },
    'room.disconnect': () => {
      connection = null;
      if (room?.kind === 'live') room.disconnect();
      return { session: session.write({ tokenKept: false, gateway: null }) };
    },
    'demo.open': ({ speed }) => {
      needNoAction();
      needSpace();
      const folder = join(readOnlyFolder, `demo-${randomBytes(6).toString('hex')}`);
      try {
        demo = startDemo({
          resources: options.resources,
          folder,
          speed,
          now,
          open: (roomFolder) => show('demo', '', { folder: roomFolder, disposable: folder }, now),
          onError: (error) => console.error('the demo ended:', error),
        });
      } catch (error) {
        remove(folder);
        throw error;
      }
      return { session: session.read() };
    },
    'bundle.open': async ({ path }) => {
      needNoAction();
      needSpace();
      // Read before anything is closed: a damaged file must cost the desk nothing.
      const unpacked = await unpackBundle(path, readOnlyFolder);
      if (!unpacked.ok) {
        const { place, reason } = unpacked.error;
        throw new HandlerError('bundle-damaged', place === '' ? reason : `${place}: ${reason}`);
      }
      const { content, journalFolder: folder } = unpacked.value;
      const { now: moment, title } = content.manifest;
      try {
        await show('bundle', title, { folder, disposable: folder }, () => moment).ready();
      } catch (error) {
        if (disposable !== folder) remove(folder);
        throw error;
      }
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
    'table.read': async ({ table, position }) => (await roomAt(position)).readRows(table, position),
    'subscription.open': async ({ id, table, position }, client) => {
      const answer = (await roomAt(position)).readRows(table, position);
      const mine = subscriptions.get(client) ?? new Map<string, Subscription>();
      subscriptions.set(client, mine);
      mine.set(id, { client, id, table, position });
      return answer;
    },
    'subscription.close': ({ id }, client) => {
      subscriptions.get(client)?.delete(id);
      return {};
    },
    'timeline.read': async (query) => (await roomAt(query.position)).timeline(query),
    'timeline.density': (query) => needRoom().density(query),
    'timeline.lanes': (query) => needRoom().lanes(query),
    'timeline.entry': ({ seq }) => needRoom().entry(seq),
    'timeline.extent': () => needRoom().extent(),
    'thing.history': ({ thing, limit }) => needRoom().history(thing, limit),
    'fact.read': ({ ids }) => needRoom().facts(ids),
    'attachment.keep': async ({ bytes }) => {
      const keeping = needRoom();
      if (keeping.kind === 'bundle') {
        throw new HandlerError('forbidden', 'what is shown here is read-only');
      }
      const kept = await keeping.attachments.keep(bytes);
      if (!kept.ok) return { kept: false as const, problem: kept.error };
      const { sha256, type, size } = kept.value;
      return { kept: true as const, sha256, type, size };
    },
    'attachment.read': async ({ digest }) => {
      const bytes = await needRoom().attachments.readOrTake(digest);
      return { bytes: bytes === null ? null : new Uint8Array(bytes) };
    },
    'command.run': ({ command }) => needRoom().run(command),
    'noise.read-config': ({ text }) => readAlertmanagerConfig(text),
    'units.read': ({ text, ...defaults }) => {
      const { rules, problems } = readUnitRules(text, defaults);
      return { rules, problems: problems.slice(0, 200) };
    },
    'runbook.read': ({ digest }) => {
      const text = needRoom().library.text(digest);
      if (!text) return { fileName: '', text: null, runbook: null, problems: [] };
      const { runbook, problems } = parseRunbook(text.text, { fileName: text.fileName });
      return { ...text, runbook, problems: [...problems] };
    },
    'runbook.check': ({ fileName, text }) => {
      const { runbook, problems } = parseRunbook(text, { fileName });
      return { runbook, problems: [...problems] };
    },
    'runbook.convert': ({ fileName, text }) => {
      const { format, runbooks, problems } = convertRunbook(text, fileName);
      return {
        format,
        runbooks: runbooks.map((one) => ({ ...one, problems: [...one.problems] })),
        problems: [...problems],
      };
    },
    'runbook.search': ({ query }) => ({ found: needRoom().library.search(query) }),
    'runbook.coverage': ({ sinceMs }) => needRoom().runbookCoverage(sinceMs),
    'runbook.match': (thing) => needRoom().matchRunbook(thing),
    'actions.read': () => needRoom().actions?.describe() ?? NO_ROOM_ACTIONS,
    'actions.plan': (wish) =>
      needRoom().actions?.plan(wish) ?? { plan: null, problem: 'no-catalogue', parameter: null },
    'actions.output': ({ execution }) => ({
      output: needRoom().actions?.output(execution)?.slice(-20_000) ?? null,
    }),
    'export.write': async ({ format, path, incident, language }) => {
      if (incident !== null && needRoom().stateOf(incident)?.noun !== 'incident') {
        throw new HandlerError('not-found', `no incident ${incident} in this room`);
      }
      const exported = needRoom();
      await exported.ready();
      if (room !== exported) throw new HandlerError('no-room', 'the room was closed meanwhile');
      try {
        const written = await writeExport(exported, {
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
    'search.read': async ({ text, before, limit }) => {
      const searched = needRoom();
      const index = search?.index();
      const found = (await index?.find(text, before, limit)) ?? [];
      if (room !== searched) throw new HandlerError('no-room', 'the room was closed meanwhile');
      return {
        entries: searched.entriesOf(found),
        indexed: index?.reflected() ?? 0,
        facts: searched.journal.facts.lastSeq(),
      };
    },
    'record.read': () => needRoom().record.read(),
    'record.check': () => {
      needRoom().record.check();
      return {};
    },
    'record.copy': () => {
      needRoom().record.copy();
      return {};
    },
    'record.backup': async ({ folder }) => {
      try {
        return await needRoom().record.backUp(folder);
      } catch (error) {
        throw error instanceof BackupError ? new HandlerError('disk', error.message) : error;
      }
    },
    'journal.open': async ({ path }) => {
      needNoAction();
      needSpace();
      const folder = join(readOnlyFolder, `journal-${randomBytes(6).toString('hex')}`);
      try {
        const { facts, at, heardAt } = await openCopy(sourceOf(path, folder));
        const moment = at ?? heardAt ?? now();
        const title = at === null ? basename(path) : new Date(at).toISOString();
        const opened = show('bundle', title, { folder, disposable: folder }, () => moment);
        // A large one is shown while its views are still being built.
        await Promise.race([opened.ready(), delay(SHOWN_AFTER_MS)]);
        return { session: session.read(), facts };
      } catch (error) {
        if (disposable !== folder) remove(folder);
        if (error instanceof BackupError) throw new HandlerError('bundle-damaged', error.message);
        throw error;
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

  const served = tellingOfTheDisk(handlers);

  return {
    attach(port, audience) {
      const { client, stop } = serveClient(port, audience, served);
      clients.add(client);
      return () => {
        stop();
        clients.delete(client);
        subscriptions.delete(client);
      };
    },
    async stop() {
      const actions = room?.actions;
      closeRoom();
      // The processes were asked to end; nobody would be left to end the one that does not listen.
      await actions?.ended();
      session.close();
      await space.close();
      letGo?.();
      letGo = null;
    },
  };
}

interface RoomSearch {
  index(): SearchIndex;
  close(): void;
}

/** Opened when it is first needed, so that a start does not wait for it; fed behind the views. */
function searchOver(room: Room, folder: string, mayNotGrow: () => boolean): RoomSearch {
  let opened: SearchIndex | null = null;
  const index = (): SearchIndex => (opened ??= openSearchIndex(folder, room.journal));
  const isBehind = (): boolean =>
    room.isFlooded() || room.views.reflected() < room.journal.facts.lastSeq();
  const stop = keepUp(index, () => mayNotGrow() || isBehind());
  return {
    index,
    close() {
      stop();
      opened?.close();
    },
  };
}

/** A disk that is full, or a file that cannot be read, is answered as such. */
function tellingOfTheDisk(handlers: Handlers<ServedClient>): Handlers<ServedClient> {
  const wrapped = Object.entries(handlers).map(([name, handler]) => {
    const run = handler as (body: unknown, client: ServedClient) => unknown;
    return [
      name,
      async (body: unknown, client: ServedClient): Promise<unknown> => {
        try {
          return await run(body, client);
        } catch (error) {
          const reason = error instanceof HandlerError ? null : diskProblem(error);
          throw reason === null ? error : new HandlerError('disk', reason);
        }
      },
    ];
  });
  return Object.fromEntries(wrapped) as Handlers<ServedClient>;
}

/** Leftovers cost only space: where they cannot be removed, that is no reason to stop. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    console.error('could not be removed:', error);
  }
}

/** How long a journal that is opened for reading keeps its reader waiting for its views. */
const SHOWN_AFTER_MS = 2_000;

/** `<folder of copies>@<moment>` names a point among rolling copies. */
function sourceOf(path: string, journalFolder: string): Parameters<typeof openCopy>[0] {
  const [, folder, moment] = /^(.*)@(\d{10,})$/.exec(path) ?? [];
  return {
    source: folder ?? path,
    journalFolder,
    at: moment === undefined ? null : Number(moment),
    newId: () => randomBytes(8).toString('hex'),
  };
}

/** @throws HandlerError that says which of them is none, and why */
function readWebhooks(texts: readonly string[]): Webhook[] {
  try {
    const webhooks = texts.slice(0, MOST_WEBHOOKS).map(readWebhook);
    const names = webhooks.map(({ name }) => name);
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    if (twice === undefined) return webhooks;
    throw new Error(`${twice} is named twice`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HandlerError('invalid-question', reason);
  }
}

/** @throws HandlerError that says which of them is none, and why */
function directSources(texts: readonly string[]): PullSource[] {
  try {
    const sources = texts.map((text) => withToken(readPull(text)));
    const names = sources.map(({ name }) => name);
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    if (twice === undefined) return sources;
    throw new Error(`${twice} is named twice`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HandlerError('invalid-question', reason);
  }
}

function withToken(source: PullSource): PullSource {
  const token = process.env[pullTokenVariable(source.name)];
  return token === undefined || token === '' ? source : { ...source, token };
}

function textOfPull({ format, name, url }: PullSource): string {
  return `${format}:${name}=${url}`;
}

/** One gateway, or the replicas of one room with commas between. */
function gatewayUrls(text: string): string {
  const addresses = text.split(',').filter((address) => address.trim() !== '');
  return [...new Set((addresses.length > 0 ? addresses : [text]).map(gatewayUrl))].join(',');
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
