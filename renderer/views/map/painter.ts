import { visibleText } from '../../kit/visible-text.ts';
import { headerSpans } from './band-headers.ts';
import { at } from '../../../shared/graph/call-graph.ts';
import { pitch } from '../../../shared/graph/layout.ts';
import type { Rectangle } from '../../../shared/graph/spatial-index.ts';
import type { CanvasTokens } from '../../theme/tokens.ts';
import { ARROW_SCALE, drawEdges, visibleEdges, type EdgeStyle } from './edges.ts';
import { colorOf, createGlyphSheet, textColorOf, type GlyphSheet } from './glyphs.ts';
import {
  CONDITIONS,
  CRITICAL,
  HEALTHY,
  INFO,
  NONE,
  UNKNOWN,
  WARNING,
  WEAK,
  type Counts,
  type Scene,
} from './scene.ts';
import { visibleArea, type Size, type Viewport } from './viewport.ts';

/** Everything that one painting shows. */
export interface Picture {
  readonly scene: Scene;
  readonly view: Viewport;
  readonly size: Size;
  readonly ratio: number;
  readonly tokens: CanvasTokens;
  /** Nodes by index, or -1. */
  readonly selected: number;
  readonly hovered: number;
  /** True while the view moves: what costs much may be shown from the last still picture. */
  readonly moving: boolean;
  readonly words: PictureWords;
}

/** Texts in the person's language; asked for while painting. */
export interface PictureWords {
  /** A condition in few words with its count or age: "Critical · 3 firing", "Unknown · 4 min". */
  status(node: number): string;
  readonly noZone: string;
  services(count: number): string;
}

export interface LabelBox extends Rectangle {
  readonly node: number;
}

export interface Painted {
  readonly nodes: number;
  readonly labels: readonly LabelBox[];
  /** True where the edges were not drawn for exactly this view: paint again once it rests. */
  readonly rough: boolean;
}

export interface Painter {
  paint(picture: Picture): Painted;
}

/** With fewer edges than this, drawing them costs less than copying a kept picture. */
const EDGES_TO_KEEP = 700;
const MOST_BAD_EDGES = 1_500;
const CROWDED_BAD_EDGES = 250;
/** From so many edges on, each is fainter: else they merge to one grey. */
const CROWDED_EDGES = 1_500;
const MOST_LABELS = 260;
const DOT_RADIUS = 2.2;
const LABEL_WIDTH = 190;
/** A name shortened beyond this says nothing. */
const SHORTEST_LABEL = 62;
const LONGEST_BROKEN = 60;
const KEPT_MARGIN = 0.25;
export const BAND_HEADER = 26;

/** Paints the map on an opaque 2D canvas. Keeps glyphs, text widths and the edges of a large map. */
export function createPainter(context: CanvasRenderingContext2D): Painter {
  let sheet: GlyphSheet | null = null;
  let sheetTokens: CanvasTokens | null = null;
  let sheetRatio = 0;
  const kept = createKeptEdges();
  const texts = createTextFitter(context);

  return {
    paint(picture) {
      const { tokens, ratio, size, view, scene } = picture;
      if (sheet === null || sheetTokens !== tokens || sheetRatio !== ratio) {
        sheet = createGlyphSheet(tokens, ratio);
        sheetTokens = tokens;
        sheetRatio = ratio;
        texts.clear();
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.globalAlpha = 1;
      context.fillStyle = tokens.colors.ground;
      context.fillRect(0, 0, size.width, size.height);
      drawBands(context, picture);
      const near = neighboursOf(scene, picture.hovered);
      const rough = drawCalls(context, picture, near, kept);
      const visible = visibleNodes(scene, view, size);
      drawNodes(context, picture, visible, near, sheet);
      const labels = drawLabels(context, picture, visible, near, texts);
      drawBandHeaders(context, picture, sheet, texts);
      return { nodes: visible.length, labels, rough };
    },
  };
}

/** Radius of a node's shape in CSS pixels: what is bad stays large however far one zooms out. */
export function radiusOf(scene: Scene, node: number, scale: number): number {
  const radius = Math.min(15, scale * 13);
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

function drawBands(context: CanvasRenderingContext2D, picture: Picture): void {
  const { scene, view, size, tokens } = picture;
  const { bands, bounds } = scene.geometry.layout;
  const top = bounds.top * view.scale + view.y - bandRoom(view.scale);
  const height = (bounds.bottom - bounds.top) * view.scale + bandRoom(view.scale) + 16;
  context.fillStyle = tokens.colors.surface;
  context.strokeStyle = tokens.colors.line;
  context.lineWidth = 1;
  for (const band of bands) {
    const left = band.left * view.scale + view.x;
    const width = (band.right - band.left) * view.scale;
    if (left > size.width || left + width < 0) continue;
    context.fillRect(left, top, width, height);
    context.strokeRect(
      Math.round(left) + 0.5,
      Math.round(top) + 0.5,
      Math.round(width),
      Math.round(height),
    );
  }
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

function drawBandHeaders(
  context: CanvasRenderingContext2D,
  picture: Picture,
  sheet: GlyphSheet,
  texts: TextFitter,
): void {
  const { scene, view, size, tokens, words, ratio } = picture;
  const { bands, bounds } = scene.geometry.layout;
  const top = headerTop(scene, view);
  const bandBottom = bounds.bottom * view.scale + view.y + 16;
  if (top > size.height || bandBottom < BAND_HEADER) return;
  const font = `600 ${tokens.textS}px ${tokens.fontText}`;
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
      return Math.ceil(
        texts.width(font, titleOf(band.zone, words)) + HEADER_PADDING + marks.length * MARK_ROOM,
      );
    }),
    size.width,
  );
  bands.forEach((band, index) => {
    const span = spans[index];
    if (!span) return;
    const { left, right } = span;
    context.save();
    context.beginPath();
    context.rect(left, top, right - left + 1, BAND_HEADER);
    context.clip();
    context.fillStyle = tokens.colors.raised;
    context.fillRect(left, top, right - left + 1, BAND_HEADER);
    context.strokeStyle = tokens.colors['line-strong'];
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, right - left, BAND_HEADER - 1);
    const middle = top + BAND_HEADER / 2;
    let x = left + 10;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.font = font;
    const counts = scene.bandCounts[index];
    const marks = marksOfBands[index] ?? [];
    const room = right - left - HEADER_PADDING - marks.length * MARK_ROOM;
    const name = texts.fit(font, titleOf(band.zone, words), Math.max(30, room));
    context.fillStyle = band.zone === null ? tokens.colors['text-soft'] : tokens.colors.text;
    context.fillText(name.text, x, middle);
    x += name.width + 12;
    for (const [condition, count] of marks) {
      const picture2 = sheet.glyph(condition, NONE, 6.5);
      const side = picture2.width / ratio;
      context.drawImage(picture2, x + 6 - side / 2, middle - side / 2, side, side);
      x += 17;
      context.fillStyle = tokens.colors[textColorOf(condition)];
      const text = String(count);
      context.fillText(text, x, middle);
      x += texts.width(font, text) + 10;
    }
    if (counts && right - x > 90) {
      context.font = `${tokens.textXs}px ${tokens.fontText}`;
      context.fillStyle = tokens.colors['text-soft'];
      context.fillText(words.services(counts.total), x, middle);
    }
    context.restore();
  });
}

function titleOf(zone: string | null, words: Picture['words']): string {
  return zone === null ? words.noZone : visibleText(zone);
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

function drawCalls(
  context: CanvasRenderingContext2D,
  picture: Picture,
  near: ReadonlySet<number> | null,
  kept: KeptEdges,
): boolean {
  const { scene, view, size, tokens } = picture;
  const { geometry } = scene;
  const radius = Math.max(2, Math.min(15, view.scale * 13));
  const arrows = view.scale >= ARROW_SCALE;
  let rough = false;
  const plain = {
    color: tokens.colors['line-strong'],
    width: view.scale < 0.3 ? 0.6 : 1.1,
    arrows,
  };
  const crowd = Math.min(1, Math.sqrt(CROWDED_EDGES / Math.max(1, geometry.edgeFrom.length)));
  context.globalAlpha = (near ? 0.35 : 1) * 0.9 * (view.scale < 0.3 ? crowd : 1);
  if (geometry.edgeFrom.length < EDGES_TO_KEEP) {
    drawEdges(context, geometry, visibleEdges(scene, view, size), view, radius, plain);
  } else {
    rough = kept.draw(context, picture, radius, plain);
  }

  drawBadCalls(context, picture, near !== null, radius, arrows);
  context.globalAlpha = 1;
  for (const node of new Set([picture.selected, picture.hovered])) {
    if (node < 0 || node >= scene.rows.length || scene.drawn[node] === 0) continue;
    const { edgeStart, edgesOf, edgeFrom, edgeTo, edgeStrength } = geometry;
    const edges: number[] = [];
    for (let place = at(edgeStart, node); place < at(edgeStart, node + 1); place++) {
      const edge = at(edgesOf, place);
      if (scene.drawn[at(edgeFrom, edge)] === 0 || scene.drawn[at(edgeTo, edge)] === 0) continue;
      if (!scene.showWeak && at(edgeStrength, edge) === WEAK) continue;
      edges.push(edge);
    }
    drawEdges(context, geometry, edges, view, radius, {
      color: node === picture.hovered ? tokens.colors.text : tokens.colors.accent,
      width: 1.8,
      arrows: view.scale >= 0.16,
    });
  }
  return rough;
}

/**
 * Calls between two bad services. In the worst hour that is nearly every call, and a wall of red
 * tells nothing: then only those between two critical ones are drawn, the fainter the more they are.
 */
function drawBadCalls(
  context: CanvasRenderingContext2D,
  picture: Picture,
  isDimmed: boolean,
  radius: number,
  arrows: boolean,
): void {
  const { scene, view, tokens } = picture;
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
  context.globalAlpha = (isDimmed ? 0.35 : 1) * Math.max(0.35, crowd);
  const width = view.scale < 0.3 ? 1.2 : 2;
  const style = (color: string): EdgeStyle => ({ color, width, arrows });
  drawEdges(context, scene.geometry, warning, view, radius, style(tokens.colors.warning));
  drawEdges(context, scene.geometry, critical, view, radius, style(tokens.colors.critical));
}

function visibleNodes(scene: Scene, view: Viewport, size: Size): Int32Array {
  const found: number[] = [];
  scene.geometry.index.within(visibleArea(view, size, 20), (node) => {
    if (scene.drawn[node] === 1) found.push(node);
  });
  return Int32Array.from(found).toSorted();
}

/** What is worse is drawn later, hence on top. */
const PAINT_ORDER = [HEALTHY, INFO, UNKNOWN, WARNING, CRITICAL];

function drawNodes(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  near: ReadonlySet<number> | null,
  sheet: GlyphSheet,
): void {
  const { scene, view, ratio, tokens } = picture;
  const { x, y } = scene.geometry.layout;
  for (const condition of PAINT_ORDER) {
    for (const node of visible) {
      if (scene.condition[node] !== condition) continue;
      context.globalAlpha = near && !near.has(node) ? (condition === CRITICAL ? 0.55 : 0.35) : 1;
      const radius = radiusOf(scene, node, view.scale);
      if (radius < DOT_RADIUS) {
        // Too small for a shape: a dot costs a tenth of a picture.
        context.fillStyle = tokens.colors[colorOf(condition)];
        context.fillRect(
          at(x, node) * view.scale + view.x - radius * 0.9,
          at(y, node) * view.scale + view.y - radius * 0.9,
          radius * 1.8,
          radius * 1.8,
        );
        continue;
      }
      const glyph = sheet.glyph(condition, at(scene.last, node), radius);
      const side = glyph.width / ratio;
      const screenX = at(x, node) * view.scale + view.x;
      const screenY = at(y, node) * view.scale + view.y;
      context.drawImage(glyph, screenX - side / 2, screenY - side / 2, side, side);
      if (scene.rows[node]?.declared === false && radius >= 5) {
        drawUndeclared(context, tokens.colors['text-soft'], screenX, screenY, radius + 4);
      }
    }
  }
  context.globalAlpha = 1;
  for (const [node, color, width] of [
    [picture.selected, tokens.colors.accent, 2.5],
    [picture.hovered, tokens.colors.text, 1.5],
  ] as const) {
    if (node < 0 || node >= scene.rows.length || scene.drawn[node] === 0) continue;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.arc(
      at(x, node) * view.scale + view.x,
      at(y, node) * view.scale + view.y,
      Math.max(8, radiusOf(scene, node, view.scale) + 5),
      0,
      Math.PI * 2,
    );
    context.stroke();
  }
}

/** Corners around what no topology source declared. */
function drawUndeclared(
  context: CanvasRenderingContext2D,
  color: string,
  x: number,
  y: number,
  half: number,
): void {
  const arm = half * 0.45;
  context.strokeStyle = color;
  context.lineWidth = 1.2;
  context.beginPath();
  for (const [sideX, sideY] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const) {
    context.moveTo(x + sideX * (half - arm), y + sideY * half);
    context.lineTo(x + sideX * half, y + sideY * half);
    context.lineTo(x + sideX * half, y + sideY * (half - arm));
  }
  context.stroke();
}

/** Text keeps its size whatever the zoom; where there is room for few, the worst come first. */
function drawLabels(
  context: CanvasRenderingContext2D,
  picture: Picture,
  visible: Int32Array,
  near: ReadonlySet<number> | null,
  texts: TextFitter,
): LabelBox[] {
  const { scene, view, size, tokens, words } = picture;
  const { x, y, names } = scene.geometry.layout;
  const seen = new Uint8Array(scene.rows.length);
  for (const node of visible) seen[node] = 1;
  const taken = createOccupancy(size);
  const boxes: LabelBox[] = [];
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
    if (seen[node] !== 1 || boxes.length >= MOST_LABELS) return;
    const condition = at(scene.condition, node);
    const radius = radiusOf(scene, node, view.scale);
    const x0 = at(x, node) * view.scale + view.x;
    const y0 = at(y, node) * view.scale + view.y;
    const isBad = condition !== HEALTHY && condition !== INFO;
    const title = visibleText(names[node] as string);
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
      lines = [...found[0]];
      box = place(lines, found[1]);
    }
    seen[node] = 2;
    taken.take(box);
    boxes.push(box);
    const alpha = near && !near.has(node) ? 0.4 : 1;
    context.globalAlpha = alpha * 0.82;
    context.fillStyle = always ? tokens.colors.raised : tokens.colors.surface;
    context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.globalAlpha = alpha;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    lines.forEach((line, index) => {
      const isStatus = line === status;
      context.font = isStatus ? statusFont : nameFont;
      context.fillStyle = isStatus
        ? tokens.colors[textColorOf(condition)]
        : tokens.colors[isBad || always ? 'text' : 'text-soft'];
      const middle = box.top + lineHeight * (index + 0.5) + 0.5;
      context.fillText(line.text, (box.left + box.right) / 2, middle);
    });
  };

  if (picture.hovered >= 0) put(picture.hovered, true);
  if (picture.selected >= 0) put(picture.selected, true);
  if (near) for (const node of near) put(node, false);
  const passes: ((node: number) => boolean)[] = [
    (node) => scene.condition[node] === CRITICAL,
    (node) => scene.condition[node] === UNKNOWN && scene.last[node] === CRITICAL,
    (node) => scene.condition[node] === WARNING,
    (node) => scene.condition[node] === UNKNOWN,
    () => view.scale >= 0.2 || visible.length < 60,
  ];
  for (const pass of passes) {
    for (const node of scene.geometry.byDegree) {
      if (seen[node] === 1 && pass(node)) put(node, false);
    }
  }
  context.globalAlpha = 1;
  return boxes;
}

type Side = 'below' | 'above' | 'left' | 'right';

interface Occupancy {
  isFree(area: Rectangle): boolean;
  take(area: Rectangle): void;
}

/** A coarse raster of what is already written on. */
function createOccupancy(size: Size): Occupancy {
  const cellX = 8;
  const cellY = 4;
  const columns = Math.ceil(size.width / cellX) + 1;
  const rows = Math.ceil(size.height / cellY) + 1;
  const cells = new Uint8Array(columns * rows);
  const range = (low: number, high: number, cell: number, count: number): [number, number] => [
    Math.max(0, Math.floor(low / cell)),
    Math.min(count - 1, Math.floor((high - 0.01) / cell)),
  ];
  return {
    isFree({ left, top, right, bottom }) {
      const [firstColumn, lastColumn] = range(left, right, cellX, columns);
      const [firstRow, lastRow] = range(top, bottom, cellY, rows);
      for (let row = firstRow; row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++) {
          if (cells[row * columns + column] === 1) return false;
        }
      }
      return true;
    },
    take({ left, top, right, bottom }) {
      const [firstColumn, lastColumn] = range(left, right, cellX, columns);
      const [firstRow, lastRow] = range(top, bottom, cellY, rows);
      for (let row = firstRow; row <= lastRow; row++) {
        if (firstColumn <= lastColumn) {
          cells.fill(1, row * columns + firstColumn, row * columns + lastColumn + 1);
        }
      }
    },
  };
}

interface Fitted {
  readonly text: string;
  readonly width: number;
}
interface TextFitter {
  /** The text, shortened with an ellipsis where it is wider than `most` CSS pixels. */
  fit(font: string, text: string, most: number): Fitted;
  /** One line, or two that break after a separator where one can be had. */
  wrap(font: string, text: string, most: number): Fitted[];
  width(font: string, text: string): number;
  clear(): void;
}

function createTextFitter(context: CanvasRenderingContext2D): TextFitter {
  const known = new Map<string, Fitted>();
  const measure = (font: string, text: string): number => {
    context.font = font;
    return context.measureText(text).width;
  };
  const fit = (font: string, text: string, most: number): Fitted => {
    const key = `${font}\n${Math.round(most)}\n${text}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size > 20_000) known.clear();
    let fitted: Fitted = { text, width: measure(font, text) };
    if (fitted.width > most) {
      let low = 0;
      let high = Math.min(text.length, 200);
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (measure(font, `${text.slice(0, middle)}…`) <= most) low = middle;
        else high = middle - 1;
      }
      const short = `${text.slice(0, low)}…`;
      fitted = { text: short, width: measure(font, short) };
    }
    known.set(key, fitted);
    return fitted;
  };
  return {
    fit,
    wrap(font, text, most) {
      const whole = fit(font, text, 10_000);
      if (whole.width <= most) return [whole];
      const width = (part: string): number => fit(font, part, 10_000).width;
      let split = 0;
      let best = Infinity;
      for (let end = 1; end < text.length && end < LONGEST_BROKEN; end++) {
        if (!/[-_./: ]/.test(text[end - 1] ?? '')) continue;
        const wider = Math.max(width(text.slice(0, end)), width(text.slice(end)));
        if (wider < best && width(text.slice(0, end)) <= most) {
          best = wider;
          split = end;
        }
      }
      if (split === 0) return [fit(font, text, most)];
      return [fit(font, text.slice(0, split), 10_000), fit(font, text.slice(split), most)];
    },
    width: (font, text) => fit(font, text, 10_000).width,
    clear: () => known.clear(),
  };
}

interface KeptEdges {
  /** @returns true where an older picture was shown instead of an exact one */
  draw(
    context: CanvasRenderingContext2D,
    picture: Picture,
    radius: number,
    style: EdgeStyle,
  ): boolean;
}

/**
 * The plain edges of a large map, kept as a picture somewhat larger than the window: 15,000 curves
 * are drawn when the view rests, and copied while it moves or while only conditions change.
 */
function createKeptEdges(): KeptEdges {
  let canvas: OffscreenCanvas | null = null;
  let drawn: {
    geometry: unknown;
    drawnVersion: number;
    showWeak: boolean;
    tokens: CanvasTokens;
    ratio: number;
    size: Size;
    view: Viewport;
  } | null = null;

  return {
    draw(context, picture, radius, style) {
      const { scene, view, size, ratio, tokens, moving } = picture;
      const marginX = Math.round(size.width * KEPT_MARGIN);
      const marginY = Math.round(size.height * KEPT_MARGIN);
      const wide = { width: size.width + 2 * marginX, height: size.height + 2 * marginY };
      const usable =
        drawn !== null &&
        drawn.geometry === scene.geometry &&
        drawn.drawnVersion === scene.drawnVersion &&
        drawn.showWeak === scene.showWeak &&
        drawn.tokens === tokens &&
        drawn.ratio === ratio &&
        drawn.size.width === wide.width &&
        drawn.size.height === wide.height;
      if (drawn !== null && usable) {
        const zoom = view.scale / drawn.view.scale;
        const left = view.x - drawn.view.x * zoom - marginX * zoom;
        const top = view.y - drawn.view.y * zoom - marginY * zoom;
        const covers =
          left <= 0 &&
          top <= 0 &&
          left + wide.width * zoom >= size.width &&
          top + wide.height * zoom >= size.height;
        const exact = zoom === 1 && covers;
        if (exact || (moving && zoom > 0.4 && zoom < 2.5)) {
          if (canvas) {
            context.drawImage(canvas, left, top, wide.width * zoom, wide.height * zoom);
          }
          return !exact;
        }
      }
      const pixelWidth = Math.ceil(wide.width * ratio);
      const pixelHeight = Math.ceil(wide.height * ratio);
      if (canvas === null || canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
        canvas = new OffscreenCanvas(pixelWidth, pixelHeight);
      }
      const inner = canvas.getContext('2d');
      if (inner === null) return false;
      inner.setTransform(1, 0, 0, 1, 0, 0);
      inner.clearRect(0, 0, pixelWidth, pixelHeight);
      inner.setTransform(ratio, 0, 0, ratio, marginX * ratio, marginY * ratio);
      const around = visibleEdges(
        scene,
        { scale: view.scale, x: view.x + marginX, y: view.y + marginY },
        wide,
      );
      drawEdges(inner, scene.geometry, around, view, radius, style);
      drawn = {
        geometry: scene.geometry,
        drawnVersion: scene.drawnVersion,
        showWeak: scene.showWeak,
        tokens,
        ratio,
        size: wide,
        view,
      };
      context.drawImage(canvas, -marginX, -marginY, wide.width, wide.height);
      return false;
    },
  };
}

/** The name of a condition's index. */
export function conditionName(condition: number): (typeof CONDITIONS)[number] {
  return CONDITIONS[condition] ?? 'unknown';
}
