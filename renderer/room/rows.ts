import { useStore } from 'zustand';
import type { RowOf, StatusRow, TableName } from '../../shared/ipc/rows.ts';
import { shellEventSchema } from '../../shared/ipc/shell-contract.ts';
import { bridge } from './bridge.ts';
import { core } from './core.ts';
import { positionStore } from './position.ts';
import { createRowStore, type RowStore } from './row-store.ts';

type Opened = { [Table in TableName]?: { store: RowStore<Table>; reopen: () => void } };

const opened: Opened = {};
const openedLive: Opened = {};

/** The store of a table, for code that draws without React. Opened once, kept for the window. */
export function rowStore<Table extends TableName>(table: Table): RowStore<Table> {
  // Feed, outbox and rebuilding are about now, whatever moment is under review.
  return storeIn(table === 'status' ? openedLive : opened, table);
}

function storeIn<Table extends TableName>(stores: Opened, table: Table): RowStore<Table> {
  const known = stores[table] as { store: RowStore<Table> } | undefined;
  if (known) return known.store;
  const made = createRowStore(core, table, stores === openedLive ? null : positionStore);
  (stores as Record<string, unknown>)[table] = made;
  return made.store;
}

/** All rows by key. The map changes its identity only when a row changed. */
export function useRowMap<Table extends TableName>(
  table: Table,
): ReadonlyMap<string, RowOf[Table]> {
  return useStore(rowStore(table), (state) => state.rows);
}

/** All rows in the core's order; the same array as long as the map is the same. */
export function useRowList<Table extends TableName>(table: Table): readonly RowOf[Table][] {
  return useStore(rowStore(table), (state) => listOf(state.rows));
}

/** All rows as they stand now, whatever moment is under review: for what waits for a person. */
export function useLiveRowList<Table extends TableName>(table: Table): readonly RowOf[Table][] {
  return useStore(storeIn(openedLive, table), (state) => listOf(state.rows));
}

/** One row, or undefined; renders again only when this row changes. */
export function useRow<Table extends TableName>(
  table: Table,
  key: string | null,
): RowOf[Table] | undefined {
  return useStore(rowStore(table), (state) => (key === null ? undefined : state.rows.get(key)));
}

/** True until the first rows came, and while those of another position are under way. */
export function useRowsLoading(table: TableName): boolean {
  return useStore(rowStore(table), (state) => state.loading);
}

/** Feed, outbox and room; undefined before the first answer. Always live. */
export function useStatus(): StatusRow | undefined {
  return useRow('status', 'status');
}

/** Reads every open table again: another room is on the desk, or another core answers. */
function reopenRows(): void {
  for (const stores of [opened, openedLive]) {
    for (const entry of Object.values(stores)) entry.reopen();
  }
}

/** Keeps the tables right across changes of the room and restarts of the core. */
export function watchRoom(listeners: {
  readonly onCoreLost: () => void;
  readonly onCoreReady: () => void;
}): () => void {
  const stopSession = core.on('session.changed', reopenRows);
  const stopShell = bridge().onShell((message) => {
    const event = shellEventSchema.safeParse(message);
    if (!event.success) return;
    if (event.data.name === 'core.lost') listeners.onCoreLost();
    else {
      reopenRows();
      listeners.onCoreReady();
    }
  });
  return () => {
    stopSession();
    stopShell();
  };
}

const lists = new WeakMap<object, readonly unknown[]>();

function listOf<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  let list = lists.get(rows) as readonly Row[] | undefined;
  if (!list) {
    list = [...rows.values()];
    lists.set(rows, list);
  }
  return list;
}
