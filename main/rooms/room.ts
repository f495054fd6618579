import { randomBytes } from 'node:crypto';
import { decide } from '../../shared/commands/decide.ts';
import type { Command } from '../../shared/commands/command.ts';
import type { Answer, Asked, Session } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import type { StatusRow, TableName } from '../../shared/ipc/rows.ts';
import type { Noun, StateOf } from '../../shared/projections/all.ts';
import { foldThing, type Folded } from '../../shared/projections/fold.ts';
import type { AlertState } from '../../shared/projections/alert.ts';
import { matchRunbooks } from '../../shared/runbooks/match.ts';
import { storedOf } from '../../gateway/journal/fact-store.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { momentOfKey } from '../../shared/facts/order.ts';
import { openFeed, type FeedClient } from '../feeds/feed-client.ts';
import { openJournal, type Journal, type SentState } from '../journal/journal.ts';
import { openViews, type Views } from '../views/views.ts';
import { createLiveTables, readTable, type TableChange } from './live-tables.ts';
import { createRunbookLibrary, type RunbookLibrary } from './runbook-library.ts';
import type { RowContext } from './rows.ts';
import { createStateIndex, type StateIndex } from './state-index.ts';
import { isTimelineKind, readExtent, readHistory, readTimeline } from './timeline.ts';

export type RoomKind = 'live' | 'demo' | 'bundle';

export interface RoomOptions {
  readonly kind: RoomKind;
  readonly title: string;
  readonly folder: string;
  readonly builtInRunbooks: string;
  readonly session: () => Session;
  /** The moment that is "now" in this room: a bundle's clock stands still. */
  readonly clock: () => number;
  readonly onChange: (changes: ReadonlyMap<TableName, TableChange>, asOf: number) => void;
  readonly onTimeline: (grown: { from: number; to: number; count: number }) => void;
  readonly onPerson: (person: string) => void;
}

/** One journal with its views, its rows and its feed: what is on the desk. */
export interface Room {
  readonly kind: RoomKind;
  readonly title: string;
  readonly journal: Journal;
  readonly views: Views;
  readonly library: RunbookLibrary;
  connect(address: string, token: string): void;
  disconnect(): void;
  /** Facts came by a road other than the feed. */
  receive(facts: readonly Fact[]): void;
  run(command: Command): Answer<'command.run'>;
  readRows(table: TableName, position: Position): { rows: Record<string, unknown>[]; asOf: number };
  timeline(query: Asked<'timeline.read'>): Answer<'timeline.read'>;
  density(query: Asked<'timeline.density'>): Answer<'timeline.density'>;
  extent(): Answer<'timeline.extent'>;
  history(thing: string, limit: number): Answer<'thing.history'>;
  matchRunbook(alert: string): Answer<'runbook.match'>;
  /** Everything stored is on screen when this returns: for tests and for exports. */
  settle(): void;
  close(): void;
}

/** Facts taken into the views at a time, so that requests get a turn in between. */
const SLICE_FACTS = 1_000;
/** Rows go to windows at most so often. */
const FLUSH_MS = 100;
/** What only time changes is looked at so often. */
const TICK_MS = 1_000;
const REFRESH_FILES_MS = 10_000;
const PAST_STATES_KEPT = 4;

export function openRoom(options: RoomOptions): Room {
  const journal = openJournal({ folder: options.folder });
  const views = openViews(options.folder, journal);
  const index = createStateIndex(views.current);
  const live = createLiveTables(index);
  const library = createRunbookLibrary({
    builtInFolder: options.builtInRunbooks,
    journal,
    now: options.clock,
  });
  const fetching = new Set<string>();
  let feed: FeedClient | null = null;
  let feedAddress: string | null = null;
  let flushTimer: NodeJS.Timeout | null = null;
  let catchUpTimer: NodeJS.Immediate | null = null;
  let lastFlush = 0;
  let closed = false;
  let libraryDirty = true;
  let runbookRows = new Map<string, string>();
  let statusText = '';
  let grown: { from: number; to: number; count: number } | null = null;
  const since = options.clock();

  const tick = setInterval(() => scheduleFlush(), TICK_MS);
  const fileTick = setInterval(() => {
    libraryDirty = true;
    scheduleFlush();
  }, REFRESH_FILES_MS);
  tick.unref();
  fileTick.unref();

  const epoch = (): string | null => feed?.epoch() ?? journal.feedPlace('gateway').epoch;

  function contextAt(ofIndex: StateIndex, now: number): RowContext {
    const sends = options.kind === 'live';
    return {
      index: ofIndex,
      now,
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
      sourceCount: (source) => views.sourceCount(source),
    };
  }

  function scheduleCatchUp(): void {
    if (catchUpTimer !== null || closed) return;
    catchUpTimer = setImmediate(() => {
      catchUpTimer = null;
      if (closed) return;
      if (slice()) scheduleCatchUp();
    });
  }

  /** Takes one slice of facts into the views. @returns true while more are waiting */
  function slice(): boolean {
    const { facts, things, more } = views.catchUp(SLICE_FACTS);
    for (const thing of things) {
      live.touch(thing);
      if (thing.startsWith('runbook:')) libraryDirty = true;
    }
    for (const { fact } of facts) {
      if (!isTimelineKind(fact.kind)) continue;
      grown = {
        from: Math.min(grown?.from ?? fact.at, fact.at),
        to: Math.max(grown?.to ?? fact.at, fact.at),
        count: (grown?.count ?? 0) + 1,
      };
    }
    if (facts.length > 0) scheduleFlush();
    return more;
  }

  function scheduleFlush(): void {
    if (flushTimer !== null || closed) return;
    const wait = Math.max(0, FLUSH_MS - (Date.now() - lastFlush));
    flushTimer = setTimeout(() => {
      flushTimer = null;
      if (!closed) flush();
    }, wait);
  }

  function flush(): void {
    lastFlush = Date.now();
    const now = options.clock();
    const changes = new Map<TableName, TableChange>(live.flush(contextAt(index, now)));
    const runbooks = runbookChanges(now);
    if (runbooks) changes.set('runbooks', runbooks);
    const status = statusRow(now);
    // The clock in the row moves always; it alone is no news.
    const text = JSON.stringify({ ...status, now: 0 });
    if (text !== statusText) {
      statusText = text;
      changes.set('status', { upserts: [{ ...status }], removes: [] });
    }
    if (changes.size > 0) options.onChange(changes, now);
    if (grown) {
      options.onTimeline(grown);
      grown = null;
    }
  }

  function runbookChanges(now: number): TableChange | null {
    if (!libraryDirty) return null;
    libraryDirty = false;
    const confirmed = feed?.status().heardAt ?? null;
    const folder = options.session().runbookFolder;
    if (
      !library.refresh(views.current, folder, confirmed === null ? null : minuteFloor(confirmed))
    ) {
      fetchMissing(now);
      return null;
    }
    const next = new Map<string, string>();
    const upserts: Record<string, unknown>[] = [];
    for (const [key, { row }] of library.entries()) {
      const text = JSON.stringify(row);
      next.set(key, text);
      if (runbookRows.get(key) !== text) upserts.push({ ...row });
    }
    const removes = [...runbookRows.keys()].filter((key) => !next.has(key));
    runbookRows = next;
    fetchMissing(now);
    return { upserts, removes };
  }

  /** Every desk keeps all of the team's runbooks, not only those it once opened. */
  function fetchMissing(_now: number): void {
    for (const { digest, fileName } of library.missing()) {
      if (!feed || fetching.has(digest)) continue;
      fetching.add(digest);
      void feed.fetchBlob(digest).then((text) => {
        fetching.delete(digest);
        if (closed || text === null) return;
        journal.saveBlob(digest, fileName, text);
        libraryDirty = true;
        scheduleFlush();
      });
    }
  }

  function statusRow(now: number): StatusRow {
    const feedStatus = feed?.status() ?? null;
    const extent =
      options.kind === 'live' ? { from: null, to: null } : readExtent(journal.database);
    return {
      key: 'status',
      room: options.kind,
      roomTitle: options.title,
      feed: feedStatus?.state ?? 'none',
      feedAddress,
      feedReason: feedStatus?.reason ?? null,
      feedSince: feedStatus?.since ?? since,
      heardAt: feedStatus?.heardAt ?? null,
      outbox: options.kind === 'live' ? journal.outboxSize(epoch()) : 0,
      refused: options.kind === 'live' ? journal.refusedSize() : 0,
      facts: journal.facts.lastSeq(),
      gaps: feedStatus?.gaps.map((gap) => ({ ...gap })) ?? [],
      viewsBehind: journal.facts.lastSeq() - views.reflected(),
      quarantined: journal.quarantineSize(),
      from: extent.from,
      to: extent.to,
      now,
    };
  }

  const past = new Map<string, StateIndex>();
  function pastIndex(position: Exclude<Position, { mode: 'live' }>): StateIndex {
    const key = `${position.mode}:${position.moment}:${views.reflected()}`;
    const known = past.get(key);
    if (known) return known;
    const states =
      position.mode === 'happened'
        ? views.at(position.moment)
        : statesKnownAt(journal, position.moment);
    const made = createStateIndex(states);
    past.set(key, made);
    for (const oldest of past.keys()) {
      if (past.size <= PAST_STATES_KEPT) break;
      past.delete(oldest);
    }
    return made;
  }

  function entryContext(): Parameters<typeof readTimeline>[2] {
    const sends = options.kind === 'live';
    return {
      states: views.current,
      sent: (id) => (sends ? journal.sentState(id, epoch()) : 'none'),
    };
  }

  const room: Room = {
    kind: options.kind,
    title: options.title,
    journal,
    views,
    library,
    connect(address, token) {
      feed?.close();
      feedAddress = address;
      feed = openFeed({
        address,
        token,
        journal,
        now: options.clock,
        onFacts: scheduleCatchUp,
        onStatus: scheduleFlush,
        onPerson: options.onPerson,
        onReceipts(ids) {
          for (const id of ids) {
            const stored = journal.facts.byId(id);
            if (stored) live.touch(stored.fact.thing);
          }
          grown ??= { from: options.clock(), to: options.clock(), count: 0 };
          scheduleFlush();
        },
      });
      scheduleFlush();
    },
    disconnect() {
      feed?.close();
      feed = null;
      feedAddress = null;
      scheduleFlush();
    },
    receive(facts) {
      if (journal.appendForeign(facts, options.clock()).length > 0) scheduleCatchUp();
    },
    run(command) {
      if (options.kind === 'bundle') return { done: false, code: 'read-only' };
      settleViews();
      const now = options.clock();
      const { person } = options.session();
      const decision = decide(command, {
        now,
        person,
        newId: `${now.toString(36)}${randomBytes(6).toString('hex')}`,
        read: <Name extends Noun>(noun: Name, thing: string): StateOf[Name] | null => {
          const folded = views.current.get(thing);
          return folded?.noun === noun ? (folded.state as StateOf[Name]) : null;
        },
        holdsRunbook: (digest) => library.text(digest) !== null,
        lastAt: (thing) => {
          const key = views.current.get(thing)?.lastKey;
          return key === undefined ? null : momentOfKey(key);
        },
      });
      if (!decision.ok) return { done: false, code: decision.error.code };
      const text = command.name === 'run.start' ? library.text(command.digest) : null;
      const attachments =
        command.name === 'run.start' && text ? [{ digest: command.digest, ...text }] : [];
      const written = journal.appendOwn(person ?? '', decision.value, now, attachments);
      settleViews();
      scheduleFlush();
      feed?.nudge();
      return {
        done: true,
        facts: written.map(({ fact }) => fact.id),
        thing: written[0]?.fact.thing ?? '',
      };
    },
    readRows(table, position) {
      if (table === 'status') {
        const now = options.clock();
        return { rows: [{ ...statusRow(now) }], asOf: now };
      }
      if (table === 'runbooks') {
        if (libraryDirty) flush();
        const rows = [...library.entries().values()].map(({ row }) => ({ ...row }));
        return { rows, asOf: options.clock() };
      }
      if (position.mode === 'live') {
        flush();
        const rows = [...live.rows(table).values()] as unknown as Record<string, unknown>[];
        return { rows, asOf: options.clock() };
      }
      settleViews();
      const context = contextAt(pastIndex(position), position.moment);
      return { rows: readTable(table, context), asOf: position.moment };
    },
    timeline: (query) => readTimeline(journal.database, query, entryContext()),
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
    extent: () => readExtent(journal.database),
    history: (thing, limit) => ({
      entries: readHistory(journal.database, thing, limit, entryContext()),
    }),
    matchRunbook(alert) {
      const folded = views.current.get(alert);
      if (folded?.noun !== 'alert') return { matches: [] };
      const state = folded.state as AlertState;
      const candidates = [...library.entries().values()].flatMap(({ row, runbook }) =>
        runbook ? [{ ...runbook, fileName: row.fileName, digest: row.digest, key: row.key }] : [],
      );
      const matches = matchRunbooks(
        { labels: state.labels, annotations: state.annotations },
        candidates,
      );
      return {
        matches: matches.map(({ runbook, reason }) => ({
          digest: runbook.digest,
          key: runbook.key,
          reason,
        })),
      };
    },
    settle() {
      settleViews();
      flush();
    },
    close() {
      closed = true;
      clearInterval(tick);
      clearInterval(fileTick);
      if (flushTimer) clearTimeout(flushTimer);
      if (catchUpTimer) clearImmediate(catchUpTimer);
      feed?.close();
      views.close();
      journal.close();
    },
  };

  function settleViews(): void {
    while (slice());
  }

  scheduleCatchUp();
  scheduleFlush();
  return room;
}

/** The states that the facts heard by a moment give, whenever they had happened. */
function statesKnownAt(journal: Journal, moment: number): Map<string, Folded> {
  const byThing = new Map<string, Fact[]>();
  const rows = journal.database
    .prepare('SELECT seq, seen_at, content FROM fact WHERE heard_at <= ?')
    .iterate(moment);
  for (const row of rows) {
    const { fact } = storedOf(row);
    const facts = byThing.get(fact.thing);
    if (facts) facts.push(fact);
    else byThing.set(fact.thing, [fact]);
  }
  const states = new Map<string, Folded>();
  for (const [thing, facts] of byThing) {
    const folded = foldThing(thing, facts);
    if (folded) states.set(thing, folded);
  }
  return states;
}

function minuteFloor(moment: number): number {
  return moment - (moment % 60_000);
}
