import { createStore } from 'zustand/vanilla';
import { buildCallGraph, type CallGraph } from '../../../shared/graph/call-graph.ts';
import { foldGraph, type FoldedGraph } from '../../../shared/graph/folded-graph.ts';
import type { Layout } from '../../../shared/graph/layout.ts';
import { neighbourhood } from '../../../shared/graph/neighbourhood.ts';
import type { EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { UNITS_THING } from '../../../shared/facts/units.ts';
import { rowStore } from '../../room/rows.ts';
import { sessionStore, setLayout } from '../../room/session.ts';
import { createBlastReader, type BlastReading } from './blast-reading.ts';
import { createLayoutClient, type LayoutClient } from './layout-client.ts';
import { MOST_IN_FORCE } from './force-layout.ts';
import {
  fieldOf,
  foldFieldOf,
  NO_FILTER,
  NO_QUERY,
  type Arrangement,
  type Blast,
  type FoldField,
  type MapFilter,
  type MapQuery,
} from './map-query.ts';
import { movedTo, pinsOf, readPins, type Pins } from './pins.ts';
import { buildGeometry, buildScene, type Geometry, type Scene } from './scene.ts';
import type { Middle, Viewport } from './viewport.ts';

export interface MapState {
  readonly query: MapQuery;
  /** What services are folded by as it stands; null: not at all. */
  readonly foldField: FoldField | null;
  /** True where columns were wished and so many services do not allow a force layout. */
  readonly isForceRefused: boolean;
  readonly isListShown: boolean;
  readonly isFilterShown: boolean;
  /** Services and groups that were put into a selection, by their name on the map. */
  readonly marked: ReadonlySet<string>;
  /** A folded group that is selected; services are selected for the whole desk. */
  readonly group: string | null;
  readonly blast: BlastReading | null;
  /** Null until the first layout came. */
  readonly scene: Scene | null;
  /** Grows when everything was placed anew and the view should show all of it. */
  readonly placedAnew: number;
  /** A view that a bookmark or a link brings; taken by the canvas that shows it. */
  readonly wishedView: Middle | null;
  /** A service that is to be flown to as soon as it is drawn. */
  readonly wishedService: string | null;
}

export const NOTHING: ReadonlySet<string> = new Set();

/** What the map shows; kept while another view is on the desk. */
export const mapStore = createStore<MapState>(() => ({
  query: NO_QUERY,
  foldField: null,
  isForceRefused: false,
  isListShown: false,
  isFilterShown: false,
  marked: NOTHING,
  group: null,
  blast: null,
  scene: null,
  placedAnew: 0,
  wishedView: null,
  wishedService: null,
}));

/** Where each canvas looks, by the name of its place; kept while it is not on the desk. */
export const keptViewports = new Map<
  string,
  { view: Viewport; isWhole: boolean; placedAnew: number }
>();

export function changeQuery(change: Partial<MapQuery>): void {
  mapStore.setState((state) => ({ query: { ...state.query, ...change } }));
}

export function setFilter(change: Partial<MapFilter>): void {
  mapStore.setState(({ query }) => ({
    query: { ...query, filter: { ...query.filter, ...change } },
  }));
}

export function clearFilter(): void {
  changeQuery({ filter: NO_FILTER, focus: null });
}

const FOCUS_REACH = { up: 2, down: 2 };

/** Draws only these services with who calls them and what they call; none draws all again. */
export function focusOn(names: readonly string[]): void {
  changeQuery({ focus: names.length === 0 ? null : { names, ...FOCUS_REACH } });
}

/** How many calls the focus reaches, up or down, from 0 to 6. */
export function setFocusDepth(direction: 'up' | 'down', depth: number): void {
  const { focus } = mapStore.getState().query;
  if (focus === null) return;
  changeQuery({ focus: { ...focus, [direction]: Math.min(6, Math.max(0, depth)) } });
}

export function openGroup(group: string, isOpen: boolean): void {
  const { open } = mapStore.getState().query;
  const others = open.filter((one) => one !== group);
  changeQuery({ open: isOpen ? [...others, group] : others });
}

export function setBlast(blast: Blast | null): void {
  changeQuery({ blast });
}

export function toggleMark(name: string): void {
  mapStore.setState(({ marked }) => {
    const next = new Set(marked);
    if (!next.delete(name)) next.add(name);
    return { marked: next };
  });
}

/** A look at the rows that takes no longer than this never waits. */
const QUICK_MS = 25;
const PAUSES = 4;

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

/** Forgets where services stood, pinned ones too, and puts all in order. */
export function tidyUp(): void {
  setPins({});
  askAnew?.();
}

const PINS_KEY = 'map.pins';

/** Where somebody put services, of the arrangement that is shown. */
export function currentPins(): Pins {
  const { query } = mapStore.getState();
  return pinsOf(readPins(sessionStore.getState().session?.layout[PINS_KEY]), query.arrangement);
}

function setPins(pins: Pins): void {
  const { query } = mapStore.getState();
  const all = readPins(sessionStore.getState().session?.layout[PINS_KEY]);
  setLayout(PINS_KEY, { ...all, [query.arrangement]: pins });
  replace?.();
}

/** Puts a service somewhere, where it stays; null lets the layout have it again. */
export function pin(name: string, place: { readonly x: number; readonly y: number } | null): void {
  const { [name]: _, ...others } = currentPins();
  setPins(
    place === null ? others : { ...others, [name]: [Math.round(place.x), Math.round(place.y)] },
  );
}

/** Kept while no map is shown: its worker remembers where services stand. */
let client: LayoutClient | null = null;
let takeLayout: ((layout: Layout) => void) | null = null;
let replace: (() => void) | null = null;
let geometry: Geometry | null = null;
let placed: Display | null = null;
/** What the last display was read from. */
let displayedEdges: ReadonlyMap<string, EdgeRow> | null = null;
let displayedQuery: MapQuery | null = null;

/** What is laid out, and what it was made of. */
interface Display {
  readonly folded: FoldedGraph;
  /** Of all services; null where nothing is folded: then the drawn graph is theirs. */
  readonly services: CallGraph | null;
  /** Column of each node of `folded`, by name. */
  readonly columnOf: ReadonlyMap<string, string | null>;
  readonly made: ReadonlyMap<string, string>;
  readonly field: FoldField | null;
  /** Null: a force layout has no columns. */
  readonly arrangement: Exclude<Arrangement, 'force'> | null;
  readonly kind: string;
}

function start(): () => void {
  const nodes = rowStore('nodes');
  const edges = rowStore('edges');
  const units = rowStore('units');
  const blastReader = createBlastReader();
  let byName = new Map<string, NodeRow>();
  let byNameOf: unknown = null;
  let anew = false;
  // One question at a time: rows that change faster than a layout takes must not starve it.
  let asked: Display | null = null;
  let queued = false;
  let layout: Layout | null = null;
  let display: Display | null = placed;
  let isOver = false;

  takeLayout = (answer) => {
    if (asked === null) return;
    placed = asked;
    asked = null;
    layout = answer;
    putPins();
    refresh();
    if (answer.fresh) mapStore.setState((state) => ({ placedAnew: state.placedAnew + 1 }));
    later();
  };

  /** The layout with pinned services where somebody put them. */
  function putPins(): void {
    if (layout === null || placed === null) return;
    geometry = buildGeometry(movedTo(layout, currentPins()), placed.folded, placed.services);
  }
  replace = () => {
    // Another desk's map may have laid it out before this model began.
    if (layout === null && geometry !== null) layout = geometry.layout;
    putPins();
    refresh();
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
    const { query, scene, marked } = mapStore.getState();
    const rows = rowsByName();
    const blast = blastReader.read(
      query.blast,
      rows,
      edges.getState().rows,
      units.getState().rows.get(UNITS_THING)?.rules ?? null,
    );
    mapStore.setState({
      blast,
      scene: buildScene(
        {
          geometry,
          rowOf: (name) => rows.get(name),
          filter: query.filter,
          focus: query.focus,
          showWeak: query.showWeak,
          hits: blast?.hits ?? null,
          marked,
          pinned: new Set(Object.keys(currentPins())),
        },
        scene,
      ),
    });
  };

  /** What is to be drawn now; the same object as long as nothing of it changed. */
  function readDisplay(): Display {
    const { query } = mapStore.getState();
    const rows = rowsByName();
    const edgeRows = edges.getState().rows;
    const field = foldFieldOf(query.fold, rows.values(), rows.size);
    const isSame =
      display !== null &&
      displayedQuery !== null &&
      displayedEdges !== null &&
      displayedQuery.arrangement === query.arrangement &&
      displayedQuery.open === query.open &&
      (query.arrangement !== 'force' || displayedQuery.focus === query.focus) &&
      display.field === field &&
      sameCalls(edgeRows, displayedEdges) &&
      sameServices(display, rows);
    // What is measured of calls changes every minute and moves nothing.
    displayedEdges = edgeRows;
    displayedQuery = query;
    if (isSame && display !== null) return display;
    const folded = foldGraph(
      [...rows.values()].map((row) => ({
        name: row.name,
        group: field === null ? null : fieldOf(row, field),
      })),
      edgeRows.values(),
      new Set(query.open),
    );
    const services =
      folded.nodes.length === rows.size ? null : buildCallGraph(rows.keys(), edgeRows.values());
    // A force layout is of a neighbourhood: what is not in it stands aside.
    const shown = query.arrangement === 'force' ? inFocus(folded, query, services) : folded;
    const isForce = query.arrangement === 'force' && shown.nodes.length <= MOST_IN_FORCE;
    mapStore.setState({
      foldField: field,
      isForceRefused: query.arrangement === 'force' && !isForce,
    });
    // Where a force layout is refused, zones are what columns usually are.
    const columns = query.arrangement === 'force' ? 'zone' : query.arrangement;
    const arrangement = isForce ? null : columns;
    return {
      folded: isForce ? shown : folded,
      services,
      columnOf: new Map(
        folded.nodes.map(({ name, members }) => [
          name,
          arrangement === null ? null : columnOf(members, rows, arrangement),
        ]),
      ),
      made: new Map([...rows].map(([name, row]) => [name, madeOf(row, field, arrangement)])),
      field,
      arrangement,
      kind: `${query.arrangement} ${field ?? ''}`,
    };
  }

  const check = (): void => {
    // Before the first answer there is nothing to place; an old picture stays while loading.
    if (nodes.getState().position === null || edges.getState().position === null) return;
    display = readDisplay();
    if ((display !== placed || anew) && asked === null) {
      asked = display;
      client ??= createLayoutClient((answer) => takeLayout?.(answer));
      client.ask(questionOf(display, anew));
      anew = false;
    }
    refresh();
  };

  // Nodes and edges often change together: one look at both is enough. What takes long (a hundred
  // thousand services that come in) takes at most a fifth of the window's time.
  let tookMs = 0;
  let checkedAt = -Infinity;
  function later(): void {
    if (queued) return;
    queued = true;
    const look = (): void => {
      queued = false;
      if (isOver) return;
      const began = performance.now();
      check();
      checkedAt = performance.now();
      tookMs = checkedAt - began;
    };
    const pause = checkedAt + tookMs * PAUSES - performance.now();
    if (tookMs > QUICK_MS && pause > 0) setTimeout(look, pause);
    else queueMicrotask(look);
  }
  askAnew = () => {
    anew = true;
    later();
  };
  const stops = [
    nodes.subscribe(later),
    edges.subscribe(later),
    units.subscribe(later),
    mapStore.subscribe((state, before) => {
      if (state.query !== before.query) later();
      else if (state.marked !== before.marked) refresh();
    }),
  ];
  check();
  return () => {
    isOver = true;
    for (const one of stops) one();
    askAnew = null;
    takeLayout = null;
    replace = null;
  };
}

function questionOf({ folded, columnOf, kind, arrangement }: Display, anew: boolean) {
  const names = folded.nodes.map(({ name }) => name);
  const indexOf = new Map<string, number>();
  names.forEach((name, index) => indexOf.set(name, index));
  const ends: number[] = [];
  for (const { from, to } of folded.calls) {
    const [start, end] = [indexOf.get(from), indexOf.get(to)];
    if (start !== undefined && end !== undefined) ends.push(start, end);
  }
  return {
    names,
    groups: names.map((name) => columnOf.get(name) ?? null),
    ends: Int32Array.from(ends),
    kind,
    isForce: arrangement === null,
    anew,
  };
}

/** The graph without what the focus leaves out; all of it without a focus. */
function inFocus(
  folded: FoldedGraph,
  { focus }: MapQuery,
  services: CallGraph | null,
): FoldedGraph {
  if (focus === null) return folded;
  const graph =
    services ??
    buildCallGraph(
      folded.nodes.map(({ name }) => name),
      folded.calls,
    );
  const near = neighbourhood(graph, focus.names, focus);
  const nodes = folded.nodes.filter(({ members }) => members.some((member) => near.has(member)));
  const names = new Set(nodes.map(({ name }) => name));
  return {
    nodes,
    calls: folded.calls.filter(({ from, to }) => names.has(from) && names.has(to)),
    shownAs: folded.shownAs,
  };
}

/** The column of a service, or the one that all services of a group share. */
function columnOf(
  members: readonly string[],
  rows: ReadonlyMap<string, NodeRow>,
  field: Exclude<Arrangement, 'force'>,
): string | null {
  let common: string | null = null;
  for (const [place, member] of members.entries()) {
    const row = rows.get(member);
    const value = row === undefined ? null : fieldOf(row, field);
    if (place > 0 && value !== common) return null;
    common = value;
  }
  return common;
}

/** What folding and columns were made of, by service. */
function madeOf(
  row: NodeRow,
  field: FoldField | null,
  arrangement: Exclude<Arrangement, 'force'> | null,
): string {
  const group = field === null ? '' : (fieldOf(row, field) ?? '');
  const column = arrangement === null ? '' : (fieldOf(row, arrangement) ?? '');
  return `${group}\n${column}`;
}

function sameServices(
  { made, field, arrangement }: Display,
  rows: ReadonlyMap<string, NodeRow>,
): boolean {
  if (made.size !== rows.size) return false;
  for (const [name, row] of rows) {
    if (made.get(name) !== madeOf(row, field, arrangement)) return false;
  }
  return true;
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
