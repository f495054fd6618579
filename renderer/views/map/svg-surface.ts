import type { CanvasTokens, ColorName } from '../../theme/tokens.ts';
import { at } from '../../../shared/graph/call-graph.ts';
import { colorOf } from './glyphs.ts';
import { edgeRadius } from './canvas-surface.ts';
import { tracePath } from './edges.ts';
import { CRITICAL, HEALTHY, INFO, NONE, UNKNOWN, WARNING, WEAK } from './scene.ts';
import { paintBands, RING_LOOKS, type EdgeStyle, type Picture, type Surface } from './surface.ts';
import type { Size } from './viewport.ts';

/** Collects what is painted as SVG: text stays text, and nothing is blurred at any size. */
export function createSvgSurface(size: Size): { surface: Surface; svg(): string } {
  const parts: string[] = [];
  let tokens: CanvasTokens | null = null;
  let picture: Picture | null = null;
  const color = (name: ColorName): string => tokens?.colors[name] ?? 'none';
  const put = (
    tag: string,
    attributes: Readonly<Record<string, string | number>>,
    text?: string,
  ) => {
    const all = Object.entries(attributes)
      .map(
        ([name, value]) =>
          ` ${name}="${typeof value === 'number' ? short(value) : escaped(value)}"`,
      )
      .join('');
    parts.push(text === undefined ? `<${tag}${all}/>` : `<${tag}${all}>${escaped(text)}</${tag}>`);
  };
  const drawEdges = (edges: ArrayLike<number>, style: EdgeStyle): void => {
    if (picture === null) return;
    const { scene, view } = picture;
    for (let place = 0; place < edges.length; place++) {
      const edge = at(edges, place);
      const { line, head } = tracePath(scene.geometry, edge, view, edgeRadius(view.scale), style);
      const strength = at(scene.geometry.edgeStrength, edge);
      put('path', {
        d: line,
        fill: 'none',
        stroke: color(style.color),
        'stroke-width': style.width,
        'stroke-opacity': style.alpha,
        ...(strength > 0 && { 'stroke-dasharray': strength === WEAK ? '1.5 4.5' : '7 5' }),
      });
      if (head !== '')
        put('path', { d: head, fill: color(style.color), 'fill-opacity': style.alpha });
    }
  };

  const surface: Surface = {
    begin(next) {
      picture = next;
      tokens = next.tokens;
      put('rect', { width: size.width, height: size.height, fill: color('ground') });
    },
    rect(x, y, width, height, name, alpha = 1) {
      put('rect', { x, y, width, height, fill: color(name), ...(alpha < 1 && { opacity: alpha }) });
    },
    glyph(x, y, condition, last, radius, alpha) {
      const known = condition === UNKNOWN ? (last === NONE ? HEALTHY : last) : condition;
      const isFilled = condition === CRITICAL || condition === WARNING || condition === INFO;
      const look = {
        fill: isFilled
          ? color(colorOf(condition))
          : color(condition === UNKNOWN ? 'unknown-surface' : 'surface'),
        ...(!isFilled && {
          stroke: color(
            condition === UNKNOWN && last !== NONE ? colorOf(last) : colorOf(condition),
          ),
          'stroke-width': Math.max(1, radius * 0.22),
        }),
        ...(condition === UNKNOWN && {
          'stroke-dasharray': `${short(radius * 0.42)} ${short(radius * 0.3)}`,
        }),
        ...(alpha < 1 && { opacity: alpha }),
      };
      const corners = cornersOf(known, x, y, radius);
      if (corners === null) put('circle', { cx: x, cy: y, r: radius * 0.9, ...look });
      else put('polygon', { points: corners, ...look });
      const sign =
        condition === CRITICAL
          ? '×'
          : condition === WARNING
            ? '!'
            : condition === UNKNOWN
              ? '?'
              : condition === INFO
                ? 'i'
                : '';
      if (radius < 6 || sign === '') return;
      const ink: ColorName =
        condition === CRITICAL
          ? 'on-critical'
          : condition === WARNING
            ? 'on-warning'
            : condition === UNKNOWN
              ? 'text'
              : 'ground';
      put(
        'text',
        {
          x,
          y: y + radius * (known === WARNING ? 0.6 : 0.42),
          'font-size': Math.round(radius * 1.25),
          'font-weight': 700,
          'text-anchor': 'middle',
          'font-family': tokens?.fontText ?? '',
          fill: color(ink),
        },
        sign,
      );
    },
    ring(x, y, radius, look) {
      const { color: name, width, dash, shape } = RING_LOOKS[look];
      const stroke = {
        fill: 'none',
        stroke: color(name),
        'stroke-width': width,
        ...(dash.length > 0 && { 'stroke-dasharray': dash.join(' ') }),
      };
      if (shape === 'circle') put('circle', { cx: x, cy: y, r: radius, ...stroke });
      else
        put('rect', {
          x: x - radius,
          y: y - radius,
          width: radius * 2,
          height: radius * 2,
          ...stroke,
        });
    },
    text(left, top, block, alpha) {
      if (block.plate !== null) {
        const height = block.lines.length * block.lineHeight + 1;
        put('rect', {
          x: left,
          y: top,
          width: block.width,
          height,
          fill: color(block.plate),
          opacity: alpha * 0.82,
        });
      }
      block.lines.forEach((line, index) => {
        const [, weight = '400', fontSize = '12', family = ''] =
          /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(line.font) ?? [];
        put(
          'text',
          {
            x: block.align === 'center' ? left + block.width / 2 : left,
            y: top + block.lineHeight * (index + 0.5) + Number(fontSize) * 0.36,
            'text-anchor': block.align === 'center' ? 'middle' : 'start',
            'font-size': fontSize,
            'font-weight': weight,
            'font-family': family,
            fill: color(line.color),
            ...(alpha < 1 && { opacity: alpha }),
          },
          line.text,
        );
      });
    },
    edges: drawEdges,
    ground(style, bandsAt) {
      if (picture === null) return false;
      const { scene, view } = picture;
      paintBands(surface, bandsAt(view));
      const { edgeFrom, edgeTo, edgeStrength } = scene.geometry;
      const edges: number[] = [];
      edgeFrom.forEach((from, edge) => {
        if (scene.drawn[from] === 0 || scene.drawn[at(edgeTo, edge)] === 0) return;
        if (!scene.showWeak && at(edgeStrength, edge) === WEAK) return;
        edges.push(edge);
      });
      drawEdges(edges, style);
      return false;
    },
    end() {},
  };
  return {
    surface,
    svg: () =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">\n${parts.join('\n')}\n</svg>\n`,
  };
}

function cornersOf(shape: number, x: number, y: number, radius: number): string | null {
  const points: [number, number][] = [];
  if (shape === CRITICAL) {
    for (let corner = 0; corner < 8; corner++) {
      const angle = Math.PI / 8 + (corner * Math.PI) / 4;
      points.push([x + Math.cos(angle) * radius * 1.06, y + Math.sin(angle) * radius * 1.06]);
    }
  } else if (shape === WARNING) {
    points.push(
      [x, y - radius * 1.08],
      [x + radius * 1.08, y + radius * 0.86],
      [x - radius * 1.08, y + radius * 0.86],
    );
  } else return null;
  return points.map((point) => point.map(short).join(',')).join(' ');
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Names come from outside: nothing of them becomes markup. */
function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // Characters that XML 1.0 has no way to hold.
      // oxlint-disable-next-line no-control-regex -- they are what is taken out
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
  );
}
