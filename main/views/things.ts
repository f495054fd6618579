import type { Database } from 'better-sqlite3';
import type { FactStore, StoredFact } from '../../gateway/journal/fact-store.ts';
import { effectiveAt } from '../../shared/facts/fact.ts';
import { isOwnHead } from '../../shared/facts/heads.ts';
import { momentOfKey, orderKey } from '../../shared/facts/order.ts';
import type { Noun } from '../../shared/projections/all.ts';
import { applyInOrder, hasState, type Folded } from '../../shared/projections/fold.ts';

/**
 * The states of things, now and at any moment. Of a thing's past only every few facts' state is kept
 * (a *point*): the state at a moment is the last point before it and the few facts between, read from
 * the journal by (thing, at). So a fact costs no write of its own, and a late one nothing but the
 * points after it.
 */

/** The journal, as far as things need it. */
export type ThingFacts = Pick<FactStore, 'range' | 'ofThing' | 'ofThings' | 'thingsBetween'>;

export interface Things {
  readonly current: ReadonlyMap<string, Folded>;
  /**
   * Takes facts that follow on those taken before. Inside a transaction of the caller's. Things with
   * late facts are folded anew at once until so many facts were read for it; the rest is put off,
   * since in a backlog that comes newest first each would be folded anew again and again.
   * @returns the things whose state changed
   */
  take(facts: readonly StoredFact[], refoldFacts: number): Set<string>;
  /** Seq before the first fact that some thing's state still lacks; null when none lacks any. */
  lacksAfter(): number | null;
  /**
   * Folds further things anew whose late facts were put off, until so many facts were read.
   * Inside a transaction of the caller's.
   */
  mend(facts: number): { things: Set<string>; read: number };
  /** States by thing as they were at a moment. */
  at(moment: number): Map<string, Folded>;
  /** Reads everything anew from the store: a transaction was rolled back. */
  reload(taken: number): void;
  /** From here on the states live in this map. */
  moveTo(map: Map<string, Folded>): void;
}

/** A thing's state at a moment: with all facts that are placed at it or before. */
interface Point {
  readonly since: number;
  /** orderKey of the last fact in it. */
  readonly lastKey: string;
  readonly noun: Noun;
  readonly body: string;
}

/** What a thing's current state rests on, as it is kept: see HEAD_TABLE_SQL. */
export interface KeptHead {
  readonly thing: string;
  readonly since: number;
  /** JSON array of seqs; '*' stands for all facts of the thing. */
  readonly seqs: string;
}

/** Where points and heads are kept; one that keeps nothing serves states that are soon replaced. */
export interface ThingStore {
  /** False: nothing outlives the process, so late facts are only looked at as heads. */
  readonly lasting: boolean;
  savePoint(thing: string, point: Point): void;
  dropPoints(thing: string, from: number): void;
  /** The last point at or before a moment. */
  pointAt(thing: string, moment: number): Point | null;
  /** The same of all things that have one. */
  pointsAt(moment: number): Map<string, Point>;
  saveHead(head: KeptHead): void;
  heads(): Iterable<KeptHead>;
  late(): Iterable<{ thing: string; seq: number }>;
  saveLate(thing: string, seq: number): void;
  dropLate(thing: string): void;
}

/**
 * The shape of this table never changes, whatever the version of the views: from it the first start
 * after an upgrade has the current states at once. All facts of the thing that are placed before
 * `since` and are not in `seqs` are replaced by newer ones (shared/facts/heads.ts); those placed at
 * `since` or later count, whether they are listed or not.
 */
export const HEAD_TABLE_SQL = `
CREATE TABLE head (
  thing TEXT    PRIMARY KEY,
  since INTEGER NOT NULL,
  seqs  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const THING_TABLES_SQL = `
${HEAD_TABLE_SQL}
CREATE TABLE point (
  thing    TEXT    NOT NULL,
  since    INTEGER NOT NULL,
  last_key TEXT    NOT NULL,
  noun     TEXT    NOT NULL,
  body     TEXT    NOT NULL
) STRICT;
CREATE INDEX point_place ON point (thing, since);
-- Things whose late facts were put off: their current state is that of their heads.
CREATE TABLE late (
  thing TEXT    PRIMARY KEY,
  seq   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** At 5,000 things a moment is read in well under 100 ms, and a fact costs a third of a write. */
const POINT_FACTS = 3;
/** Of a thing whose state is long, a point is kept one fact later for every so many characters. */
const POINT_CHARACTERS = 1_000;
/** Heads are kept anew after so many facts: who reads them reads also what came since. */
const HEAD_FACTS = 12;
/** Things whose facts are in memory at one time. */
const THINGS_AT_ONCE = 200;
/** Of a thing with more heads than this, all facts are taken for heads. */
const MOST_HEADS = 200;
const ALL = '*';
/** Between two moments with no more facts than this, what changed is read and the rest is known. */
const NEAR_FACTS = 800;
const END_OF_TIME = 8_640_000_000_000_000;

interface Head {
  seq: number;
  /** orderKey of its fact. */
  key: string;
  /** Null: nothing replaces it. */
  readonly kind: string | null;
  readonly source: string;
}

/** What is known of a thing beside its state. */
interface Track {
  readonly thing: string;
  folded: Folded | null;
  /** Null: as the store has them; ALL: all facts. */
  heads: Head[] | typeof ALL | null;
  /** Facts applied since the heads were kept. */
  sinceHeads: number;
  /** As kept: facts placed before it count only as heads. */
  headsSince: number;
  keptSeqs: string;
  /** Facts applied since the newest point. */
  sincePoint: number;
  /** Facts from one point to the next. */
  stride: number;
  /** When the newest point is placed, -1 without any; of a late thing at most so late. */
  newestPoint: number;
  /** Late facts were put off: the state is that of the heads. */
  late: boolean;
}

interface LateFacts {
  /** The earliest moment at which one is placed. */
  from: number;
  /** The first one's seq. */
  seq: number;
  changesHeads: boolean;
}

/**
 * The things of a journal of which facts up to a seq were taken into the store. `pointFacts`: a
 * point is kept after so many facts of a thing.
 */
export function openThings(
  facts: ThingFacts,
  store: ThingStore,
  taken: number,
  pointFacts = POINT_FACTS,
): Things {
  let current = new Map<string, Folded>();
  const tracks = new Map<string, Track>();
  const late = new Map<string, number>();
  let lastTaken = taken;
  /** What was read of the past last: a moment near it is a small step. */
  let past: { moment: number; states: ReadonlyMap<string, Folded>; stale: Set<string> } | null =
    null;

  function reload(upTo: number): void {
    lastTaken = upTo;
    past = null;
    tracks.clear();
    late.clear();
    current.clear();
    for (const { thing, seq } of store.late()) late.set(thing, seq);
    const exact = new Map<string, Track>();
    const byHeads = new Map<string, Track>();
    for (const { thing, since, seqs } of store.heads()) {
      const track = newTrack(thing, pointFacts);
      track.headsSince = since;
      track.keptSeqs = seqs;
      track.heads = seqs === ALL ? ALL : null;
      track.late = late.has(thing);
      tracks.set(thing, track);
      (track.late || !store.lasting ? byHeads : exact).set(thing, track);
    }
    const points = store.pointsAt(END_OF_TIME);
    forEachAfter([...exact.keys()], points, END_OF_TIME, (thing, later) => {
      const track = exact.get(thing);
      if (track) foldOver(track, points.get(thing) ?? null, later, false);
    });
    const sinces = new Map(
      [...byHeads].map(([thing, track]) => [thing, { since: track.headsSince - 1 }]),
    );
    forEachAfter([...byHeads.keys()], sinces, END_OF_TIME, (thing, later) => {
      const track = byHeads.get(thing);
      if (!track) return;
      // What is late by more than what made it late before drops points of its own.
      track.newestPoint = points.get(thing)?.since ?? -1;
      showHeads(track, later);
    });
  }

  function wholeStates(moment: number): Map<string, Folded> {
    const states = new Map<string, Folded>();
    readStates([...tracks.keys()], store.pointsAt(moment), moment, states);
    return states;
  }

  /** From the states that were read last, where few facts lie between; null where many do. */
  function nearStates(moment: number): Map<string, Folded> | null {
    if (past === null || past.stale.size > NEAR_FACTS) return null;
    const between = {
      from: Math.min(moment, past.moment) + 1,
      to: Math.max(moment, past.moment),
    };
    const changed = between.from > between.to ? [] : facts.thingsBetween(between, NEAR_FACTS);
    if (changed === null) return null;
    const things = [...new Set([...changed, ...past.stale])].filter((thing) => tracks.has(thing));
    const points = new Map<string, Point>();
    for (const thing of things) {
      const point = store.pointAt(thing, moment);
      if (point !== null) points.set(thing, point);
    }
    const states = new Map(past.states);
    for (const thing of things) states.delete(thing);
    readStates(things, points, moment, states);
    return states;
  }

  function readStates(
    things: readonly string[],
    points: ReadonlyMap<string, Point>,
    moment: number,
    states: Map<string, Folded>,
  ): void {
    forEachAfter(things, points, moment, (thing, between) => {
      const point = points.get(thing) ?? null;
      let folded = point === null ? null : unpacked(thing, point);
      for (const { fact, key } of inOrder(between, lastTaken)) {
        folded = applyInOrder(folded, thing, fact, key);
      }
      if (folded !== null) states.set(thing, folded);
    });
  }

  function show(track: Track): void {
    if (track.folded !== null) current.set(track.thing, track.folded);
  }

  /** Visits things with the facts that are placed after their points, up to a moment. */
  function forEachAfter(
    things: readonly string[],
    points: ReadonlyMap<string, { readonly since: number }>,
    to: number,
    visit: (thing: string, later: readonly StoredFact[]) => void,
  ): void {
    for (let start = 0; start < things.length; start += THINGS_AT_ONCE) {
      const some = things.slice(start, start + THINGS_AT_ONCE);
      const wanted = some.map((thing) => ({ thing, from: (points.get(thing)?.since ?? -1) + 1 }));
      const later = byThing(facts.ofThings(wanted, to));
      for (const thing of some) visit(thing, later.get(thing) ?? []);
    }
  }

  /** Carries a thing on from its newest point. @returns how many facts were read */
  function foldAnew(track: Track): number {
    const point = store.pointAt(track.thing, END_OF_TIME);
    const from = point === null ? 0 : point.since + 1;
    return foldOver(track, point, facts.ofThing(track.thing, { from, to: END_OF_TIME }), true);
  }

  /** Carries a track on from a point over all later facts. @returns how many were read */
  function foldOver(
    track: Track,
    point: Point | null,
    later: readonly StoredFact[],
    keepPoints: boolean,
  ): number {
    track.folded = point === null ? null : unpacked(track.thing, point);
    track.newestPoint = point?.since ?? -1;
    track.sincePoint = 0;
    track.stride = strideAfter(point?.body.length ?? 0);
    const read = inOrder(later, lastTaken);
    for (const [index, { fact, key }] of read.entries()) {
      track.folded = applyInOrder(track.folded, track.thing, fact, key);
      track.sincePoint += 1;
      if (!keepPoints || track.sincePoint < track.stride) continue;
      const next = read[index + 1]?.fact;
      if (next === undefined || effectiveAt(next) > effectiveAt(fact)) keepPoint(track);
    }
    show(track);
    return read.length;
  }

  function strideAfter(characters: number): number {
    return pointFacts + Math.floor(characters / POINT_CHARACTERS);
  }

  function keepPoint(track: Track): void {
    const { folded, thing } = track;
    if (folded === null) return;
    const body = JSON.stringify(folded.state);
    const since = momentOfKey(folded.lastKey);
    store.savePoint(thing, { since, lastKey: folded.lastKey, noun: folded.noun, body });
    track.newestPoint = since;
    track.sincePoint = 0;
    track.stride = strideAfter(body.length);
  }

  /** The heads as they are in memory, read from where they are kept when they are first needed. */
  function headsOf(track: Track, before: number): Head[] | typeof ALL {
    if (track.heads === null) noteKeptHeads(track, before);
    return track.heads ?? [];
  }

  /** @returns all facts that were read for it */
  function noteKeptHeads(
    track: Track,
    before: number,
    later?: readonly StoredFact[],
  ): StoredFact[] {
    track.heads = [];
    const read = keptHeads(track, before, later);
    const seen = new Set<number>();
    for (const stored of read) {
      // Those that are placed at the last moment are listed, and found as later ones too.
      if (seen.has(stored.seq) || !hasState(stored.fact)) continue;
      seen.add(stored.seq);
      noteHead(track, stored, orderKey(stored.fact), before);
    }
    return read;
  }

  function keptHeads(
    track: Track,
    before: number,
    later: readonly StoredFact[] = facts.ofThing(track.thing, {
      from: track.headsSince,
      to: END_OF_TIME,
    }),
  ): StoredFact[] {
    const listed = (JSON.parse(track.keptSeqs) as number[]).flatMap(
      (seq) => later.find((one) => one.seq === seq) ?? facts.range(seq - 1, seq, 1),
    );
    return [...listed, ...later.filter(({ seq }) => seq < before)];
  }

  /** @returns whether the fact is a head of its thing from here on */
  function noteHead(track: Track, { seq, fact }: StoredFact, key: string, before: number): boolean {
    const heads = headsOf(track, before);
    if (heads === ALL) return true;
    const { kind, source } = fact;
    if (isOwnHead(fact)) {
      heads.push({ seq, key, kind: null, source });
    } else {
      for (const head of heads) {
        if (head.kind !== kind || head.source !== source) continue;
        if (head.key >= key) return false;
        head.key = key;
        head.seq = seq;
        return true;
      }
      heads.push({ seq, key, kind, source });
    }
    if (heads.length > MOST_HEADS) track.heads = ALL;
    return true;
  }

  function keepHeads(track: Track): void {
    const since = track.folded === null ? 0 : momentOfKey(track.folded.lastKey);
    const heads = headsOf(track, lastTaken + 1);
    const seqs = heads === ALL ? ALL : JSON.stringify(heads.map(({ seq }) => seq));
    store.saveHead({ thing: track.thing, since, seqs });
    track.headsSince = since;
    track.keptSeqs = seqs;
    track.sinceHeads = 0;
  }

  /** The state that the heads give: it reads as that of all facts does (law W3). */
  function showHeads(track: Track, later?: readonly StoredFact[]): void {
    const known = track.heads === null ? noteKeptHeads(track, lastTaken + 1, later) : null;
    const heads = headsOf(track, lastTaken + 1);
    const read =
      heads === ALL
        ? facts.ofThing(track.thing)
        : heads.flatMap(
            ({ seq }) => known?.find((one) => one.seq === seq) ?? facts.range(seq - 1, seq, 1),
          );
    track.folded = null;
    for (const { fact, key } of inOrder(read, lastTaken)) {
      track.folded = applyInOrder(track.folded, track.thing, fact, key);
    }
    show(track);
  }

  function takeOne(
    stored: StoredFact,
    touched: Set<string>,
    lateFacts: Map<Track, LateFacts>,
  ): void {
    const { fact, seq } = stored;
    if (!hasState(fact)) return;
    let track = tracks.get(fact.thing);
    if (track === undefined) {
      track = newTrack(fact.thing, pointFacts);
      track.heads = [];
      track.sinceHeads = HEAD_FACTS;
      tracks.set(fact.thing, track);
    }
    const key = orderKey(fact);
    if (track.folded !== null && key <= track.folded.lastKey) {
      const at = effectiveAt(fact);
      const changesHeads = noteHead(track, stored, key, seq);
      const known = lateFacts.get(track);
      if (known === undefined) {
        lateFacts.set(track, { from: at, seq, changesHeads });
      } else {
        known.from = Math.min(known.from, at);
        known.changesHeads ||= changesHeads;
      }
      return;
    }
    noteHead(track, stored, key, seq);
    const before = track.folded;
    track.folded = applyInOrder(before, fact.thing, fact, key);
    if (before === null) show(track);
    track.sincePoint += 1;
    touched.add(fact.thing);
    track.sinceHeads += 1;
    if (!store.lasting) return;
    if (track.sinceHeads >= HEAD_FACTS) keepHeads(track);
    if (track.late) return;
    const hasCompany = effectiveAt(fact) === track.newestPoint;
    if (hasCompany) store.dropPoints(track.thing, track.newestPoint);
    if (hasCompany || track.sincePoint >= track.stride) keepPoint(track);
  }

  /** Puts late facts where they belong, or notes that they are yet to be. @returns facts read */
  function takeLate(track: Track, { from, seq, changesHeads }: LateFacts, budget: number): number {
    if (!store.lasting) {
      if (changesHeads) showHeads(track);
      return 0;
    }
    if (track.newestPoint >= from) {
      store.dropPoints(track.thing, from);
      // What is left is looked up when it is needed.
      track.newestPoint = from - 1;
    }
    let read = 0;
    if (!track.late && budget > 0) {
      read = foldAnew(track);
    } else {
      if (!track.late) {
        track.late = true;
        late.set(track.thing, seq);
        store.saveLate(track.thing, seq);
      }
      if (changesHeads) showHeads(track);
    }
    if (changesHeads) keepHeads(track);
    return read;
  }

  if (store.lasting || taken > 0) reload(taken);

  return {
    get current() {
      return current;
    },
    take(stored, refoldFacts) {
      const touched = new Set<string>();
      const lateFacts = new Map<Track, LateFacts>();
      for (const one of stored) takeOne(one, touched, lateFacts);
      lastTaken = stored.at(-1)?.seq ?? lastTaken;
      let read = 0;
      for (const [track, facts] of lateFacts) {
        read += takeLate(track, facts, refoldFacts - read);
        touched.add(track.thing);
      }
      for (const thing of touched) past?.stale.add(thing);
      return touched;
    },
    lacksAfter() {
      let first: number | null = null;
      for (const seq of late.values()) if (first === null || seq <= first) first = seq - 1;
      return first;
    },
    mend(most) {
      const things = new Set<string>();
      let read = 0;
      for (const thing of late.keys()) {
        if (read >= most) break;
        const track = tracks.get(thing);
        late.delete(thing);
        store.dropLate(thing);
        if (!track) continue;
        track.late = false;
        read += 1 + foldAnew(track);
        keepHeads(track);
        things.add(thing);
        past?.stale.add(thing);
      }
      return { things, read };
    },
    at(moment) {
      const states = nearStates(moment) ?? wholeStates(moment);
      past = { moment, states: new Map(states), stale: new Set() };
      return states;
    },
    reload,
    moveTo(map) {
      map.clear();
      for (const [thing, folded] of current) map.set(thing, folded);
      current = map;
    },
  };
}

function byThing(stored: readonly StoredFact[]): Map<string, StoredFact[]> {
  const found = new Map<string, StoredFact[]>();
  for (const one of stored) {
    const others = found.get(one.fact.thing);
    if (others) others.push(one);
    else found.set(one.fact.thing, [one]);
  }
  return found;
}

interface Keyed {
  readonly fact: StoredFact['fact'];
  readonly key: string;
}

/** Those that count in a state and were taken, sorted; a single fact, the common case, as it is. */
function inOrder(stored: readonly StoredFact[], upTo: number): Keyed[] {
  const keyed: Keyed[] = [];
  for (const { seq, fact } of stored) {
    if (seq <= upTo && hasState(fact)) keyed.push({ fact, key: orderKey(fact) });
  }
  return keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}

function newTrack(thing: string, stride: number): Track {
  return {
    thing,
    folded: null,
    heads: null,
    sinceHeads: 0,
    headsSince: 0,
    keptSeqs: '[]',
    sincePoint: 0,
    stride,
    newestPoint: -1,
    late: false,
  };
}

function unpacked(thing: string, { noun, body, lastKey }: Point): Folded {
  return { thing, noun, state: JSON.parse(body) as never, lastKey };
}

/** Points and heads in the tables of THING_TABLES_SQL. */
export function thingStoreIn(database: Database): ThingStore {
  const savePoint = database.prepare(
    'INSERT INTO point (thing, since, last_key, noun, body) VALUES (?, ?, ?, ?, ?)',
  );
  const dropPoints = database.prepare('DELETE FROM point WHERE thing = ? AND since >= ?');
  const pointAt = database
    .prepare<unknown[], [number, string, Noun, string]>(
      `SELECT since, last_key, noun, body FROM point WHERE thing = ? AND since <= ?
       ORDER BY since DESC LIMIT 1`,
    )
    .raw();
  const pointsAt = database
    .prepare<unknown[], [string, number, string, Noun, string]>(
      `SELECT head.thing, kept.since, last_key, noun, body
       FROM head CROSS JOIN point AS kept ON kept.rowid =
         (SELECT rowid FROM point WHERE point.thing = head.thing AND point.since <= ?
          ORDER BY point.since DESC LIMIT 1)`,
    )
    .raw();
  const saveHead = database.prepare(
    `INSERT INTO head (thing, since, seqs) VALUES (?, ?, ?)
     ON CONFLICT (thing) DO UPDATE SET since = excluded.since, seqs = excluded.seqs`,
  );
  const saveLate = database.prepare(
    'INSERT INTO late (thing, seq) VALUES (?, ?) ON CONFLICT (thing) DO NOTHING',
  );
  const dropLate = database.prepare('DELETE FROM late WHERE thing = ?');
  return {
    lasting: true,
    savePoint: (thing, { since, lastKey, noun, body }) =>
      void savePoint.run(thing, since, lastKey, noun, body),
    dropPoints: (thing, from) => void dropPoints.run(thing, from),
    pointAt(thing, moment) {
      const row = pointAt.get(thing, moment);
      if (row === undefined) return null;
      return { since: row[0], lastKey: row[1], noun: row[2], body: row[3] };
    },
    pointsAt: (moment) =>
      new Map(
        pointsAt
          .all(moment)
          .map(([thing, since, lastKey, noun, body]) => [thing, { since, lastKey, noun, body }]),
      ),
    saveHead: ({ thing, since, seqs }) => void saveHead.run(thing, since, seqs),
    heads: () => keptHeadsIn(database),
    late: () => database.prepare('SELECT thing, seq FROM late').all() as Late[],
    saveLate: (thing, seq) => void saveLate.run(thing, seq),
    dropLate: (thing) => void dropLate.run(thing),
  };
}

interface Late {
  thing: string;
  seq: number;
}

/** What the current states rest on, from views of any version that have HEAD_TABLE_SQL. */
export function keptHeadsIn(database: Database): KeptHead[] {
  return database.prepare('SELECT thing, since, seqs FROM head').all() as KeptHead[];
}

/** States from heads alone, kept nowhere: what is shown until new views are built. */
export function passingStore(heads: readonly KeptHead[]): ThingStore {
  return {
    lasting: false,
    savePoint: () => undefined,
    dropPoints: () => undefined,
    pointAt: () => null,
    pointsAt: () => new Map(),
    saveHead: () => undefined,
    heads: () => heads,
    late: () => [],
    saveLate: () => undefined,
    dropLate: () => undefined,
  };
}
