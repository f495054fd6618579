import { at } from '../../../shared/graph/call-graph.ts';
import { pitch } from '../../../shared/graph/layout.ts';
import type { Rectangle } from '../../../shared/graph/spatial-index.ts';
import { headerSpans } from './band-headers.ts';
import { callPath } from './call-path.ts';
import { ARROW_SCALE } from './edges.ts';
import { colorOf, textColorOf } from './glyphs.ts';
import { createOccupancy } from './occupancy.ts';
import {
  CLEAN,
  CONDITIONS,
  CRITICAL,
  HEALTHY,
  HITS,
  INFO,
  NONE,
  UNKNOWN,
  WARNING,
  WEAK,
  type Counts,
  type Scene,
} from './scene.ts';
import {
  frame,
  type BandsAt,
  type EdgeStyle,
  type Picture,
  type RingLook,
  type Surface,
  type TextBlock,
  type TextLine,
} from './surface.ts';
import { createTextFitter, type Fitted, type TextFitter } from './text-fitter.ts';
import { visibleArea, type Size, type Viewport } from './viewport.ts';

export interface LabelBox extends Rectangle {
  readonly node: number;
}

export interface Painted {
  readonly nodes: number;
  readonly labels: readonly LabelBox[];
  /** What was measured of calls, as far as it is written beside them. */
  readonly figures: readonly string[];
  /** True where something was not drawn for exactly this view: paint again once it rests. */
  readonly rough: boolean;
}

export interface Painter {
  paint(picture: Picture): Painted;
}

const MOST_BAD_EDGES = 1_500;
const CROWDED_BAD_EDGES = 250;
/** From so many edges on, each is fainter: else they merge to one grey. */
const CROWDED_EDGES = 1_500;
const MOST_LABELS = 260;
const DOT_RADIUS = 2.2;
const LABEL_WIDTH = 190;
/** A name shortened beyond this says nothing. */
const SHORTEST_LABEL = 62;
/** So many calls can have their figures beside them. */
const MOST_FIGURES = 40;
const FIGURES_SCALE = 0.5;
export const BAND_HEADER = 26;

/** Decides what stands where and in which order it is painted; the surface paints it. */
export function createPainter(surface: Surface): Painter {
  const texts = createTextFitter();
  let tokens: unknown = null;
  let kept: { picture: Picture; labels: readonly PlacedLabel[]; near: unknown } | null = null;

  return {
    paint(picture) {
      const { scene, view, size } = picture;
      if (tokens !== picture.tokens) {
        tokens = picture.tokens;
        texts.clear();
      }
      surface.begin(picture);
      const near = neighboursOf(scene, picture.hovered);
      const roughEdges = paintCalls(surface, picture, near);
      const visible = visibleNodes(scene, view, size);
      paintNodes(surface, picture, visible, near);
      const isShifted = kept !== null && picture.moving && canShift(kept.picture, picture);
      const labels =
        kept !== null && isShifted
          ? shifted(kept.labels, kept.picture, picture)
          : placeLabels(picture, visible, near, texts);
      if (!isShifted) kept = { picture, labels, near };
      for (const { box, block, alpha } of labels) surface.text(box.left, box.top, block, alpha);
      const figures = paintFigures(surface, picture, texts);
      paintBandHeaders(surface, picture, texts);
      surface.end();
      return {
        nodes: visible.length,
        labels: labels.map(({ box }) => box),
        figures,
        rough: roughEdges || isShifted,
      };
    },
  };
}

/** While a view is dragged, names go along with their services; which ones there is room for is asked at rest. */
function canShift(before: Picture, now: Picture): boolean {
  return (
    before.scene === now.scene &&
    before.view.scale === now.view.scale &&
    before.size === now.size &&
    before.tokens === now.tokens &&
    before.words === now.words &&
    before.selected === now.selected &&
    before.hovered === now.hovered
  );
}

function shifted(labels: readonly PlacedLabel[], before: Picture, now: Picture): PlacedLabel[] {
  const dx = now.view.x - before.view.x;
  const dy = now.view.y - before.view.y;
  const { width, height } = now.size;
  return labels.flatMap((label) => {
    const { box } = label;
    const moved = {
      node: box.node,
      left: box.left + dx,
      right: box.right + dx,
      top: box.top + dy,
      bottom: box.bottom + dy,
    };
    const isSeen = moved.right > 0 && moved.left < width && moved.bottom > 0 && moved.top < height;
    return isSeen ? [{ ...label, box: moved }] : [];
  });
}

/** Radius of a node's shape in CSS pixels: what is bad stays large however far one zooms out. */
export function radiusOf(scene: Scene, node: number, scale: number): number {
  // A group is as much larger as it holds more, within bounds.
  const size = scene.geometry.members[node]?.length ?? 1;
  const more = size === 1 ? 1 : Math.min(1.5, 1.1 + Math.log10(size) * 0.14);
  const radius = Math.min(15, scale * 13) * more;
  switch (at(scene.condition, node)) {
    case CRITICAL:
      return Math.max(radius, 6);
    case WARNING:
      return Math.max(radius, 4.5);
    case UNKNOWN:
      return Math.max(radius, at(scene.last, node) === NONE ? 2 : 3.5);
    default:
      return Math.max(radius, 1.75);
  }
}

/** The bands behind everything, as a view shows them. */
function bandsAt(scene: Scene): BandsAt {
  const { bands, bounds } = scene.geometry.layout;
  return (view) => {
    const y = Math.round(bounds.top * view.scale + view.y - bandRoom(view.scale));
    const height = Math.round(
      (bounds.bottom - bounds.top) * view.scale + bandRoom(view.scale) + 16,
    );
    return bands.map((band) => ({
      x: Math.round(band.left * view.scale + view.x),
      y,
      width: Math.round((band.right - band.left) * view.scale),
      height,
    }));
  };
}

/** Of a band's heading, in pixels: left and right of its words together, and one mark with its count. */
const HEADER_PADDING = 20;
const MARK_ROOM = 38;

/** Room for a band's heading above its first row. */
function bandRoom(scale: number): number {
  return BAND_HEADER + 10 + 8 * Math.min(1, scale);
}

/** A heading stays in sight while any of its band is. */
function headerTop(scene: Scene, view: Viewport): number {
  const { bounds } = scene.geometry.layout;
  return Math.round(Math.max(0, bounds.top * view.scale + view.y - bandRoom(view.scale)));
}

function paintBandHeaders(surface: Surface, picture: Picture, texts: TextFitter): void {
  const { scene, view, size, tokens, words } = picture;
  const { bands, bounds } = scene.geometry.layout;
  const top = headerTop(scene, view);
  const bandBottom = bounds.bottom * view.scale + view.y + 16;
  if (top > size.height || bandBottom < BAND_HEADER) return;
  const font = `600 ${tokens.textS}px ${tokens.fontText}`;
  const smallFont = `${tokens.textXs}px ${tokens.fontText}`;
  const marksOfBands = bands.map((_, index) => {
    const counts = scene.bandCounts[index];
    return counts ? marksOf(counts) : [];
  });
  const spans = headerSpans(
    bands.map((band) => ({
      left: band.left * view.scale + view.x,
      right: band.right * view.scale + view.x,
    })),
    bands.map((band, index) => {
      const marks = marksOfBands[index] ?? [];
      const title = band.group ?? words.noGroup;
      return Math.ceil(texts.width(font, title) + HEADER_PADDING + marks.length * MARK_ROOM);
    }),
    size.width,
  );
  const put = (x: number, text: Fitted, color: TextLine['color'], of = font): void => {
    const block = oneLine(text, of, color, BAND_HEADER);
    surface.text(x, top, block, 1);
  };
  bands.forEach((band, index) => {
    const span = spans[index];
    if (!span) return;
    const { left, right } = span;
    surface.rect(left, top, right - left, BAND_HEADER, 'raised');
    frame(surface, left, top, right - left + 1, BAND_HEADER, 'line-strong');
    let x = left + 10;
    const counts = scene.bandCounts[index];
    const marks = marksOfBands[index] ?? [];
    const room = right - left - HEADER_PADDING - marks.length * MARK_ROOM;
    const name = texts.fit(font, band.group ?? words.noGroup, Math.max(12, room));
    put(x, name, band.group === null ? 'text-soft' : 'text');
    x += name.width + 12;
    for (const [condition, count] of marks) {
      const text = texts.fit(font, String(count), MARK_ROOM);
      if (x + 17 + text.width > right - 4) break;
      surface.glyph(x + 6, top + BAND_HEADER / 2, condition, NONE, 6.5, 1);
      x += 17;
      put(x, text, textColorOf(condition));
      x += text.width + 10;
    }
    if (counts && right - x > 90) {
      const text = words.services(counts.total);
      put(x, texts.fit(smallFont, text, right - x - 8), 'text-soft', smallFont);
    }
  });
}

function oneLine(
  { text, width }: Fitted,
  font: string,
  color: TextLine['color'],
  lineHeight: number,
): TextBlock {
  return { lines: [{ text, font, color }], lineHeight, width, plate: null, align: 'left' };
}

function marksOf(counts: Counts): [number, number][] {
  const all: [number, number][] = [
    [CRITICAL, counts.critical],
    [WARNING, counts.warning],
    [UNKNOWN, counts.unknown],
  ];
  return all.filter(([, count]) => count > 0);
}

/** The hovered node and who stands beside it, or null without a hovered node. */
function neighboursOf(scene: Scene, node: number): Set<number> | null {
  if (node < 0 || node >= scene.rows.length) return null;
  const { edgeStart, edgesOf, edgeFrom, edgeTo } = scene.geometry;
  const found = new Set<number>([node]);
  for (let place = at(edgeStart, node); place < at(edgeStart, node + 1); place++) {
    const edge = at(edgesOf, place);
    found.add(at(edgeFrom, edge)).add(at(edgeTo, edge));
  }
  return found;
}

function paintCalls(surface: Surface, picture: Picture, near: ReadonlySet<number> | null): boolean {
  const { scene, view } = picture;
  const { geometry } = scene;
  const arrows = view.scale >= ARROW_SCALE;
  const isDimmed = near !== null || scene.hit !== null;
  const crowd = Math.min(1, Math.sqrt(CROWDED_EDGES / Math.max(1, geometry.edgeFrom.length)));
  const rough = surface.ground(
    {
      color: 'edge',
      width: view.scale < 0.3 ? 0.8 : 1.1,
      arrows,
      alpha: 0.9 * (view.scale < 0.3 ? crowd : 1),
    },
    bandsAt(scene),
  );
  const { width, height } = picture.size;
  if (isDimmed) surface.rect(0, 0, width, height, 'surface', 0.6);
  paintBadCalls(surface, picture, isDimmed, arrows);
  paintBlast(surface, picture);
  const { selected, hovered } = picture;
  for (const node of new Set([selected, hovered])) {
    if (!isDrawn(scene, node)) continue;
    surface.edges(edgesAt(scene, node), {
      color: node === hovered ? 'text' : 'accent',
      width: 1.8,
      arrows: view.scale >= BIG_ARROW_SCALE,
      alpha: 1,
    });
  }
  // Between what is chosen and what is pointed at: the way that calls take, and no other.
  const path =
    isDrawn(scene, selected) && isDrawn(scene, hovered) ? callPath(scene, selected, hovered) : [];
  if (path.length > 1) {
    surface.edges(path, {
      color: 'focus',
      width: 3.2,
      arrows: view.scale >= BIG_ARROW_SCALE,
      alpha: 1,
    });
  }
  return rough;
}

const BIG_ARROW_SCALE = 0.16;

function isDrawn(scene: Scene, node: number): boolean {
  return node >= 0 && node < scene.rows.length && scene.drawn[node] === 1;
}

/** The edges of a node that are shown. */
function edgesAt(scene: Scene, node: number): number[] {
  const { edgeStart, edgesOf, edgeFrom, edgeTo, edgeStrength } = scene.geometry;
  const edges: number[] = [];
  for (let place = at(edgeStart, node); place < at(edgeStart, node + 1); place++) {
    const edge = at(edgesOf, place);
    if (scene.drawn[at(edgeFrom, edge)] === 0 || scene.drawn[at(edgeTo, edge)] === 0) continue;
    if (!scene.showWeak && at(edgeStrength, edge) === WEAK) continue;
    edges.push(edge);
  }
  return edges;
}

/** The calls along which an outage spreads: both ends are hit. */
function paintBlast(surface: Surface, { scene, view }: Picture): void {
  const { hit } = scene;
  if (hit === null) return;
  const { edgeFrom, edgeTo, edgeStrength } = scene.geometry;
  const edges: number[] = [];
  for (let edge = 0; edge < edgeFrom.length && edges.length < MOST_BAD_EDGES; edge++) {
    const [from, to] = [at(edgeFrom, edge), at(edgeTo, edge)];
    if (at(hit, from) === CLEAN || at(hit, to) === CLEAN) continue;
    if (scene.drawn[from] === 0 || scene.drawn[to] === 0) continue;
    if (!scene.showWeak && at(edgeStrength, edge) === WEAK) continue;
    edges.push(edge);
  }
  const style: EdgeStyle = {
    color: 'change',
    width: view.scale < 0.3 ? 1.2 : 2,
    arrows: view.scale >= ARROW_SCALE,
    alpha: 0.9,
  };
  surface.edges(edges, style);
}

/**
 * Calls between two bad services. In the worst hour that is nearly every call, and a wall of red
 * tells nothing: then only those between two critical ones are drawn, the fainter the more they are.
 */
function paintBadCalls(
  surface: Surface,
  picture: Picture,
  isDimmed: boolean,
  arrows: boolean,
): void {
  const { scene, view } = picture;
  const { edgeFrom, edgeTo, edgeStrength } = scene.geometry;
  if (scene.badEdges.length === 0) return;
  const isCrowded = scene.badEdges.length > CROWDED_BAD_EDGES;
  const critical: number[] = [];
  const warning: number[] = [];
  for (const edge of scene.badEdges) {
    if (!scene.showWeak && at(edgeStrength, edge) === WEAK) continue;
    const from = at(scene.condition, at(edgeFrom, edge));
    const to = at(scene.condition, at(edgeTo, edge));
    if (from === CRITICAL && to === CRITICAL) critical.push(edge);
    else if (!isCrowded) (from === CRITICAL || to === CRITICAL ? critical : warning).push(edge);
    if (critical.length >= MOST_BAD_EDGES) break;
  }
  const crowd = Math.min(1, Math.sqrt(CROWDED_BAD_EDGES / Math.max(1, critical.length)));
  const style = (color: EdgeStyle['color']): EdgeStyle => ({
    color,
    width: view.scale < 0.3 ? 1.2 : 2,
    arrows,
    alpha: (isDimmed ? 0.35 : 1) * Math.max(0.35, crowd),
  });
  surface.edges(warning, style('warning'));
  surface.edges(critical, style('critical'));
}

function visibleNodes(scene: Scene, view: Viewport, size: Size): Int32Array {
  const found: number[] = [];
  scene.geometry.index.within(visibleArea(view, size, 20), (node) => {
    if (scene.drawn[node] === 1) found.push(node);
  });
  return Int32Array.from(found).toSorted();
}

/** What is worse is painted later, hence on top. */
const PAINT_ORDER = [HEALTHY, INFO, UNKNOWN, WARNING, CRITICAL];

function paintNodes(
  surface: Surface,
  picture: Picture,
  visible: Int32Array,
  near: ReadonlySet<number> | null,
): void {
  const { scene, view } = picture;
  const { x, y } = scene.geometry.layout;
  for (const condition of PAINT_ORDER) {
    for (const node of visible) {
      if (scene.condition[node] !== condition) continue;
      const alpha = alphaOf(scene, node, near);
      const radius = radiusOf(scene, node, view.scale);
      const screenX = at(x, node) * view.scale + view.x;
      const screenY = at(y, node) * view.scale + view.y;
      if (radius < DOT_RADIUS) {
        // Too small for a shape: a dot costs a tenth of a picture.
        const side = radius * 1.8;
        surface.rect(screenX - side / 2, screenY - side / 2, side, side, colorOf(condition), alpha);
        continue;
      }
      surface.glyph(screenX, screenY, condition, at(scene.last, node), radius, alpha);
      if (radius < 5) continue;
      const row = scene.rows[node];
      if (scene.geometry.groupOf[node] !== null)
        surface.ring(screenX, screenY, radius + 4, 'group');
      else if (row?.declared === false) surface.ring(screenX, screenY, radius + 4, 'undeclared');
      else if (row?.unlistedSince != null) surface.ring(screenX, screenY, radius + 4, 'unlisted');
    }
  }
  const rings: [Iterable<number>, RingLook, number][] = [
    [scene.pinned, 'pinned', 5],
    [scene.marked, 'marked', 7],
    [[picture.selected], 'selected', 5],
    [[picture.hovered], 'hovered', 5],
  ];
  if (scene.hit !== null) {
    for (const node of visible) {
      const hit = at(scene.hit, node);
      if (hit === CLEAN) continue;
      const look = HITS[hit] as Exclude<(typeof HITS)[number], 'clean'>;
      rings.unshift([[node], look, 3]);
    }
  }
  for (const [nodes, look, gap] of rings) {
    for (const node of nodes) {
      if (!isDrawn(scene, node)) continue;
      surface.ring(
        at(x, node) * view.scale + view.x,
        at(y, node) * view.scale + view.y,
        Math.max(6, radiusOf(scene, node, view.scale)) + gap,
        look,
      );
    }
  }
}

function alphaOf(scene: Scene, node: number, near: ReadonlySet<number> | null): number {
  if (near !== null) return near.has(node) ? 1 : scene.condition[node] === CRITICAL ? 0.55 : 0.35;
  return scene.hit !== null && scene.hit[node] === CLEAN ? 0.35 : 1;
}

interface PlacedLabel {
  readonly box: LabelBox;
  readonly block: TextBlock;
  readonly alpha: number;
}

type Side = 'below' | 'above' | 'left' | 'right';

/** Text keeps its size whatever the zoom; where there is room for few, the worst come first. */
function placeLabels(
  picture: Picture,
  visible: Int32Array,
  near: ReadonlySet<number> | null,
  texts: TextFitter,
): PlacedLabel[] {
  const { scene, view, size, tokens, words } = picture;
  const { x, y } = scene.geometry.layout;
  const seen = new Uint8Array(scene.rows.length);
  for (const node of visible) seen[node] = 1;
  const taken = createOccupancy(size);
  const labels: PlacedLabel[] = [];
  const nameFont = `500 ${tokens.textS}px ${tokens.fontText}`;
  const statusFont = `${tokens.textXs}px ${tokens.fontText}`;
  const lineHeight = Math.round(tokens.textS * 1.25);
  const twoLines = view.scale >= 0.62;

  const header = headerTop(scene, view);
  taken.take({ left: 0, top: header, right: size.width, bottom: header + BAND_HEADER });
  // A shape of something bad must not be covered by another's name.
  for (const node of visible) {
    if (at(scene.condition, node) > WARNING && view.scale < 0.3) continue;
    // A little less than the shape, or the raster's grain would keep its own name away.
    const radius = radiusOf(scene, node, view.scale) - 2;
    const screenX = at(x, node) * view.scale + view.x;
    const screenY = at(y, node) * view.scale + view.y;
    taken.take({
      left: screenX - radius,
      top: screenY - radius,
      right: screenX + radius,
      bottom: screenY + radius,
    });
  }

  const room = pitch.column * view.scale - 8;
  const put = (node: number, always: boolean): void => {
    if (seen[node] !== 1 || labels.length >= MOST_LABELS) return;
    const condition = at(scene.condition, node);
    const isGroup = scene.geometry.groupOf[node] !== null;
    const radius = radiusOf(scene, node, view.scale) + (isGroup ? 4 : 0);
    const x0 = at(x, node) * view.scale + view.x;
    const y0 = at(y, node) * view.scale + view.y;
    const isBad = condition !== HEALTHY && condition !== INFO;
    const title = words.title(node);
    // In its own column a name takes two lines rather than the place of its neighbours.
    const name =
      room < SHORTEST_LABEL
        ? [texts.fit(nameFont, title, LABEL_WIDTH)]
        : texts.wrap(nameFont, title, Math.min(room, LABEL_WIDTH));
    const status =
      (twoLines && isBad) || always
        ? texts.fit(statusFont, words.status(node), always ? LABEL_WIDTH : Math.max(room, 100))
        : null;
    const place = (lines: readonly Fitted[], side: Side): LabelBox => {
      const half = Math.max(...lines.map((line) => line.width)) / 2 + 4;
      const height = lines.length * lineHeight + 1;
      const middle =
        side === 'left' ? x0 - radius - half - 2 : side === 'right' ? x0 + radius + half + 2 : x0;
      const top =
        side === 'below'
          ? y0 + radius + 3
          : side === 'above'
            ? y0 - radius - 3 - height
            : y0 - height / 2;
      return { node, left: middle - half, right: middle + half, top, bottom: top + height };
    };
    let lines = status ? [...name, status] : name;
    let box = place(lines, 'below');
    if (!always && !taken.isFree(box)) {
      const tries: [readonly Fitted[], Side][] = [[name, 'below']];
      if (isBad) tries.push([name, 'right'], [name, 'left'], [name, 'above']);
      if (name.length > 1) tries.push([[texts.fit(nameFont, title, room)], 'below']);
      const found = tries.find(([some, side]) => {
        const area = place(some, side);
        const inside = side === 'below' || (area.left >= 0 && area.right <= size.width);
        return inside && taken.isFree(area);
      });
      if (found === undefined) return;
      lines = found[0];
      box = place(lines, found[1]);
    }
    seen[node] = 2;
    taken.take(box);
    labels.push({
      box,
      alpha: alphaOf(scene, node, near) === 1 ? 1 : 0.45,
      block: {
        lines: lines.map((line) => ({
          text: line.text,
          font: line === status ? statusFont : nameFont,
          color: line === status ? textColorOf(condition) : isBad || always ? 'text' : 'text-soft',
        })),
        lineHeight,
        width: box.right - box.left,
        plate: always ? 'raised' : 'surface',
        align: 'center',
      },
    });
  };

  if (picture.hovered >= 0) put(picture.hovered, true);
  if (picture.selected >= 0) put(picture.selected, true);
  for (const node of scene.marked) put(node, false);
  if (near) for (const node of near) put(node, false);
  const { hit, geometry } = scene;
  const passes: ((node: number) => boolean)[] = [
    (node) => hit !== null && hit[node] !== CLEAN,
    (node) => scene.condition[node] === CRITICAL,
    (node) => scene.condition[node] === UNKNOWN && scene.last[node] === CRITICAL,
    (node) => geometry.groupOf[node] !== null,
    (node) => scene.condition[node] === WARNING,
    (node) => scene.condition[node] === UNKNOWN,
    () => view.scale >= 0.2 || visible.length < 60,
  ];
  for (const pass of passes) {
    if (labels.length >= MOST_LABELS) break;
    for (const node of geometry.byDegree) {
      if (seen[node] === 1 && pass(node)) put(node, false);
    }
  }
  // What is pointed at is painted last: nothing covers it.
  return labels.reverse();
}

/** What was measured of the calls of the chosen service, or of all where few are in sight. */
function paintFigures(surface: Surface, picture: Picture, texts: TextFitter): readonly string[] {
  const { scene, view, size, tokens, words } = picture;
  if (view.scale < FIGURES_SCALE || picture.moving) return [];
  const { edgeFrom, edgeTo, layout } = scene.geometry;
  const chosen = [picture.hovered, picture.selected].filter((node) => isDrawn(scene, node));
  const edges = new Set<number>(chosen.flatMap((node) => edgesAt(scene, node)));
  if (edges.size === 0 || edges.size > MOST_FIGURES) return [];
  const figures: string[] = [];
  const font = `${tokens.textXs}px ${tokens.fontText}`;
  const lineHeight = Math.round(tokens.textXs * 1.3);
  const taken = createOccupancy(size);
  for (const edge of edges) {
    const text = words.traffic(edge);
    if (text === '') continue;
    const [from, to] = [at(edgeFrom, edge), at(edgeTo, edge)];
    const fitted = texts.fit(font, text, LABEL_WIDTH);
    // Nearer to the end that is not chosen, where the calls of one service have parted.
    const part = chosen.includes(from) ? 0.62 : 0.38;
    const middleX =
      (at(layout.x, from) * (1 - part) + at(layout.x, to) * part) * view.scale + view.x;
    const middleY =
      (at(layout.y, from) * (1 - part) + at(layout.y, to) * part) * view.scale + view.y;
    const width = fitted.width + 6;
    const box = {
      left: middleX - width / 2,
      right: middleX + width / 2,
      top: middleY - lineHeight / 2,
      bottom: middleY + lineHeight / 2,
    };
    if (!taken.isFree(box)) continue;
    taken.take(box);
    figures.push(fitted.text);
    surface.text(
      box.left,
      box.top,
      {
        lines: [{ text: fitted.text, font, color: 'text-soft' }],
        lineHeight,
        width,
        plate: 'ground',
        align: 'center',
      },
      1,
    );
  }
  return figures;
}

/** The name of a condition's index. */
export function conditionName(condition: number): (typeof CONDITIONS)[number] {
  return CONDITIONS[condition] ?? 'unknown';
}
