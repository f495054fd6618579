import { at, buildCallGraph, byCodeUnit, type Call, type CallGraph } from './call-graph.ts';
import { stronglyConnected } from './cycles.ts';

export interface LayoutNode {
  readonly name: string;
  readonly group: string | null;
}

export interface LayoutInput {
  readonly nodes: readonly LayoutNode[];
  readonly calls: readonly Call[];
  /** An earlier layout of nearly the same graph: what need not move stays where it was. */
  readonly previous?: Layout;
}

/** A column of the map: the services of one group. */
export interface Band {
  /** Null for the services of which no source names a group. */
  readonly group: string | null;
  readonly left: number;
  readonly right: number;
  /** Services of one row beside each other. */
  readonly columns: number;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Everything by index of `names`; survives a structured clone (worker → window) as it is. */
export interface Layout {
  /** Sorted by code unit. */
  readonly names: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Which band a node stands in. */
  readonly band: Int32Array;
  /** Depth by call direction; may be negative where callers came later; `SHELF` without calls. */
  readonly layer: Int32Array;
  /** Place inside the cell of band and layer. */
  readonly column: Int32Array;
  readonly row: Int32Array;
  readonly bands: readonly Band[];
  readonly bounds: Bounds;
  /** False where an earlier layout was kept as far as possible, true where all was placed anew. */
  readonly fresh: boolean;
}

/** The layer of services that neither call nor are called: a shelf below all others. */
export const SHELF = 2_147_483_647;

/** Distances between places, in the map's own units (one unit is one CSS pixel at scale 1). */
export const pitch = {
  column: 136,
  row: 68,
  /** Extra room between two layers, where the edges bend. */
  layerGap: 52,
  bandPadding: 28,
  bandGap: 28,
} as const;

/** Width by height that a fresh layout aims at: a wide screen. */
const WISHED_RATIO = 1.9;
const SWEEPS = 6;
/** When more than this share of the services has to be placed anew, order beats memory. */
const MOST_NEW_SHARE = 0.3;
const FEW_NEW = 24;

/**
 * Places services by call direction (callers above callees; a cycle shares a layer), groups side by
 * side as bands. Deterministic: the result depends on the sets of nodes and calls (and on
 * `previous`), never on their order. Linear but for sorting.
 *
 * Method: cycles condensed (Tarjan), longest-path layers and barycentre order after Sugiyama, Tagawa,
 * Toda, "Methods for visual understanding of hierarchical system structures", 1981; without dummy
 * nodes, because edges are drawn as curves over the layers that they pass.
 */
export function layOut(input: LayoutInput): Layout {
  const groupOf = new Map<string, string | null>();
  for (const node of input.nodes) {
    const known = groupOf.get(node.name);
    // Two groups for one name cannot come from rows; decided anyway, and not by order.
    if (known === undefined || byGroup(node.group, known) < 0) groupOf.set(node.name, node.group);
  }
  const graph = buildCallGraph(groupOf.keys(), input.calls);
  const groups = graph.names.map((name) => groupOf.get(name) ?? null);
  if (input.previous !== undefined) {
    const kept = layOutAgain(graph, groups, input.previous);
    if (kept !== null) return kept;
  }
  return layOutAnew(graph, groups);
}

function layOutAnew(graph: CallGraph, groups: readonly (string | null)[]): Layout {
  const bandGroups = [...new Set(groups)].toSorted(byGroup);
  const layer = layersOf(graph, null);
  const band = bandsOf(groups, bandGroups);
  const cells = cellsOf(layer, band, bandGroups.length);
  const columns = chooseColumns(cells, bandGroups.length);
  const column = new Int32Array(layer.length);
  const row = new Int32Array(layer.length);
  orderCells(graph, cells, columns, column, row);
  return measure(graph, layer, band, column, row, bandGroups, columns, true);
}

/** Null where too much changed for memory to be a help. */
function layOutAgain(
  graph: CallGraph,
  groups: readonly (string | null)[],
  previous: Layout,
): Layout | null {
  const count = graph.names.length;
  const placeBefore = new Map<string, number>();
  previous.names.forEach((name, index) => placeBefore.set(name, index));
  const before = new Int32Array(count).fill(-1);
  graph.names.forEach((name, index) => {
    before[index] = placeBefore.get(name) ?? -1;
  });

  const bandGroups = previous.bands.map((known) => known.group);
  const known = new Set(bandGroups);
  bandGroups.push(...[...new Set(groups)].filter((group) => !known.has(group)).toSorted(byGroup));
  const layer = layersOf(graph, { layout: previous, before });
  const band = bandsOf(groups, bandGroups);
  const column = new Int32Array(count);
  const row = new Int32Array(count);
  const moved: number[] = [];
  const taken = new Set<number>();
  const key = slotKeys(layer, bandGroups.length);
  for (let node = 0; node < count; node++) {
    const old = at(before, node);
    const stays =
      old !== -1 &&
      at(previous.layer, old) === at(layer, node) &&
      at(previous.band, old) === at(band, node);
    if (!stays) {
      moved.push(node);
      continue;
    }
    column[node] = at(previous.column, old);
    row[node] = at(previous.row, old);
    taken.add(key(at(band, node), at(layer, node), at(column, node), at(row, node)));
  }
  if (moved.length > Math.max(FEW_NEW, count * MOST_NEW_SHARE)) return null;
  if (moved.length > count / 2) return null;

  const columns = bandGroups.map((_, index) => previous.bands[index]?.columns ?? 0);
  const newIn = new Int32Array(bandGroups.length);
  for (const node of moved) newIn[at(band, node)] = at(newIn, at(band, node)) + 1;
  columns.forEach((width, index) => {
    if (width === 0) columns[index] = Math.max(1, Math.ceil(Math.sqrt(at(newIn, index))));
  });
  const offsets = offsetsOf(columns);
  const placed = new Uint8Array(count).fill(1);
  for (const node of moved) placed[node] = 0;
  for (const node of moved) {
    const width = columns[at(band, node)] as number;
    const wish = wishedColumn(graph, node, placed, band, column, offsets, width);
    for (let place = 0; ; place++) {
      const tryRow = Math.floor(place / width);
      const tryColumn = nthNearest(wish, place % width, width);
      const slot = key(at(band, node), at(layer, node), tryColumn, tryRow);
      if (taken.has(slot)) continue;
      taken.add(slot);
      column[node] = tryColumn;
      row[node] = tryRow;
      placed[node] = 1;
      break;
    }
  }
  return measure(graph, layer, band, column, row, bandGroups, columns, false);
}

interface Memory {
  readonly layout: Layout;
  readonly before: Int32Array;
}

/**
 * Longest-path layers over the condensed graph. With memory, a component stays in its layer as long
 * as its callers stand above it, and a new caller goes above what it calls: nothing else moves.
 */
function layersOf(graph: CallGraph, memory: Memory | null): Int32Array {
  const count = graph.names.length;
  const components = stronglyConnected(graph);
  const members = membersOf(components.of, components.count);
  const layerOf = new Int32Array(components.count);
  const layer = new Int32Array(count);
  for (let component = components.count - 1; component >= 0; component--) {
    let lowest = -SHELF;
    let remembered = -SHELF;
    let callees = SHELF;
    for (const node of members[component] as number[]) {
      for (
        let place = at(graph.callerStart, node);
        place < at(graph.callerStart, node + 1);
        place++
      ) {
        const caller = at(components.of, at(graph.callers, place));
        if (caller !== component) lowest = Math.max(lowest, at(layerOf, caller) + 1);
      }
      if (memory === null) continue;
      remembered = Math.max(remembered, layerBefore(memory, node) ?? -SHELF);
      for (
        let place = at(graph.calleeStart, node);
        place < at(graph.calleeStart, node + 1);
        place++
      ) {
        callees = Math.min(callees, layerBefore(memory, at(graph.callees, place)) ?? SHELF);
      }
    }
    const wished = remembered !== -SHELF ? remembered : callees !== SHELF ? callees - 1 : 0;
    layerOf[component] =
      lowest === -SHELF ? wished : remembered === -SHELF ? lowest : Math.max(lowest, wished);
  }
  for (let node = 0; node < count; node++) {
    const alone =
      at(graph.callerStart, node) === at(graph.callerStart, node + 1) &&
      at(graph.calleeStart, node) === at(graph.calleeStart, node + 1);
    layer[node] = alone ? SHELF : at(layerOf, at(components.of, node));
  }
  return layer;
}

function layerBefore(memory: Memory, node: number): number | null {
  const old = at(memory.before, node);
  if (old === -1) return null;
  const layer = at(memory.layout.layer, old);
  return layer === SHELF ? null : layer;
}

function membersOf(of: Int32Array, count: number): number[][] {
  const members: number[][] = Array.from({ length: count }, () => []);
  of.forEach((component, node) => members[component]?.push(node));
  return members;
}

function bandsOf(
  groups: readonly (string | null)[],
  bandGroups: readonly (string | null)[],
): Int32Array {
  const indexOf = new Map<string | null, number>();
  bandGroups.forEach((group, index) => indexOf.set(group, index));
  return Int32Array.from(groups, (group) => indexOf.get(group) ?? 0);
}

/** The nodes of one band in one layer. */
interface Cell {
  readonly band: number;
  readonly nodes: number[];
}

/** Layers from top to bottom (the shelf last), each with its cells from left to right. */
function cellsOf(layer: Int32Array, band: Int32Array, bandCount: number): Cell[][] {
  const layers = Int32Array.from(new Set(layer)).toSorted();
  const indexOf = new Map<number, number>();
  layers.forEach((value, index) => indexOf.set(value, index));
  const grid: (Cell | undefined)[][] = Array.from({ length: layers.length }, () =>
    Array.from({ length: bandCount }),
  );
  for (let node = 0; node < layer.length; node++) {
    const row = grid[indexOf.get(at(layer, node)) as number] as (Cell | undefined)[];
    const index = at(band, node);
    const cell = row[index];
    if (cell === undefined) row[index] = { band: index, nodes: [node] };
    else cell.nodes.push(node);
  }
  return grid.map((row) => row.filter((cell) => cell !== undefined));
}

/** Columns for each band so that the whole comes near the shape of a screen. */
function chooseColumns(cells: readonly Cell[][], bandCount: number): number[] {
  const total = new Array<number>(bandCount).fill(0);
  const widest = new Array<number>(bandCount).fill(1);
  for (const cell of cells.flat()) {
    total[cell.band] = (total[cell.band] ?? 0) + cell.nodes.length;
    widest[cell.band] = Math.max(widest[cell.band] ?? 1, cell.nodes.length);
  }
  const all = Math.max(
    1,
    total.reduce((sum, count) => sum + count, 0),
  );
  const columnsFor = (budget: number): number[] =>
    widest.map((most, band) =>
      Math.min(most, Math.max(1, Math.round((budget * (total[band] ?? 0)) / all))),
    );
  const ratioOf = (columns: readonly number[]): number => {
    const width = columns.reduce((sum, count) => sum + bandWidth(count) + pitch.bandGap, 0);
    let height = 0;
    for (const row of cells) {
      let rows = 0;
      for (const cell of row) {
        rows = Math.max(rows, Math.ceil(cell.nodes.length / (columns[cell.band] ?? 1)));
      }
      height += rows * pitch.row + pitch.layerGap;
    }
    return width / Math.max(1, height);
  };
  let low = 1;
  let high = all;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ratioOf(columnsFor(middle)) < WISHED_RATIO) low = middle + 1;
    else high = middle;
  }
  return columnsFor(low);
}

/** Barycentre sweeps; ties by name, because nodes are numbered by name. */
function orderCells(
  graph: CallGraph,
  cells: readonly Cell[][],
  columns: readonly number[],
  column: Int32Array,
  row: Int32Array,
): void {
  const offsets = offsetsOf(columns);
  const position = new Float64Array(graph.names.length);
  const wish = new Float64Array(graph.names.length);
  for (const layer of cells) {
    for (const cell of layer) placeCell(cell, columns, offsets, position, wish, column, row, false);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (let step = 0; step < cells.length; step++) {
      const layer = cells[down ? step : cells.length - 1 - step] as Cell[];
      for (const cell of layer) {
        for (const node of cell.nodes) wish[node] = barycentre(graph, node, position, sweep);
        cell.nodes.sort((left, right) => at(wish, left) - at(wish, right) || left - right);
        placeCell(cell, columns, offsets, position, wish, column, row, true);
      }
    }
  }
}

/** Downward sweeps look at callers, upward ones at callees, the last two at both. */
function barycentre(graph: CallGraph, node: number, position: Float64Array, sweep: number): number {
  const both = sweep >= SWEEPS - 2;
  let sum = 0;
  let count = 0;
  if (both || sweep % 2 === 0) {
    for (
      let place = at(graph.callerStart, node);
      place < at(graph.callerStart, node + 1);
      place++
    ) {
      sum += at(position, at(graph.callers, place));
      count++;
    }
  }
  if (both || sweep % 2 === 1) {
    for (
      let place = at(graph.calleeStart, node);
      place < at(graph.calleeStart, node + 1);
      place++
    ) {
      sum += at(position, at(graph.callees, place));
      count++;
    }
  }
  return count === 0 ? at(position, node) : sum / count;
}

/** Gives the ordered nodes of a cell their places: in order, as near to their wishes as they fit. */
function placeCell(
  cell: Cell,
  columns: readonly number[],
  offsets: readonly number[],
  position: Float64Array,
  wish: Float64Array,
  column: Int32Array,
  row: Int32Array,
  wished: boolean,
): void {
  const width = columns[cell.band] ?? 1;
  const offset = offsets[cell.band] ?? 0;
  const rows = Math.ceil(cell.nodes.length / width);
  const groups = Math.ceil(cell.nodes.length / rows);
  const places = new Int32Array(groups);
  const spare = width - groups;
  for (let group = 0; group < groups; group++) {
    let place = group + Math.floor(spare / 2);
    if (wished) {
      let sum = 0;
      const end = Math.min(cell.nodes.length, (group + 1) * rows);
      for (let index = group * rows; index < end; index++)
        sum += at(wish, cell.nodes[index] as number);
      place = Math.round(sum / (end - group * rows) - offset);
    }
    const lowest = group === 0 ? 0 : at(places, group - 1) + 1;
    places[group] = Math.min(Math.max(place, lowest), group + spare);
  }
  cell.nodes.forEach((node, index) => {
    const place = at(places, Math.floor(index / rows));
    column[node] = place;
    row[node] = index % rows;
    position[node] = offset + place;
  });
}

/** First column of each band when all bands stand side by side. */
function offsetsOf(columns: readonly number[]): number[] {
  let sum = 0;
  return columns.map((count) => {
    const offset = sum;
    sum += count;
    return offset;
  });
}

function wishedColumn(
  graph: CallGraph,
  node: number,
  placed: Uint8Array,
  band: Int32Array,
  column: Int32Array,
  offsets: readonly number[],
  width: number,
): number {
  let sum = 0;
  let count = 0;
  const take = (neighbour: number): void => {
    if (at(placed, neighbour) === 0) return;
    sum += at(column, neighbour) + (offsets[at(band, neighbour)] ?? 0);
    count++;
  };
  for (let place = at(graph.callerStart, node); place < at(graph.callerStart, node + 1); place++) {
    take(at(graph.callers, place));
  }
  for (let place = at(graph.calleeStart, node); place < at(graph.calleeStart, node + 1); place++) {
    take(at(graph.callees, place));
  }
  if (count === 0) return 0;
  const wish = Math.round(sum / count - (offsets[at(band, node)] ?? 0));
  return Math.min(Math.max(wish, 0), width - 1);
}

/** The n-th column in order of distance from `wish`, the left one first. */
function nthNearest(wish: number, n: number, width: number): number {
  const left = wish;
  const right = width - 1 - wish;
  const paired = Math.min(left, right);
  if (n <= 2 * paired) {
    const distance = Math.ceil(n / 2);
    return n % 2 === 1 ? wish - distance : wish + distance;
  }
  const beyond = n - paired;
  return left > right ? wish - beyond : wish + beyond;
}

function slotKeys(
  layer: Int32Array,
  bandCount: number,
): (band: number, layer: number, column: number, row: number) => number {
  const indexOf = new Map<number, number>();
  for (const value of layer) if (!indexOf.has(value)) indexOf.set(value, indexOf.size);
  const span = layer.length + 1;
  // Columns and rows are below the count of nodes ever placed; 2^53 holds their product easily.
  const wide = Math.max(span * 4, 4_096);
  return (band, value, column, row) =>
    (((indexOf.get(value) as number) * bandCount + band) * wide + column) * wide + row;
}

/** Turns places into coordinates. Layer 0 is the anchor: what comes above it moves nothing below. */
function measure(
  graph: CallGraph,
  layer: Int32Array,
  band: Int32Array,
  column: Int32Array,
  row: Int32Array,
  bandGroups: readonly (string | null)[],
  columns: readonly number[],
  fresh: boolean,
): Layout {
  const count = layer.length;
  const rowsOf = new Map<number, number>();
  for (let node = 0; node < count; node++) {
    const value = at(layer, node);
    rowsOf.set(value, Math.max(rowsOf.get(value) ?? 0, at(row, node) + 1));
  }
  const topOf = new Map<number, number>();
  let below = 0;
  const layers = Int32Array.from(rowsOf.keys()).toSorted();
  for (const value of layers) {
    if (value < 0) continue;
    topOf.set(value, below);
    below += (rowsOf.get(value) as number) * pitch.row + pitch.layerGap;
  }
  let above = 0;
  for (const value of layers.toReversed()) {
    if (value >= 0) continue;
    above -= (rowsOf.get(value) as number) * pitch.row + pitch.layerGap;
    topOf.set(value, above);
  }

  const bands: Band[] = [];
  let left = 0;
  bandGroups.forEach((group, index) => {
    const width = columns[index] ?? 1;
    bands.push({ group, left, right: left + bandWidth(width), columns: width });
    left += bandWidth(width) + pitch.bandGap;
  });

  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let node = 0; node < count; node++) {
    const first = (bands[at(band, node)]?.left ?? 0) + pitch.bandPadding + pitch.column / 2;
    x[node] = first + at(column, node) * pitch.column;
    y[node] = (topOf.get(at(layer, node)) as number) + pitch.row / 2 + at(row, node) * pitch.row;
  }
  const bounds: Bounds = {
    left: 0,
    top: above,
    right: Math.max(0, left - pitch.bandGap),
    bottom: Math.max(above, below - pitch.layerGap),
  };
  return { names: graph.names, x, y, band, layer, column, row, bands, bounds, fresh };
}

function bandWidth(columns: number): number {
  return columns * pitch.column + 2 * pitch.bandPadding;
}

/** By name; services without a group last. */
function byGroup(left: string | null, right: string | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  return byCodeUnit(left, right);
}
