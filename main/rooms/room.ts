import { randomBytes } from 'node:crypto';
import { decide } from '../../shared/commands/decide.ts';
import type { Command } from '../../shared/commands/command.ts';
import type { Answer, Asked, Session, TimelineEntry } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type { StatusRow, TableName, UpdateRow } from '../../shared/ipc/rows.ts';
import type { Noun, StateOf } from '../../shared/projections/all.ts';
import { foldThing, type Folded } from '../../shared/projections/fold.ts';
import { withHindsight, type AlertState } from '../../shared/projections/alert.ts';
import type { PullSource } from '../../gateway/ingest/pull.ts';
import { guardLog, type LogGuard } from '../../gateway/journal/database.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { checkFact, isStrange } from '../../shared/facts/catalogue.ts';
import { effectiveAt, type Fact } from '../../shared/facts/fact.ts';
import { sourceThing } from '../../shared/facts/source.ts';
import type { EdgeState, NodeState } from '../../shared/projections/topology.ts';
import { momentOfKey } from '../../shared/facts/order.ts';
import type { CommandContext, PersonDraft } from '../../shared/commands/context.ts';
import { recordExecution } from '../../shared/commands/execution.ts';
import type { ExecutionState } from '../../shared/projections/execution.ts';
import { openRoomActions, type RoomActions } from '../actions/room-actions.ts';
import { diskProblem } from '../disk-problem.ts';
import type { DiskSpace } from '../disk-space.ts';
import { adapters } from '../../shared/adapters/registry.ts';
import { recognise } from '../../shared/adapters/recognise.ts';
import { HandlerError } from '../../shared/ipc/server.ts';
import { openDeskIngest } from '../feeds/desk-ingest.ts';
import { openDirectSources } from '../feeds/direct-sources.ts';
import { openFeed, type FeedClient } from '../feeds/feed-client.ts';
import { replayParked } from '../feeds/replay-parked.ts';
import {
  openJournal,
  type Journal,
  type JournalLimits,
  type Quarantined,
  type SentState,
} from '../journal/journal.ts';
import { openUpdateOutbox, type UpdateOutbox } from '../updates/outbox.ts';
import { messageOf, sendUpdate } from '../updates/send.ts';
import type { Webhook } from '../updates/webhooks.ts';
import { nodeThing } from '../../shared/facts/topology.ts';
import type { PinState } from '../../shared/projections/note.ts';
import { isTimelineEntry } from '../views/timeline-group.ts';
import { readLanes } from './timeline-lanes.ts';
import { openViews, type Views } from '../views/views.ts';
import { openRoomAttachments, type RoomAttachments } from './attachments.ts';
import {
  createLiveTables,
  readTable,
  SENT_TABLES,
  type FactTable,
  type TableChange,
} from './live-tables.ts';
import { statesKnownAt } from './known-states.ts';
import { readNoiseOf, type NoiseView } from './noise.ts';
import { createRunbookLibrary, type RunbookLibrary } from './runbook-library.ts';
import { coverageOf, matchesOfAlert, matchesOfService } from './runbook-matches.ts';
import { keepRecord, type RecordKeeper } from './record.ts';
import type { RowContext, SourceCount } from './rows.ts';
import { createStateIndex, type StateIndex } from './state-index.ts';
import { createMoments, createSkew, watchClock } from './steady-clock.ts';
import {
  entryOf,
  readCited,
  readHistory,
  readSourceCounts,
  readTimeline,
  type EntryContext,
} from './timeline.ts';

export type RoomKind = 'live' | 'demo' | 'bundle';

export interface RoomOptions {
  readonly kind: RoomKind;
  readonly title: string;
  readonly folder: string;
  readonly builtInRunbooks: string;
  readonly session: () => Session;
  /** The moment that is "now" in this room: a bundle's clock stands still. */
  readonly clock: () => number;
  /** Time since the machine was started (ms), which nobody sets; absent: the clock is never set. */
  readonly steady?: () => number;
  readonly onChange: (changes: ReadonlyMap<TableName, TableChange>, asOf: number) => void;
  readonly onTimeline: (grown: { from: number; to: number; count: number }) => void;
  readonly onPerson: (person: string) => void;
  /** Why this desk's own files beside the room cannot be written; null when they can. */
  readonly disk?: () => string | null;
  /** How much room the disk has; where it is low only people write. Absent: nobody looks. */
  readonly space?: Pick<DiskSpace, 'state' | 'look' | 'forPeople'>;
  /** Where rolling copies of a live room's journal go; absent: none are made. */
  readonly copies?: string;
  /** Where updates may be sent from this desk; absent: nowhere. */
  readonly webhooks?: () => readonly Webhook[];
  /** When a file of the journal is full: for tests. */
  readonly journalLimits?: Partial<JournalLimits>;
  /** The folder of the signed catalogue of a live room; absent: nothing is ever run. */
  readonly actions?: string;
  /** How long the gateway is silent before other sources are asked: for tests. */
  readonly directSilentMs?: number;
  /** From how many bytes on a write-ahead log is emptied, and holds the feed: for tests. */
  readonly logLimits?: { readonly emptyBytes: number; readonly heldBytes: number };
}

/** One journal with its views, its rows and its feed: what is on the desk. */
export interface Room {
  readonly kind: RoomKind;
  readonly title: string;
  readonly journal: Journal;
  readonly record: RecordKeeper;
  readonly views: Views;
  readonly library: RunbookLibrary;
  readonly attachments: RoomAttachments;
  /** "Now" in this room: this desk's clock, set right by the gateway's where they differ. */
  now(): number;
  /** Facts come in as fast as they can be taken: what can wait is to wait. */
  isFlooded(): boolean;
  /** What runbooks may run here; null where nothing is run. */
  readonly actions: RoomActions | null;
  /** A thing as all stored facts give it, also while the views are behind. */
  stateOf(thing: string): Folded | null;
  connect(address: string, token: string): void;
  /** Takes what a source would have sent. @throws HandlerError where it is none, or nothing is written here */
  importFile(name: string, text: string): Promise<Answer<'file.import'>>;
  /** What this desk asks itself while the gateway is silent. */
  setDirect(sources: readonly PullSource[]): void;
  /** Sends what waits for its webhook now: the webhooks changed, or a person asks for it. */
  sendUpdates(): void;
  disconnect(): void;
  /** Facts came by a road other than the feed. */
  receive(facts: readonly Fact[]): void;
  run(command: Command): Answer<'command.run'>;
  readRows(table: TableName, position: Position): { rows: Record<string, unknown>[]; asOf: number };
  timeline(query: Asked<'timeline.read'>): Answer<'timeline.read'>;
  density(query: Asked<'timeline.density'>): Answer<'timeline.density'>;
  lanes(query: Asked<'timeline.lanes'>): Answer<'timeline.lanes'>;
  entry(seq: number): Answer<'timeline.entry'>;
  extent(): Answer<'timeline.extent'>;
  history(thing: string, limit: number): Answer<'thing.history'>;
  /** Facts by the first digits of their ids. */
  facts(ids: readonly string[]): Answer<'fact.read'>;
  /** Facts of this journal as entries of its timeline, as they read now. */
  entriesOf(facts: readonly StoredFact[]): TimelineEntry[];
  matchRunbook(thing: Asked<'runbook.match'>): Answer<'runbook.match'>;
  runbookCoverage(sinceMs: number): Answer<'runbook.coverage'>;
  /**
   * Resolves when everything that is stored by now is in the views, taken in slices so that others
   * get their turn; or when the disk does not let them follow, or the room is closed.
   */
  ready(): Promise<void>;
  /** The disk has room again, or no longer: the feed goes on, or waits. */
  spaceChanged(): void;
  /** Everything stored is on screen when this returns, however long it takes: for tests. */
  settle(): void;
  close(): void;
}

/** How long one slice of facts may take on its way into the views: requests get a turn between. */
const SLICE_MS = 25;
/** How many facts a slice begins with; then as many as the slices before say. */
const SLICE_FACTS = { first: 200, least: 20, most: 2_000 } as const;
/** How long what a person does waits for the views to show it. */
const SETTLE_MS = 25;
/** Rows go to windows at most so often. */
const FLUSH_MS = 100;
/** … and take at most a fifth of the time, but come at least so often. */
const FLUSH_MOST_MS = 1_000;
/** With so many facts still to come, what can wait waits. */
const FLOOD_FACTS = 5_000;
/** While more is to come than is in the views, the stages against noise wait so long between readings. */
const NOISE_WAITS_MS = 3_000;
const RETRY_MS = 1_000;
/** A disk costs nobody else anything to be asked: what it gives again is there within seconds. */
const RETRY_MOST_MS = 4_000;
/** The gateway's clock is believed over ours from here on: below, the network may be the cause. */
const SKEW_MS = 2_000;
/** What only time changes is looked at so often. */
const TICK_MS = 1_000;
const REFRESH_FILES_MS = 10_000;
const PAST_STATES_KEPT = 4;
/** Meta key: up to which seq of the journal facts that are none were told. */
const STRANGE_UP_TO = 'strangeUpTo';
/** While space is low the views still follow what people write, but take no more than so many facts. */
const FOLLOWED_WHEN_LOW = 1_000;

export function openRoom(options: RoomOptions): Room {
  const journal = openJournal({
    folder: options.folder,
    repair: options.kind === 'live',
    now: options.clock,
    ...(options.copies !== undefined && { copies: options.copies }),
    ...(options.journalLimits && { limits: options.journalLimits }),
  });
  const views = openViewsOf(options.folder, journal);
  const index = createStateIndex(views.current);
  const live = createLiveTables(index);
  const library = createRunbookLibrary({
    builtInFolder: options.builtInRunbooks,
    journal,
    now: options.clock,
  });
  const attachments = openRoomAttachments({
    folder: journal.folder,
    states: views.current,
    mayGrow: () => options.space?.state() !== 'low',
    onChange(things) {
      for (const thing of things) live.touch(thing);
      scheduleFlush();
    },
  });
  const fetching = new Set<string>();
  let feed: FeedClient | null = null;
  let feedAddress: string | null = null;
  let feedToken = '';
  /** Why the feed waits though a gateway is named, and since when. */
  let held: { why: 'space' | 'log'; since: number } | null = null;
  let journalLog: LogGuard | null = null;
  let viewsLog: LogGuard | null = null;
  let guarded: unknown[] = [];
  let flushTimer: NodeJS.Timeout | null = null;
  let noiseTimer: NodeJS.Timeout | null = null;
  let catchUpTimer: NodeJS.Immediate | null = null;
  let retryTimer: NodeJS.Timeout | null = null;
  let failures = 0;
  let sliceFacts: number = SLICE_FACTS.first;
  let waiting: { seq: number; resolve: () => void }[] = [];
  /** On the monotonic clock: the system's may be set back. */
  let lastFlush = -Infinity;
  let flushTookMs = 0;
  /** What the disk does not let us do, by what failed. */
  const problems = new Map<'views' | 'rows' | 'counts' | 'texts' | 'journal' | 'log', string>();
  let aloneSince: number | null = null;
  let closed = false;
  let libraryDirty = true;
  let libraryFolder: string | null = null;
  let runbookRows = new Map<string, string>();
  let statusText = '';
  let rowsEpoch: string | null = null;
  let grown: { from: number; to: number; count: number } | null = null;
  const since = options.clock();
  const setBy = options.steady ? watchClock(options.clock, options.steady) : (): number => 0;
  const skewNow = createSkew(() => feed?.status().skewMs ?? journal.skewMs(), setBy);
  const inRoomTime = createMoments(setBy, aheadMs);

  const tick = setInterval(() => {
    if (problems.has('journal')) tryDisk('journal', () => journal.checkWritable());
    watchLogs();
    direct?.follow(gatewaySilentMs());
    attachments.exchange(feed);
    scheduleFlush();
  }, TICK_MS);
  const fileTick = setInterval(() => {
    libraryDirty = true;
    scheduleFlush();
  }, REFRESH_FILES_MS);
  tick.unref();
  fileTick.unref();

  const epoch = (): string | null => feed?.epoch() ?? journal.feedPlace('gateway').epoch;

  /** The room's time minus this desk's. */
  function aheadMs(): number {
    const skew = options.kind === 'live' ? (skewNow() ?? 0) : 0;
    return Math.abs(skew) > SKEW_MS ? skew : 0;
  }

  function roomNow(): number {
    return options.clock() + aheadMs();
  }

  /** @returns false when it failed; the status row tells why */
  function tryDisk(what: Parameters<typeof problems.set>[0], act: () => void): boolean {
    try {
      act();
      problems.delete(what);
      return true;
    } catch (error) {
      problems.set(what, error instanceof Error ? error.message : String(error));
      if (diskProblem(error) === null) console.error(`room, ${what}:`, error);
      else options.space?.look();
      return false;
    }
  }

  function contextAt(
    ofIndex: StateIndex,
    now: number,
    sourceCount: RowContext['sourceCount'],
    holds: (fact: Fact) => boolean = () => true,
  ): Omit<RowContext, 'noise'> {
    const sends = options.kind === 'live';
    return {
      index: ofIndex,
      now,
      factsOf: (thing, window) =>
        journal.facts
          .ofThing(thing, window)
          .map(({ fact }) => fact)
          .filter(holds),
      sentFact: (id): SentState => (sends ? journal.sentState(id, epoch()) : 'none'),
      sentThing: (thing): SentState => {
        if (!sends) return 'none';
        let state: SentState = 'none';
        for (const { fact } of journal.facts.ofThing(thing)) {
          const sent = journal.sentState(fact.id, epoch());
          if (sent === 'refused' || (sent === 'pending' && state !== 'refused')) state = sent;
          else if (sent === 'sent' && state === 'none') state = 'sent';
        }
        return state;
      },
      sending: (update) => updates?.sending(update) ?? null,
      sourceCount,
      holdsAttachment: (digest) => attachments.has(digest),
    };
  }

  function liveContext(): Omit<RowContext, 'noise'> {
    return contextAt(index, roomNow(), (source) => views.sourceCount(source));
  }

  function pastContext(position: Past): RowContext {
    let counts: ReadonlyMap<string, SourceCount> | null = null;
    const ofIndex = pastIndex(position);
    const context = contextAt(
      ofIndex,
      position.moment,
      (source) => {
        counts ??= sourceCountsAt(position);
        return counts.get(source) ?? null;
      },
      (fact) => (position.mode === 'known' ? fact.heardAt : effectiveAt(fact)) <= position.moment,
    );
    const noise = pastNoise.get(ofIndex) ?? readNoiseOf(ofIndex, position.moment);
    pastNoise.set(ofIndex, noise);
    return { ...context, noise };
  }

  function readPast(table: FactTable, position: Past): Record<string, unknown>[] {
    const context = pastContext(position);
    if (table !== 'clocks') return readTable(table, context);
    // Of every incident much of the journal is read for them.
    const clocks = pastClocks.get(context.index) ?? readTable(table, context);
    pastClocks.set(context.index, clocks);
    return clocks;
  }

  /** Whole minutes from the views, the last one from the journal. */
  function sourceCountsAt(position: Past): ReadonlyMap<string, SourceCount> {
    const minute = minuteFloor(position.moment);
    const clock = position.mode === 'happened' ? 'at' : 'heard';
    const before = views.sourcesBefore(clock, minute);
    return readSourceCounts(journal.databases(), position, minute, before);
  }

  function scheduleCatchUp(): void {
    if (catchUpTimer !== null || retryTimer !== null || closed) return;
    catchUpTimer = setImmediate(() => {
      catchUpTimer = null;
      if (!closed && attempt()) scheduleCatchUp();
    });
  }

  /** Many facts on a disk without room: the views wait, so that what people write finds some. */
  function viewsWait(): boolean {
    if (options.space?.state() !== 'low') return false;
    return journal.facts.lastSeq() - views.reflected() > FOLLOWED_WHEN_LOW;
  }

  /** A log that something reads without end must not fill the disk: then the feed waits. */
  function watchLogs(): void {
    if (closed) return;
    let stuck = false;
    tryDisk('log', () => (stuck = logsAreStuck()));
    if (stuck) problems.set('log', 'another program reads the files of this room without end');
    holdFeed(stuck ? 'log' : null);
  }

  function logsAreStuck(): boolean {
    // Both may be other files by now.
    if (guarded[0] !== journal.database || guarded[1] !== views.database) {
      guarded = [journal.database, views.database];
      journalLog = guardLog(journal.database, options.logLimits);
      viewsLog = guardLog(views.database, options.logLimits);
    }
    return [journalLog?.check(), viewsLog?.check()].includes('held');
  }

  function holdFeed(log: 'log' | null): void {
    const why = options.space?.state() === 'low' ? 'space' : log;
    if (why === (held?.why ?? null)) return;
    held = why === null ? null : { why, since: options.clock() };
    if (held !== null) {
      // Without receipts the gateway keeps what comes; nobody is asked to send it again.
      feed?.close();
      feed = null;
    } else if (feedAddress !== null) {
      room.connect(feedAddress, feedToken);
    }
    scheduleCatchUp();
    scheduleFlush();
  }

  /** Takes a slice if the disk lets it, else tries again later. @returns true while more wait */
  function attempt(): boolean {
    let more = false;
    if (viewsWait()) {
      release();
      return false;
    }
    if (tryDisk('views', () => (more = slice()))) {
      failures = 0;
    } else {
      failures += 1;
      const pause = Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** (failures - 1));
      retryTimer = setTimeout(() => {
        retryTimer = null;
        scheduleCatchUp();
      }, pause);
      scheduleFlush();
    }
    release();
    return more;
  }

  /** Lets those go on who waited for what the views hold now, or for what the disk does not give. */
  function release(): void {
    const stuck = closed || retryTimer !== null || viewsWait();
    const reflected = stuck ? Infinity : views.reflected();
    const served = waiting.filter(({ seq }) => seq <= reflected);
    waiting = waiting.filter(({ seq }) => seq > reflected);
    for (const { resolve } of served) resolve();
  }

  /** Takes one slice of facts into the views. @returns true while more are waiting */
  function slice(): boolean {
    const began = performance.now();
    const { facts, read, things, more } = views.catchUp(sliceFacts);
    if (more) {
      const fitting = (read * SLICE_MS) / Math.max(1, performance.now() - began);
      const next = Math.min(fitting, sliceFacts * 2);
      sliceFacts = Math.round(Math.min(SLICE_FACTS.most, Math.max(SLICE_FACTS.least, next)));
    }
    for (const thing of things) {
      live.touch(thing);
      if (thing.startsWith('runbook:')) libraryDirty = true;
      else if (thing.startsWith('attachment:')) attachments.touch(thing);
    }
    for (const { fact } of facts) {
      if (!isTimelineEntry(fact.kind)) continue;
      grown = {
        from: Math.min(grown?.from ?? fact.at, fact.at),
        to: Math.max(grown?.to ?? fact.at, fact.at),
        count: (grown?.count ?? 0) + 1,
      };
    }
    tellStrange(facts);
    if (facts.length > 0 || things.size > 0 || !more) scheduleFlush();
    return more;
  }

  /** Facts that lie in the journal and are not what their kind says: no state has them, a person is told. */
  function tellStrange(facts: readonly StoredFact[]): void {
    const strange = facts.filter(({ fact }) => isStrange(fact));
    if (strange.length === 0) return;
    tryDisk('journal', () => {
      // Views that are made anew meet them again.
      const toldUpTo = Number(journal.meta(STRANGE_UP_TO) ?? 0);
      const fresh = strange.filter(({ seq }) => seq > toldUpTo);
      if (fresh.length === 0) return;
      journal.quarantine(fresh.map(strangeProblem), options.clock());
      journal.setMeta(STRANGE_UP_TO, String(Math.max(...fresh.map(({ seq }) => seq))));
    });
  }

  function scheduleFlush(): void {
    if (flushTimer !== null || closed) return;
    const pause = Math.min(FLUSH_MOST_MS, Math.max(FLUSH_MS, flushTookMs * 4));
    flushTimer = setTimeout(
      () => {
        flushTimer = null;
        if (!closed) flush();
      },
      Math.max(0, pause - (performance.now() - lastFlush)),
    );
  }

  /** Tells everything that changed; what the disk does not give stays for the next time. */
  function flush(): void {
    const began = performance.now();
    const now = roomNow();
    const changes = new Map<TableName, TableChange>();
    tryDisk('rows', () => {
      touchSent();
      const runbooks = runbookChanges();
      if (runbooks) changes.set('runbooks', runbooks);
      for (const [table, change] of live.flush(liveContext())) changes.set(table, change);
    });
    if (changes.has('updates')) updates?.look();
    const status = statusRow(now);
    // The clock in the row moves always; it alone is no news, unless it was set.
    const text = JSON.stringify({ ...status, now: setBy() });
    if (text !== statusText) {
      statusText = text;
      changes.set('status', { upserts: [{ ...status }], removes: [] });
    }
    lastFlush = performance.now();
    flushTookMs = lastFlush - began;
    if (changes.size > 0) options.onChange(changes, now);
    scheduleNoise(now);
    if (grown) {
      options.onTimeline(grown);
      grown = null;
    }
  }

  /** What the stages against noise say of many alerts takes a while: it comes by itself, after the rows. */
  function scheduleNoise(now: number): void {
    const pause = live.noisePauseMs(now);
    if (pause === null || noiseTimer !== null || closed) return;
    noiseTimer = setTimeout(
      () => {
        noiseTimer = null;
        if (closed) return;
        live.readNoise(roomNow());
        scheduleFlush();
        // While a record of days comes in, what it says of noise can wait for the most of it.
      },
      Math.max(
        pause,
        isFlooded() || views.reflected() < journal.facts.lastSeq() ? NOISE_WAITS_MS : 0,
      ),
    );
  }

  /** Brings one table up to date for who reads it now, and tells the others who follow it. */
  function flushTable(table: FactTable | 'runbooks'): void {
    const change =
      table === 'runbooks' ? runbookChanges() : live.flush(liveContext(), table).get(table);
    if (change) options.onChange(new Map([[table, change]]), roomNow());
    if (change && table === 'updates') updates?.look();
  }

  /** To another gateway nothing was sent yet. */
  function touchSent(): void {
    const current = epoch();
    if (current === rowsEpoch) return;
    rowsEpoch = current;
    live.touchTables(SENT_TABLES);
  }

  function runbookChanges(): TableChange | null {
    const folder = options.session().runbookFolder;
    if (!libraryDirty && folder === libraryFolder) return null;
    const confirmed = feed?.status().heardAt ?? null;
    const changed = library.refresh(
      views.current,
      folder,
      confirmed === null ? null : minuteFloor(inRoomTime('confirmed', confirmed)),
    );
    libraryDirty = false;
    libraryFolder = folder;
    fetchMissing();
    if (!changed) return null;
    const next = new Map<string, string>();
    const upserts: Record<string, unknown>[] = [];
    for (const [key, { row }] of library.entries()) {
      const text = JSON.stringify(row);
      next.set(key, text);
      if (runbookRows.get(key) !== text) upserts.push({ ...row });
    }
    const removes = [...runbookRows.keys()].filter((key) => !next.has(key));
    runbookRows = next;
    return { upserts, removes };
  }

  /** Every desk keeps all of the team's runbooks, not only those it once opened. */
  function fetchMissing(): void {
    for (const { digest, fileName } of library.missing()) {
      if (!feed || fetching.has(digest)) continue;
      fetching.add(digest);
      const keep = (text: string | null): void => {
        fetching.delete(digest);
        if (closed || text === null) return;
        // Not kept: it is missing still, and asked for again when the files are read anew.
        if (!tryDisk('texts', () => journal.saveBlob(digest, fileName, text))) return;
        libraryDirty = true;
        scheduleFlush();
      };
      feed.fetchBlob(digest).then(keep, () => keep(null));
    }
  }

  let counts: Pick<
    StatusRow,
    'outbox' | 'refused' | 'facts' | 'viewsBehind' | 'quarantined' | 'from' | 'to'
  > = { outbox: 0, refused: 0, facts: 0, viewsBehind: 0, quarantined: 0, from: null, to: null };

  function readCounts(): void {
    const sends = options.kind === 'live';
    const facts = journal.facts.lastSeq();
    const { from, to } = sends ? counts : views.extent();
    counts = {
      outbox: sends ? journal.outboxSize(epoch()) : 0,
      refused: sends ? journal.refusedSize() : 0,
      facts,
      viewsBehind: facts - views.reflected(),
      quarantined: journal.quarantineSize(),
      from,
      to,
    };
  }

  function statusRow(now: number): StatusRow {
    const feedStatus = feed?.status() ?? null;
    // A disk that does not even let us count must not keep this row from telling so.
    tryDisk('counts', readCounts);
    const [problem = null] = problems.values();
    const feedProblem = feedStatus?.reason === 'disk' ? 'disk' : null;
    const waits = feedAddress === null ? null : held;
    const heardAt = feedStatus?.heardAt ?? null;
    return {
      key: 'status',
      room: options.kind,
      roomTitle: options.title,
      feed: waits ? 'offline' : (feedStatus?.state ?? 'none'),
      feedAddress: feedStatus?.address ?? feedAddress,
      feedReason: waits ? waits.why : (feedStatus?.reason ?? null),
      feedSince: inRoomTime('since', feedStatus?.since ?? waits?.since ?? since),
      heardAt: heardAt === null ? null : inRoomTime('heard', heardAt),
      ...counts,
      gaps: (feedStatus?.gaps ?? journal.gaps('gateway')).map((gap) => ({ ...gap })),
      skewMs: feedStatus?.skewMs ?? journal.skewMs(),
      feedBehind: feedStatus?.behind ?? 0,
      direct: [...(direct?.asked() ?? [])],
      record: record.state(),
      space: options.space?.state() ?? 'enough',
      disk: problem ?? feedProblem ?? options.disk?.() ?? null,
      now,
    };
  }

  const past = new Map<string, StateIndex>();
  /** The index of a moment is the same object as long as it is kept. */
  const pastNoise = new WeakMap<StateIndex, NoiseView>();
  const pastClocks = new WeakMap<StateIndex, Record<string, unknown>[]>();
  function pastIndex(position: Past): StateIndex {
    const key = `${position.mode}:${position.moment}:${views.revision()}`;
    const known = past.get(key);
    if (known) return known;
    const states =
      position.mode === 'happened'
        ? happenedBy(position.moment)
        : statesKnownAt(journal, views, position.moment);
    const made = createStateIndex(states);
    past.set(key, made);
    for (const oldest of past.keys()) {
      if (past.size <= PAST_STATES_KEPT) break;
      past.delete(oldest);
    }
    return made;
  }

  /** States as they were, and what is known of them by now: an alert that was told late held too. */
  function happenedBy(moment: number): Map<string, Folded> {
    const states = views.at(moment);
    const now = roomNow();
    for (const [thing, folded] of states) {
      if (folded.noun !== 'alert') continue;
      const later = views.current.get(thing);
      const state = withHindsight(
        folded.state as AlertState,
        later?.noun === 'alert' ? (later.state as AlertState) : null,
        (source) => index.freshness(source, now) === 'fresh',
      );
      states.set(thing, { ...folded, state });
    }
    return states;
  }

  function entryContext(position: Position): EntryContext {
    const sends = options.kind === 'live';
    const ofIndex = position.mode === 'live' ? index : pastIndex(position);
    const { states, movedNotes, withdrawnImports } = ofIndex;
    return {
      states,
      movedNotes,
      withdrawnImports,
      repeatedLines: ofIndex.repeatedLines(),
      sent: (id) => (sends ? journal.sentState(id, epoch()) : 'none'),
    };
  }

  /** The unit of each service as the room knows it now. */
  function unitOfServices(): (service: string) => string {
    flushTable('nodes');
    const rows = live.rows('nodes');
    return (service) => rows.get(nodeThing(service))?.unit ?? '';
  }

  /** The services that are in a unit now; the empty one for those in none. */
  function servicesIn(unit: string): string[] {
    flushTable('nodes');
    const names = [...live.rows('nodes').values()]
      .filter((row) => (row.unit ?? '') === unit)
      .map(({ name }) => name);
    return unit === '' ? ['', ...names] : names;
  }

  /** From the views where they are up to date, else from the thing's own facts. */
  function stateOf(thing: string): Folded | null {
    if (views.reflected() >= journal.facts.lastSeq()) return views.current.get(thing) ?? null;
    return foldThing(
      thing,
      journal.facts.ofThing(thing).map(({ fact }) => fact),
    );
  }

  function isFlooded(): boolean {
    return (feed?.status().behind ?? 0) > FLOOD_FACTS;
  }

  const direct =
    options.kind === 'live'
      ? openDirectSources({
          journal,
          now: options.clock,
          heldOf,
          onFacts: scheduleCatchUp,
          onChange: scheduleFlush,
          ...(options.directSilentMs !== undefined && { silentMs: options.directSilentMs }),
        })
      : null;

  /** The facts of a source that this desk holds, of everything that it speaks of. */
  function heldOf(source: string): StoredFact[] {
    const things = new Set([sourceThing(source), ...(index.alertsBySource.get(source) ?? [])]);
    for (const [thing, { noun, state }] of views.current) {
      if (noun !== 'node' && noun !== 'edge') continue;
      if (Object.hasOwn((state as NodeState | EdgeState).reports, source)) things.add(thing);
    }
    return [...things].flatMap((thing) =>
      journal.facts.ofThing(thing).filter(({ fact }) => fact.source === source),
    );
  }

  /** How long the gateway has not been heard (ms, on the monotonic clock); null while it is. */
  function gatewaySilentMs(): number | null {
    const state = feed?.status().state;
    if (state === 'connected' || state === 'syncing') {
      aloneSince = null;
      return null;
    }
    aloneSince ??= performance.now();
    return performance.now() - aloneSince;
  }

  /**
   * Updates of which the journal knows no delivery: the rows alone may be older than it, and what
   * was delivered would be sent again while the views are made anew.
   */
  function undelivered(): UpdateRow[] {
    return [...live.rows('updates').values()].filter(
      ({ key, deliveries }) =>
        deliveries.webhook === undefined && read('update', key)?.deliveries.webhook === undefined,
    );
  }

  /** Only a live room's desk sends: a demo and a file speak to nobody. */
  const updates: UpdateOutbox | null =
    options.kind === 'live' && options.webhooks
      ? openUpdateOutbox({
          updates: undelivered,
          replica: journal.replica,
          webhooks: options.webhooks,
          message: messageOf,
          send: sendUpdate,
          confirm(update, detail) {
            // Refused only where it is written down already.
            room.run({
              name: 'update.confirm-delivery',
              update,
              channel: 'webhook',
              taken: true,
              detail: detail.slice(0, 1_000),
            });
          },
          onChange(update) {
            live.touch(update);
            scheduleFlush();
          },
          now: roomNow,
        })
      : null;

  const record = keepRecord({
    journal,
    copies: options.kind === 'live' ? (options.copies ?? null) : null,
    now: options.clock,
    busy: () => views.reflected() < journal.facts.lastSeq(),
    flooded: isFlooded,
    mayGrow: () => options.space?.state() !== 'low',
    onChange: scheduleFlush,
    keeps: options.kind === 'live',
  });

  function read<Name extends Noun>(noun: Name, thing: string): StateOf[Name] | null {
    const folded = stateOf(thing);
    return folded?.noun === noun ? (folded.state as StateOf[Name]) : null;
  }

  /** The catalogue is read from the disk only where a command asks for it. */
  function commandContext(now: number, needsActions: boolean): CommandContext {
    return {
      now,
      person: options.session().person,
      newId: `${now.toString(36)}${randomBytes(6).toString('hex')}`,
      read,
      holdsRunbook: (digest) => library.text(digest) !== null,
      runbook: (digest) => library.runbook(digest),
      holdsAttachment: (digest) => attachments.has(digest),
      ...(needsActions && actions !== null && { actions: actions.context() }),
      lastAt: (thing) => {
        const key = stateOf(thing)?.lastKey;
        return key === undefined ? null : momentOfKey(key);
      },
    };
  }

  function writeOwn(
    person: string,
    drafts: readonly PersonDraft[],
    now: number,
    attachments: { digest: string; fileName: string; text: string }[] = [],
  ): StoredFact[] {
    const write = (): StoredFact[] => journal.appendOwn(person, drafts, now, attachments);
    const written = append(() => options.space?.forPeople(write) ?? write());
    settleViews(SETTLE_MS);
    scheduleFlush();
    feed?.nudge();
    return written;
  }

  const actions: RoomActions | null =
    options.kind === 'live' && options.actions !== undefined
      ? openRoomActions({
          folder: options.actions,
          replica: journal.replica,
          now: roomNow,
          stateOf: (thing) => read('execution', thing),
          runOf: (thing) => read('run', thing),
          runbook: (digest) => library.runbook(digest),
          meta: (key) => journal.meta(key),
          setMeta: (key, value) => journal.setMeta(key, value),
          record(thing, event) {
            const now = roomNow();
            const decision = recordExecution(thing, event, commandContext(now, false));
            if (!decision.ok) return;
            const startedBy = read('execution', thing)?.started?.by;
            writeOwn(options.session().person ?? startedBy ?? '', decision.value, now);
          },
          run: (command) => room.run(command),
        })
      : null;

  const room: Room = {
    actions,
    kind: options.kind,
    title: options.title,
    journal,
    record,
    views,
    library,
    attachments,
    now: roomNow,
    stateOf,
    isFlooded,
    connect(address, token) {
      feed?.close();
      feed = null;
      feedAddress = address;
      feedToken = token;
      scheduleFlush();
      if (held !== null) return;
      feed = openFeed({
        address,
        token,
        journal,
        now: options.clock,
        onFacts() {
          watchLogs();
          scheduleCatchUp();
        },
        onStatus() {
          // Noted by the clock as it stands now.
          const { since: changedAt, heardAt } = feed?.status() ?? { since, heardAt: null };
          inRoomTime('since', changedAt);
          if (heardAt !== null) inRoomTime('heard', heardAt);
          scheduleFlush();
        },
        attachments,
        onPerson: options.onPerson,
        onReceipts(ids) {
          tryDisk('rows', () => {
            for (const id of ids) {
              const stored = journal.facts.byId(id);
              if (stored) live.touch(stored.fact.thing);
            }
          });
          grown ??= { from: options.clock(), to: options.clock(), count: 0 };
          scheduleFlush();
        },
      });
      scheduleFlush();
    },
    async importFile(name, text) {
      if (options.kind !== 'live') {
        throw new HandlerError('forbidden', 'what is shown here is read-only');
      }
      const bytes = new TextEncoder().encode(text);
      const source = sourceOfFile(name);
      const context = { now: roomNow(), source, declaredBy: () => new Map<string, string>() };
      const format = recognise(bytes, context);
      if (format === null) {
        throw new HandlerError('invalid-question', `${name} is in no format that is known here`);
      }
      const ingest = await openDeskIngest({
        journal,
        now: roomNow,
        held: heldOf(source),
        onFacts: scheduleCatchUp,
        isOver: () => closed,
      });
      const outcome = await ingest.receive({
        adapter: adapters[format],
        bytes,
        source,
        isFile: true,
      });
      return {
        format,
        source: outcome.source,
        accepted: outcome.accepted,
        duplicates: outcome.duplicates,
        problems: outcome.problems.slice(0, 100).map(({ place, reason }) => ({ place, reason })),
        problemCount: outcome.problems.length,
      };
    },
    setDirect: (sources) => direct?.set(sources),
    sendUpdates: () => updates?.retry(),
    disconnect() {
      feed?.close();
      feed = null;
      feedAddress = null;
      scheduleFlush();
    },
    receive(facts) {
      if (append(() => journal.appendForeign(facts, options.clock())).length > 0) {
        scheduleCatchUp();
      }
    },
    run(command) {
      if (options.kind === 'bundle') return { done: false, code: 'read-only' };
      // In the room's time: a desk whose clock is off would write what the gateway places elsewhere.
      const now = roomNow();
      const context = commandContext(now, command.name.startsWith('execution.'));
      const decision = decide(command, context);
      if (!decision.ok) return { done: false, code: decision.error.code };
      const text = command.name === 'run.start' ? library.text(command.digest) : null;
      const texts =
        command.name === 'run.start' && text ? [{ digest: command.digest, ...text }] : [];
      const written = writeOwn(context.person ?? '', decision.value, now, texts);
      const thing = written[0]?.fact.thing ?? '';
      actions?.follow(command, thing);
      return { done: true, facts: written.map(({ fact }) => fact.id), thing };
    },
    readRows(table, position) {
      if (table === 'status') {
        const now = roomNow();
        return { rows: [{ ...statusRow(now) }], asOf: now };
      }
      if (table === 'runbooks') {
        flushTable(table);
        const rows = [...library.entries().values()].map(({ row }) => ({ ...row }));
        return { rows, asOf: roomNow() };
      }
      if (position.mode === 'live') {
        flushTable(table);
        const rows = [...live.rows(table).values()] as unknown as Record<string, unknown>[];
        return { rows, asOf: roomNow() };
      }
      return { rows: readPast(table, position), asOf: position.moment };
    },
    timeline: (query) =>
      readTimeline(journal.databases(), query, { ...entryContext(query.position), servicesIn }),
    density(query) {
      const { position } = query;
      const to = position.mode === 'live' ? query.to : Math.min(query.to, position.moment);
      const counts = views.density(query.from, query.to, query.buckets);
      if (to < query.to) {
        // What lies after the moment under review had not happened yet.
        const cut = Math.ceil(((to - query.from) / (query.to - query.from)) * query.buckets);
        for (const series of Object.values(counts)) series.fill(0, Math.max(0, cut));
      }
      return counts;
    },
    lanes: (query) =>
      readLanes(journal.databases(), query, {
        views,
        states: index.states,
        movedNotes: index.movedNotes,
        withdrawnImports: index.withdrawnImports,
        repeatedLines: index.repeatedLines(),
        unitOf: unitOfServices(),
        isPinned: (id) =>
          (views.current.get(`pin:${id}`)?.state as PinState | undefined)?.pinned ?? false,
      }),
    entry(seq) {
      const [stored] = journal.facts.range(seq - 1, seq, 1);
      return { entry: stored ? entryOf(stored, entryContext({ mode: 'live' })) : null };
    },
    extent: () => views.extent(),
    history: (thing, limit) => ({
      entries: readHistory(journal.databases(), thing, limit, entryContext({ mode: 'live' })),
    }),
    facts: (ids) => ({
      entries: readCited(journal.databases(), ids, entryContext({ mode: 'live' })),
    }),
    entriesOf(facts) {
      const context = entryContext({ mode: 'live' });
      return facts
        .filter(
          ({ fact }) =>
            !context.withdrawnImports.has(String(fact.body['import'])) &&
            !context.repeatedLines.has(fact.id),
        )
        .map((stored) => entryOf(stored, context));
    },
    matchRunbook(thing) {
      flushTable('runbooks');
      if ('alert' in thing) {
        const folded = stateOf(thing.alert);
        return folded?.noun === 'alert'
          ? matchesOfAlert(folded.state as AlertState, library.entries())
          : { matches: [] };
      }
      const things = [...(index.alertsByService.get(thing.service) ?? [])];
      const states = things.flatMap((alert) => {
        const folded = views.current.get(alert);
        return folded?.noun === 'alert' ? [folded.state as AlertState] : [];
      });
      const open = states.filter(({ reports }) => Object.values(reports).some((told) => told.open));
      return matchesOfService(thing.service, open, library.entries());
    },
    runbookCoverage(sinceMs) {
      flushTable('runbooks');
      return coverageOf(views.current, library.entries(), roomNow() - sinceMs);
    },
    ready() {
      const seq = journal.facts.lastSeq();
      const stuck = closed || retryTimer !== null || viewsWait();
      if (stuck || views.reflected() >= seq) return Promise.resolve();
      scheduleCatchUp();
      return new Promise((resolve) => waiting.push({ seq, resolve }));
    },
    spaceChanged: watchLogs,
    settle() {
      settleViews(Infinity);
      live.readNoise(roomNow());
      flush();
    },
    close() {
      closed = true;
      clearInterval(tick);
      clearInterval(fileTick);
      if (flushTimer) clearTimeout(flushTimer);
      if (noiseTimer) clearTimeout(noiseTimer);
      if (catchUpTimer) clearImmediate(catchUpTimer);
      if (retryTimer) clearTimeout(retryTimer);
      release();
      actions?.close();
      direct?.close();
      updates?.close();
      attachments.close();
      feed?.close();
      record.close();
      views.close();
      journal.close();
    },
  };

  /** Takes what waits into the views for so long; the rest follows by itself. */
  function settleViews(budgetMs: number): void {
    const until = performance.now() + budgetMs;
    while (retryTimer === null && attempt()) {
      if (performance.now() < until) continue;
      scheduleCatchUp();
      return;
    }
  }

  /** @throws what the journal throws; the status row tells it until it can be written again */
  function append(act: () => StoredFact[]): StoredFact[] {
    try {
      return act();
    } catch (error) {
      tryDisk('journal', () => {
        throw error;
      });
      scheduleFlush();
      throw error;
    }
  }

  if (options.kind === 'live') {
    const replay = { journal, now: options.clock, onFacts: scheduleCatchUp, isOver: () => closed };
    replayParked(replay).catch((error: unknown) => {
      // The next start tries it again.
      if (!closed) console.error('what was parked could not be tried again:', error);
    });
    void room.ready().then(() => {
      if (closed) return;
      actions?.recover(
        [...index.states].flatMap(([thing, { noun, state }]) =>
          noun === 'execution' ? [[thing, state as ExecutionState] as const] : [],
        ),
      );
    });
  }
  scheduleCatchUp();
  scheduleFlush();
  return room;
}

/** What a file says is said by a source of its name: nobody else is taken for heard by it. */
function sourceOfFile(name: string): string {
  return `file:${name.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}`;
}

type Past = Exclude<Position, { mode: 'live' }>;

function openViewsOf(folder: string, journal: Journal): Views {
  try {
    return openViews(folder, journal);
  } catch (error) {
    journal.close();
    throw error;
  }
}

function strangeProblem({ seq, fact }: StoredFact): Quarantined {
  const checked = checkFact(fact);
  const { place, code, reason } = checked.ok
    ? { place: '', code: 'wrong-type' as const, reason: 'not what its kind says' }
    : checked.error;
  const excerpt = JSON.stringify(fact).slice(0, 500);
  return { source: fact.source, place: `journal ${seq}.${place}`, code, reason, excerpt };
}

function minuteFloor(moment: number): number {
  return moment - (moment % 60_000);
}
