import { createStore } from 'zustand/vanilla';
import type { Layout } from '../../../shared/graph/layout.ts';
import type { EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { rowStore } from '../../room/rows.ts';
import { NO_FILTER, type MapFilter } from './filter.ts';
import { createLayoutClient, type LayoutClient } from './layout-client.ts';
import { buildGeometry, buildScene, type Focus, type Geometry, type Scene } from './scene.ts';
import type { Viewport } from './viewport.ts';

export interface MapState {
  readonly filter: MapFilter;
  readonly focus: Focus | null;
  readonly showWeak: boolean;
  readonly isListShown: boolean;
  readonly isFilterShown: boolean;
  /** Null until the first layout came. */
  readonly scene: Scene | null;
  /** Grows when everything was placed anew and the view should show all of it. */
  readonly placedAnew: number;
}

/** What the map shows; kept while another view is on the desk. */
export const mapStore = createStore<MapState>(() => ({
  filter: NO_FILTER,
  focus: null,
  showWeak: true,
  isListShown: false,
  isFilterShown: false,
  scene: null,
  placedAnew: 0,
}));

/** Where each canvas looks, by the name of its place; kept while it is not on the desk. */
export const keptViewports = new Map<
  string,
  { view: Viewport; isWhole: boolean; placedAnew: number }
>();

export function setFilter(change: Partial<MapFilter>): void {
  mapStore.setState((state) => ({ filter: { ...state.filter, ...change } }));
}

export function clearFilter(): void {
  mapStore.setState({ filter: NO_FILTER, focus: null });
}

const FOCUS_REACH = { up: 2, down: 2 };

/** Draws only a service with who calls it and what it calls; null draws all again. */
export function focusOn(name: string | null): void {
  mapStore.setState({ focus: name === null ? null : { name, reach: FOCUS_REACH } });
}

/** The depth of the focus, up and down, from 1 to 6. */
export function setFocusDepth(depth: number): void {
  const bounded = Math.min(6, Math.max(1, depth));
  mapStore.setState((state) =>
    state.focus === null
      ? {}
      : { focus: { name: state.focus.name, reach: { up: bounded, down: bounded } } },
  );
}

let users = 0;
let stop: (() => void) | null = null;
let askAnew: (() => void) | null = null;

/** Follows the rows as long as somebody shows the map; the answer ends one use. */
export function openMapModel(): () => void {
  users += 1;
  stop ??= start();
  return () => {
    users -= 1;
    if (users > 0) return;
    stop?.();
    stop = null;
  };
}

/** Forgets where services stood and puts all in order. */
export function tidyUp(): void {
  askAnew?.();
}

/** Kept while no map is shown: its worker remembers where services stand. */
let client: LayoutClient | null = null;
let takeLayout: ((layout: Layout) => void) | null = null;
let geometry: Geometry | null = null;
let geometryEdges: ReadonlyMap<string, EdgeRow> | null = null;

function start(): () => void {
  const nodes = rowStore('nodes');
  const edges = rowStore('edges');
  let byName = new Map<string, NodeRow>();
  let byNameOf: unknown = null;
  let anew = false;
  // One question at a time: rows that change faster than a layout takes must not starve it.
  let isAsked = false;
  let queued = false;
  let askedEdges: ReadonlyMap<string, EdgeRow> | null = null;

  takeLayout = (layout) => {
    isAsked = false;
    geometry = buildGeometry(layout, edges.getState().rows.values());
    geometryEdges = askedEdges;
    refresh();
    if (layout.fresh) mapStore.setState((state) => ({ placedAnew: state.placedAnew + 1 }));
    later();
  };

  const rowsByName = (): Map<string, NodeRow> => {
    const { rows } = nodes.getState();
    if (byNameOf !== rows) {
      byName = new Map();
      for (const row of rows.values()) byName.set(row.name, row);
      byNameOf = rows;
    }
    return byName;
  };

  const refresh = (): void => {
    if (geometry === null) return;
    const { filter, focus, showWeak, scene } = mapStore.getState();
    const rows = rowsByName();
    mapStore.setState({
      scene: buildScene(
        { geometry, rowOf: (name) => rows.get(name), filter, focus, showWeak },
        scene,
      ),
    });
  };

  const check = (): void => {
    const edgeRows = edges.getState().rows;
    // Before the first answer there is nothing to place; an old picture stays while loading.
    if (nodes.getState().position === null || edges.getState().position === null) return;
    // What is measured of calls changes every minute and moves nothing.
    if (geometryEdges !== null && sameCalls(edgeRows, geometryEdges)) geometryEdges = edgeRows;
    const isStale = edgeRows !== geometryEdges || !samePlaces(geometry, rowsByName());
    if ((isStale || anew) && !isAsked) {
      isAsked = true;
      askedEdges = edgeRows;
      client ??= createLayoutClient((layout) => takeLayout?.(layout));
      client.ask(rowsByName().values(), edgeRows.values(), anew);
      anew = false;
    }
    refresh();
  };

  // Nodes and edges often change together: one look at both is enough.
  function later(): void {
    if (queued) return;
    queued = true;
    queueMicrotask(() => {
      queued = false;
      check();
    });
  }
  askAnew = () => {
    anew = true;
    later();
  };
  const stops = [
    nodes.subscribe(later),
    edges.subscribe(later),
    mapStore.subscribe((state, before) => {
      if (
        state.filter !== before.filter ||
        state.focus !== before.focus ||
        state.showWeak !== before.showWeak
      ) {
        refresh();
      }
    }),
  ];
  check();
  return () => {
    for (const one of stops) one();
    askAnew = null;
    takeLayout = null;
  };
}

/** Whether the layout knows exactly these services in exactly these zones. */
function samePlaces(known: Geometry | null, rows: ReadonlyMap<string, NodeRow>): boolean {
  if (known === null || known.layout.names.length !== rows.size) return false;
  const { names, band, bands } = known.layout;
  return names.every((name, index) => {
    const row = rows.get(name);
    return row !== undefined && row.zone === bands[band[index] ?? -1]?.zone;
  });
}

/** Whether two sets of rows draw the same edges. */
function sameCalls(
  left: ReadonlyMap<string, EdgeRow>,
  right: ReadonlyMap<string, EdgeRow>,
): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [key, row] of left) {
    const other = right.get(key);
    if (other !== row && other?.strength !== row.strength) return false;
  }
  return true;
}
