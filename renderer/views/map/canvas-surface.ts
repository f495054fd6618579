import type { CanvasTokens } from '../../theme/tokens.ts';
import { drawEdges, visibleEdges } from './edges.ts';
import { createGlyphSheet, type GlyphSheet } from './glyphs.ts';
import {
  drawRing,
  EDGES_TO_KEEP,
  keptFor,
  marginOf,
  paintBands,
  placeKept,
  type KeptFor,
  type Picture,
  type Surface,
} from './surface.ts';

/** A 2D canvas: where no graphics card, and nothing that stands for one, can be had. */
export function createCanvasSurface(context: CanvasRenderingContext2D): Surface {
  let sheet: GlyphSheet | null = null;
  let sheetTokens: CanvasTokens | null = null;
  let sheetRatio = 0;
  let picture: Picture | null = null;
  let kept: { canvas: OffscreenCanvas; for: KeptFor } | null = null;

  return {
    begin(next) {
      const { tokens, ratio, size } = next;
      picture = next;
      if (sheet === null || sheetTokens !== tokens || sheetRatio !== ratio) {
        sheet = createGlyphSheet(tokens, ratio);
        sheetTokens = tokens;
        sheetRatio = ratio;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.globalAlpha = 1;
      context.fillStyle = tokens.colors.ground;
      context.fillRect(0, 0, size.width, size.height);
    },
    rect(x, y, width, height, color, alpha) {
      if (picture === null) return;
      rectsOn(context, picture.tokens).rect(x, y, width, height, color, alpha);
    },
    glyph(x, y, condition, last, radius, alpha) {
      if (picture === null || sheet === null) return;
      const glyph = sheet.glyph(condition, last, radius);
      const side = glyph.width / picture.ratio;
      context.globalAlpha = alpha;
      context.drawImage(glyph, x - side / 2, y - side / 2, side, side);
    },
    ring(x, y, radius, look) {
      if (picture === null) return;
      context.globalAlpha = 1;
      context.save();
      context.translate(x, y);
      drawRing(context, picture.tokens, look, radius);
      context.restore();
    },
    text(left, top, block, alpha) {
      if (picture === null) return;
      const { colors } = picture.tokens;
      if (block.plate !== null) {
        context.globalAlpha = alpha * 0.82;
        context.fillStyle = colors[block.plate];
        context.fillRect(left, top, block.width, block.lines.length * block.lineHeight + 1);
      }
      context.globalAlpha = alpha;
      context.textAlign = block.align;
      context.textBaseline = 'middle';
      block.lines.forEach((line, index) => {
        context.font = line.font;
        context.fillStyle = colors[line.color];
        const x = block.align === 'center' ? left + block.width / 2 : left;
        context.fillText(line.text, x, top + block.lineHeight * (index + 0.5) + 0.5);
      });
    },
    edges(edges, style) {
      if (picture === null || edges.length === 0) return;
      const { scene, view, tokens } = picture;
      context.globalAlpha = style.alpha;
      drawEdges(context, scene.geometry, edges, view, edgeRadius(view.scale), style, tokens);
      context.globalAlpha = 1;
    },
    ground(style, bandsAt) {
      if (picture === null) return false;
      const { scene, view, size, tokens, ratio, moving } = picture;
      const radius = edgeRadius(view.scale);
      if (scene.geometry.edgeFrom.length < EDGES_TO_KEEP) {
        paintBands(rectsOn(context, tokens), bandsAt(view));
        context.globalAlpha = style.alpha;
        const seen = visibleEdges(scene, view, size);
        drawEdges(context, scene.geometry, seen, view, radius, style, tokens);
        return false;
      }
      // 15,000 curves are drawn when the view rests, and copied while it moves or while only
      // conditions change.
      const wanted = keptFor(picture, style);
      const place = placeKept(kept?.for ?? null, wanted, moving);
      context.globalAlpha = 1;
      if (place !== null && kept !== null) {
        context.drawImage(kept.canvas, place.left, place.top, place.width, place.height);
        return !place.exact;
      }
      const [marginX, marginY] = [marginOf(size.width), marginOf(size.height)];
      const wide = { width: size.width + 2 * marginX, height: size.height + 2 * marginY };
      const pixels = {
        width: Math.ceil(wide.width * ratio),
        height: Math.ceil(wide.height * ratio),
      };
      const canvas =
        kept?.canvas.width === pixels.width && kept.canvas.height === pixels.height
          ? kept.canvas
          : new OffscreenCanvas(pixels.width, pixels.height);
      const inner = canvas.getContext('2d');
      if (inner === null) return false;
      inner.setTransform(1, 0, 0, 1, 0, 0);
      inner.globalAlpha = 1;
      inner.fillStyle = tokens.colors.ground;
      inner.fillRect(0, 0, pixels.width, pixels.height);
      inner.setTransform(ratio, 0, 0, ratio, marginX * ratio, marginY * ratio);
      paintBands(rectsOn(inner, tokens), bandsAt(view));
      inner.globalAlpha = style.alpha;
      const shifted = { scale: view.scale, x: view.x + marginX, y: view.y + marginY };
      const around = visibleEdges(scene, shifted, wide);
      drawEdges(inner, scene.geometry, around, view, radius, style, tokens);
      kept = { canvas, for: wanted };
      context.drawImage(canvas, -marginX, -marginY, wide.width, wide.height);
      return false;
    },
    end() {
      context.globalAlpha = 1;
    },
  };
}

function rectsOn(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  tokens: CanvasTokens,
): Pick<Surface, 'rect'> {
  return {
    rect(x, y, width, height, color, alpha = 1) {
      context.globalAlpha = alpha;
      context.fillStyle = tokens.colors[color];
      context.fillRect(x, y, width, height);
    },
  };
}

/** Edges begin and end at the rim of a healthy service's shape. */
export function edgeRadius(scale: number): number {
  return Math.max(2, Math.min(15, scale * 13));
}
