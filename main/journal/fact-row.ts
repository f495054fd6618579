import type { Database } from 'better-sqlite3';
import {
  openFactStore,
  type FactStore,
  type IdCursor,
  type StoredFact,
} from '../../gateway/journal/fact-store.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { IdFilter } from './id-filter.ts';
import { filterOf, type JournalFile, type Seal } from './journal-files.ts';

/** A full file of the row: facts are read from it and never written into it. */
export interface SealedFile {
  readonly file: JournalFile;
  readonly database: Database;
  readonly seal: Seal;
  readonly facts: FactStore;
  /** False: the id is not in this file, at the price of a few bits in memory. */
  mayHold(id: string): boolean;
}

export function openSealedFile(file: JournalFile, database: Database, seal: Seal): SealedFile {
  let filter: IdFilter | null = null;
  return {
    file,
    database,
    seal,
    facts: openFactStore(database),
    mayHold(id) {
      filter ??= filterOf(database, seal);
      return filter.mayHold(id);
    },
  };
}

/**
 * One store over a row of files: facts are appended to the newest, read from all, and an id that lies
 * in any of them is a duplicate. Both parameters are asked anew each time: a file may be sealed, and
 * another begin, at any moment.
 */
export function openFactRow(
  sealedFiles: () => readonly SealedFile[],
  newest: () => FactStore,
): FactStore {
  const holdingSealed = (id: string): SealedFile | undefined =>
    sealedFiles().find((one) => one.mayHold(id) && one.facts.has(id));

  const stores = (): FactStore[] => [...sealedFiles().map(({ facts }) => facts), newest()];

  // A sealed file may be empty: all that it held was lost.
  const lastSealed = (): number =>
    sealedFiles().reduce((last, { seal }) => Math.max(last, seal.lastSeq), 0);

  return {
    append(facts, seenAt) {
      if (sealedFiles().length === 0) return newest().append(facts, seenAt);
      const fresh: Fact[] = [];
      for (const fact of facts) if (!holdingSealed(fact.id)) fresh.push(fact);
      return newest().append(fresh, seenAt);
    },
    place: (fact, seq, seenAt) =>
      holdingSealed(fact.id) === undefined && newest().place(fact, seq, seenAt),
    lastSeq() {
      // Between the sealing of a file and the first fact of the next one.
      const last = newest().lastSeq();
      return last > 0 ? last : lastSealed();
    },
    firstSeq() {
      for (const { seal } of sealedFiles()) if (seal.facts > 0) return seal.firstSeq;
      return newest().firstSeq();
    },
    range(after, upTo, limit) {
      const sealed = sealedFiles();
      const last = lastSealed();
      if (after >= last) return newest().range(after, upTo, limit);
      const found: StoredFact[] = [];
      for (const { seal, facts } of sealed) {
        if (found.length >= limit || seal.firstSeq > upTo) break;
        if (seal.lastSeq > after) found.push(...facts.range(after, upTo, limit - found.length));
      }
      if (found.length < limit && upTo > last) {
        found.push(...newest().range(Math.max(after, last), upTo, limit - found.length));
      }
      return found;
    },
    byId: (id) => newest().byId(id) ?? holdingSealed(id)?.facts.byId(id) ?? null,
    has: (id) => newest().has(id) || holdingSealed(id) !== undefined,
    ofThing(thing, window) {
      const sealed = sealedFiles();
      if (sealed.length === 0) return newest().ofThing(thing, window);
      return stores().flatMap((store) => store.ofThing(thing, window));
    },
    thingsBetween(window, most) {
      const all = new Set<string>();
      for (const store of stores()) {
        const things = store.thingsBetween(window, most);
        if (things === null) return null;
        for (const thing of things) all.add(thing);
      }
      return all;
    },
    ofThings(things, to) {
      const sealed = sealedFiles();
      if (sealed.length === 0) return newest().ofThings(things, to);
      return stores().flatMap((store) => store.ofThings(things, to));
    },
    idsBetween(fromAt, toAt, cursor, limit) {
      // The place in the row, and in front of it what the file itself said. A file that is sealed
      // meanwhile keeps its place: the new one comes after it.
      const row = stores();
      const [index = 0, ...own] = cursor ?? [];
      const store = row[index];
      if (store === undefined) return { ids: [], cursor: null };
      const page = store.idsBetween(fromAt, toAt, own.length > 0 ? own : null, limit);
      const next: IdCursor | null =
        page.cursor !== null
          ? [index, ...page.cursor]
          : index + 1 < row.length
            ? [index + 1]
            : null;
      return { ids: page.ids, cursor: next };
    },
    newestBefore: (at) => greatest(stores().map((store) => store.newestBefore(at))),
    lastHeardAt: () => greatest(stores().map((store) => store.lastHeardAt())),
    damaged: () => stores().flatMap((store) => store.damaged()),
  };
}

function greatest(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (most, value) => (value !== null && (most === null || value > most) ? value : most),
    null,
  );
}
