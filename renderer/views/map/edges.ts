import { at } from '../../../shared/graph/call-graph.ts';
import { visibleArea, type Size, type Viewport } from './viewport.ts';
import type { Geometry, Scene } from './scene.ts';
import { WEAK } from './scene.ts';
import type { CanvasTokens } from '../../theme/tokens.ts';
import { BEND_SCALE, DASH_SCALE, MOST_DASHED, type EdgeStyle } from './surface.ts';

/** The drawing surface of a path: Path2D and a context alike. */
type Pen = Pick<Path2D, 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'closePath'>;

export const ARROW_SCALE = 0.42;

const DASHES: readonly (readonly number[])[] = [[], [7, 5], [1.5, 4.5]];

/** Which edges can be seen: both ends drawn, its box inside the window, weak ones if wished. */
export function visibleEdges(scene: Scene, view: Viewport, size: Size): number[] {
  const { edgeFrom, edgeTo, edgeStrength, layout } = scene.geometry;
  const area = visibleArea(view, size, 60);
  const found: number[] = [];
  for (let edge = 0; edge < edgeFrom.length; edge++) {
    const from = at(edgeFrom, edge);
    const to = at(edgeTo, edge);
    if (scene.drawn[from] === 0 || scene.drawn[to] === 0) continue;
    if (!scene.showWeak && edgeStrength[edge] === WEAK) continue;
    const fromX = at(layout.x, from);
    const toX = at(layout.x, to);
    if (fromX < area.left && toX < area.left) continue;
    if (fromX > area.right && toX > area.right) continue;
    const fromY = at(layout.y, from);
    const toY = at(layout.y, to);
    if (fromY < area.top && toY < area.top) continue;
    if (fromY > area.bottom && toY > area.bottom) continue;
    found.push(edge);
  }
  return found;
}

/** Draws edges in one style, one path a strength; the strength is told by the dash. */
export function drawEdges(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  geometry: Geometry,
  edges: ArrayLike<number>,
  view: Viewport,
  radius: number,
  style: EdgeStyle,
  tokens: CanvasTokens,
): void {
  const lines = [new Path2D(), new Path2D(), new Path2D()];
  const heads = new Path2D();
  const isPlain = view.scale < DASH_SCALE || edges.length > MOST_DASHED;
  let any = 0;
  for (let place = 0; place < edges.length; place++) {
    const edge = at(edges, place);
    const strength = isPlain ? 0 : at(geometry.edgeStrength, edge);
    trace(
      lines[strength] as Path2D,
      style.arrows ? heads : null,
      geometry,
      edge,
      view,
      radius,
      style,
    );
    any |= 1 << strength;
  }
  context.strokeStyle = tokens.colors[style.color];
  context.fillStyle = tokens.colors[style.color];
  context.lineCap = 'butt';
  lines.forEach((path, strength) => {
    if ((any & (1 << strength)) === 0) return;
    context.setLineDash([...(DASHES[strength] ?? [])]);
    context.lineWidth = strength === WEAK ? style.width * 0.9 : style.width;
    context.stroke(path);
  });
  context.setLineDash([]);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas, not an array
  if (style.arrows) context.fill(heads);
}

/** The same lines as the text of SVG paths. */
export function tracePath(
  geometry: Geometry,
  edge: number,
  view: Viewport,
  radius: number,
  style: EdgeStyle,
): { line: string; head: string } {
  const line = textPen();
  const head = textPen();
  trace(line.pen, style.arrows ? head.pen : null, geometry, edge, view, radius, style);
  return { line: line.text(), head: head.text() };
}

function textPen(): { pen: Pen; text(): string } {
  const parts: string[] = [];
  const put = (command: string, ...numbers: number[]): void => {
    parts.push(command + numbers.map((one) => Math.round(one * 10) / 10).join(' '));
  };
  return {
    pen: {
      moveTo: (x, y) => put('M', x, y),
      lineTo: (x, y) => put('L', x, y),
      bezierCurveTo: (a, b, c, d, x, y) => put('C', a, b, c, d, x, y),
      closePath: () => put('Z'),
    },
    text: () => parts.join(''),
  };
}

/**
 * A call goes from below its caller to above its callee. Where the callee stands beside or above
 * (only inside a cycle), it leaves and arrives at the side, so that it cannot be taken for a call
 * the other way.
 */
function trace(
  line: Pen,
  heads: Pen | null,
  geometry: Geometry,
  edge: number,
  view: Viewport,
  radius: number,
  style: EdgeStyle,
): void {
  const { x, y } = geometry.layout;
  const from = at(geometry.edgeFrom, edge);
  const to = at(geometry.edgeTo, edge);
  const fromX = at(x, from) * view.scale + view.x;
  const fromY = at(y, from) * view.scale + view.y;
  const toX = at(x, to) * view.scale + view.x;
  const toY = at(y, to) * view.scale + view.y;
  if (view.scale < BEND_SCALE) {
    line.moveTo(fromX, fromY);
    line.lineTo(toX, toY);
    return;
  }
  const gap = radius + 1.5;
  const head = heads === null ? 0 : 4 + style.width * 2.2;
  if (toY - fromY > 1) {
    const startY = fromY + gap;
    const endY = toY - gap;
    const bend = Math.max(12, Math.min((endY - startY) * 0.55, 150 * view.scale + 40));
    line.moveTo(fromX, startY);
    line.bezierCurveTo(fromX, startY + bend, toX, endY - head - bend, toX, endY - head);
    if (heads) arrow(heads, toX, endY, 0, head);
    return;
  }
  if (Math.abs(toY - fromY) <= 1) {
    // Side by side in a cycle: under the row to the right, over it to the left.
    const side = toX > fromX ? 1 : -1;
    const lift = (26 + Math.abs(toX - fromX) * 0.06) * Math.min(1, view.scale) * side;
    const startX = fromX + gap * 0.7 * side;
    const endX = toX - gap * 0.7 * side;
    const edgeY = gap * 0.7 * side;
    line.moveTo(startX, fromY + edgeY);
    line.bezierCurveTo(
      startX + 20 * side,
      fromY + lift,
      endX - 20 * side,
      toY + lift,
      endX,
      toY + edgeY,
    );
    if (heads) arrow(heads, endX, toY + edgeY, side > 0 ? Math.PI * 1.2 : Math.PI * 0.2, head);
    return;
  }
  const bow = 60 * Math.min(1, view.scale) + Math.abs(toX - fromX) * 0.1;
  line.moveTo(fromX + gap, fromY);
  line.bezierCurveTo(fromX + gap + bow, fromY, toX + gap + head + bow, toY, toX + gap + head, toY);
  if (heads) arrow(heads, toX + gap, toY, Math.PI / 2, head);
}

/** A head whose point is at (x, y); angle 0 points down, growing clockwise. */
function arrow(path: Pen, x: number, y: number, angle: number, length: number): void {
  const sin = Math.sin(angle);
  const cos = Math.cos(angle);
  const half = length * 0.46;
  const point = (side: number, back: number): [number, number] => [
    x + side * cos + back * sin,
    y + side * sin - back * cos,
  ];
  path.moveTo(x, y);
  path.lineTo(...point(-half, length));
  path.lineTo(...point(half, length));
  path.closePath();
}
