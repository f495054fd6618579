import { createStore, type StoreApi } from 'zustand/vanilla';
import type { CoreClient } from '../../shared/ipc/client.ts';
import type { PortError } from '../../shared/ipc/contract.ts';
import { LIVE, type Position } from '../../shared/ipc/position.ts';
import type { RowOf, TableName } from '../../shared/ipc/rows.ts';
import { CoreError } from '../../shared/ipc/client.ts';
import { sameValue } from './same-value.ts';
import { samePosition, type PositionState } from './position.ts';

interface RowState<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  /** Grows with every change of `rows`. */
  readonly version: number;
  /** True while the rows of another position (or the first ones) are under way; old ones stay. */
  readonly loading: boolean;
  /** The moment for which the rows hold (ms since the epoch); 0 before the first answer. */
  readonly asOf: number;
  /** The position that the rows were read at; null before the first answer. */
  readonly position: Position | null;
  readonly error: PortError['code'] | null;
}
export type RowStore<Table extends TableName> = StoreApi<RowState<RowOf[Table]>>;

type Keyed = { readonly key: string };

/**
 * A table's rows at the position that `positions` holds. One subscription is opened at a time: while
 * a scrubber runs through many positions, answers are shown as they come and the last position
 * always wins.
 * @returns the store, and `reopen` for when another room is on the desk or another core answers;
 * what the last core still owed is then forgotten
 */
export function createRowStore<Table extends TableName>(
  core: CoreClient,
  table: Table,
  positions: StoreApi<PositionState> | null,
): { store: RowStore<Table>; reopen: () => void; close: () => void } {
  const store: RowStore<Table> = createStore(() => ({
    rows: new Map(),
    version: 0,
    loading: true,
    asOf: 0,
    position: null,
    error: null,
  }));
  let generation = 0;
  let current: string | null = null;
  let opening: string | null = null;
  let again = false;
  let closed = false;
  let early: { upserts: readonly Keyed[]; removes: readonly string[]; asOf: number }[] = [];

  const wanted = (): Position => positions?.getState().position ?? LIVE;

  const stopEvents = core.on('rows', (event) => {
    const change = {
      upserts: event.upserts as unknown as readonly Keyed[],
      removes: event.removes,
      asOf: event.asOf,
    };
    // A change may overtake the answer that it builds upon.
    if (event.id === opening) early.push(change);
    else if (event.id === current) apply(change);
  });
  const stopPositions = positions?.subscribe((state, before) => {
    if (!samePosition(state.position, before.position)) open();
  });
  open();

  return {
    store,
    reopen() {
      generation += 1;
      opening = null;
      open();
    },
    close() {
      closed = true;
      stopEvents();
      stopPositions?.();
      if (current !== null) void core.ask('subscription.close', { id: current }).catch(() => {});
    },
  };

  function open(): void {
    store.setState({ loading: true });
    if (opening !== null) {
      again = true;
      return;
    }
    void openOnce();
  }

  async function openOnce(): Promise<void> {
    again = false;
    opened += 1;
    const id = `${table}-${String(opened)}-${uniquePart}`;
    const position = wanted();
    const mine = generation;
    opening = id;
    early = [];
    let error: PortError['code'] | null = null;
    try {
      const answer = await core.ask('subscription.open', { id, table, position });
      if (mine !== generation || closed) return;
      if (current !== null) void core.ask('subscription.close', { id: current }).catch(() => {});
      current = id;
      replace(answer.rows as unknown as readonly Keyed[], answer.asOf, position);
      for (const change of early) apply(change);
    } catch (failure) {
      error = failure instanceof CoreError ? failure.code : 'failed';
    }
    if (mine !== generation || closed) return;
    opening = null;
    early = [];
    if (again || !samePosition(position, wanted())) {
      void openOnce();
      return;
    }
    if (error === 'no-room') replace([], 0, position);
    store.setState({ loading: false, error });
  }

  function replace(list: readonly Keyed[], asOf: number, position: Position): void {
    const before = store.getState();
    const rows = replaceRows(before.rows as ReadonlyMap<string, Keyed>, list);
    store.setState({
      rows: rows as ReadonlyMap<string, RowOf[Table]>,
      version: rows === before.rows ? before.version : before.version + 1,
      asOf,
      position,
    });
  }

  function apply(change: {
    upserts: readonly Keyed[];
    removes: readonly string[];
    asOf: number;
  }): void {
    const before = store.getState();
    const rows = changeRows(
      before.rows as ReadonlyMap<string, Keyed>,
      change.upserts,
      change.removes,
    );
    store.setState({
      rows: rows as ReadonlyMap<string, RowOf[Table]>,
      version: rows === before.rows ? before.version : before.version + 1,
      asOf: change.asOf,
    });
  }
}

/**
 * All rows of a store as soon as those of the position that is shown are there: at once where they are.
 * Rejects where the core does not give them.
 */
export function rowsOnceLoaded<Table extends TableName>(
  store: RowStore<Table>,
): Promise<readonly RowOf[Table][]> {
  return new Promise((resolve, reject) => {
    const look = ({ loading, error, rows }: RowState<RowOf[Table]>): void => {
      if (loading) return;
      stop();
      if (error === null) resolve([...rows.values()]);
      else reject(new CoreError({ code: error, message: 'the rows did not come' }));
    };
    const stop = store.subscribe(look);
    look(store.getState());
  });
}

/** The rows after a fresh answer: equal rows keep their identity, and equal maps theirs. */
export function replaceRows<Row extends Keyed>(
  before: ReadonlyMap<string, Row>,
  list: readonly Row[],
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  let same = list.length === before.size;
  for (const row of list) {
    const known = before.get(row.key);
    if (known !== undefined && sameValue(known, row)) rows.set(row.key, known);
    else {
      rows.set(row.key, row);
      same = false;
    }
  }
  return same ? before : rows;
}

/** The rows after a change: untouched rows keep their identity; a change of nothing keeps the map. */
export function changeRows<Row extends Keyed>(
  before: ReadonlyMap<string, Row>,
  upserts: readonly Row[],
  removes: readonly string[],
): ReadonlyMap<string, Row> {
  let rows: Map<string, Row> | null = null;
  for (const row of upserts) {
    const known = before.get(row.key);
    if (known !== undefined && sameValue(known, row)) continue;
    rows ??= new Map(before);
    rows.set(row.key, row);
  }
  for (const key of removes) {
    if (!before.has(key)) continue;
    rows ??= new Map(before);
    rows.delete(key);
  }
  return rows ?? before;
}

/** How many subscriptions this window opened: a table may have two stores, and no id twice. */
let opened = 0;
/** A reloaded window must not meet the subscriptions of the one before it. */
const uniquePart = Math.random().toString(36).slice(2, 8);
