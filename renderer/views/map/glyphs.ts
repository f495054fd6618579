import type { CanvasTokens, ColorName } from '../../theme/tokens.ts';
import { CONDITIONS, CRITICAL, HEALTHY, INFO, NONE, UNKNOWN, WARNING } from './scene.ts';

/** The colour of a condition's shape. */
export function colorOf(condition: number): ColorName {
  return CONDITIONS[condition] ?? 'unknown';
}

/** The colour of a condition's word. */
export function textColorOf(condition: number): ColorName {
  return `${CONDITIONS[condition] ?? 'unknown'}-text`;
}

/**
 * Draws a condition's shape around (0, 0): critical a filled octagon, warning a filled triangle,
 * info a filled disc, healthy a ring; unknown the dashed, hatched outline of what was last known.
 * @param radius CSS pixels
 */
export function drawGlyph(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  tokens: CanvasTokens,
  condition: number,
  last: number,
  radius: number,
): void {
  const { colors } = tokens;
  const color = colors[colorOf(condition)];
  switch (condition) {
    case CRITICAL:
    case WARNING:
    case INFO:
      outline(context, condition, radius);
      context.fillStyle = color;
      context.fill();
      if (radius >= 6) sign(context, tokens, condition, radius);
      return;
    case UNKNOWN: {
      const known = last === NONE ? HEALTHY : last;
      outline(context, known, radius);
      context.fillStyle = colors['unknown-surface'];
      context.fill();
      if (radius >= 5) hatch(context, colors.unknown, radius);
      context.strokeStyle = last === NONE ? colors.unknown : colors[colorOf(last)];
      context.lineWidth = Math.max(1, radius * 0.2);
      context.setLineDash(radius >= 4 ? [radius * 0.42, radius * 0.3] : []);
      outline(context, known, radius - context.lineWidth / 2);
      context.stroke();
      context.setLineDash([]);
      if (radius >= 6) mark(context, tokens, '?', radius, colors.text, known);
      return;
    }
    default:
      outline(context, HEALTHY, radius);
      context.fillStyle = colors.surface;
      context.fill();
      context.strokeStyle = color;
      context.lineWidth = Math.max(1, radius * 0.24);
      outline(context, HEALTHY, radius - context.lineWidth / 2);
      context.stroke();
  }
}

function outline(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  shape: number,
  radius: number,
): void {
  context.beginPath();
  if (shape === CRITICAL) {
    const long = radius * 1.06;
    for (let corner = 0; corner < 8; corner++) {
      const angle = Math.PI / 8 + (corner * Math.PI) / 4;
      context.lineTo(Math.cos(angle) * long, Math.sin(angle) * long);
    }
    context.closePath();
  } else if (shape === WARNING) {
    context.moveTo(0, -radius * 1.08);
    context.lineTo(radius * 1.08, radius * 0.86);
    context.lineTo(-radius * 1.08, radius * 0.86);
    context.closePath();
  } else {
    context.arc(0, 0, radius, 0, Math.PI * 2);
  }
}

function sign(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  tokens: CanvasTokens,
  condition: number,
  radius: number,
): void {
  const { colors } = tokens;
  if (condition === CRITICAL) {
    const arm = radius * 0.42;
    context.strokeStyle = colors['on-critical'];
    context.lineWidth = Math.max(1.4, radius * 0.22);
    context.beginPath();
    context.moveTo(-arm, -arm);
    context.lineTo(arm, arm);
    context.moveTo(arm, -arm);
    context.lineTo(-arm, arm);
    context.stroke();
    return;
  }
  if (condition === WARNING) mark(context, tokens, '!', radius, colors['on-warning'], WARNING);
  else mark(context, tokens, 'i', radius, colors.ground, INFO);
}

function mark(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  tokens: CanvasTokens,
  text: string,
  radius: number,
  color: string,
  shape: number,
): void {
  context.fillStyle = color;
  context.font = `700 ${Math.round(radius * 1.25)}px ${tokens.fontText}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, 0, radius * (shape === WARNING ? 0.24 : 0.06));
}

function hatch(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  color: string,
  radius: number,
): void {
  context.save();
  context.clip();
  context.globalAlpha *= 0.55;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  const step = Math.max(3, radius * 0.42);
  for (let at = -radius * 2; at <= radius * 2; at += step) {
    context.moveTo(at, radius * 1.1);
    context.lineTo(at + radius * 2, -radius * 1.1);
  }
  context.stroke();
  context.restore();
}

export interface GlyphSheet {
  /** The picture of a shape; its middle is the middle of the picture. */
  glyph(condition: number, last: number, radius: number): OffscreenCanvas;
}

/** Shapes drawn once for a theme and pixel ratio: thousands of equal ones are then mere copies. */
export function createGlyphSheet(tokens: CanvasTokens, ratio: number): GlyphSheet {
  const known = new Map<number, OffscreenCanvas>();
  return {
    glyph(condition, last, radius) {
      const key =
        (Math.round(radius * 4) * 8 + condition) * 256 + (condition === UNKNOWN ? last : 0);
      const found = known.get(key);
      if (found !== undefined) return found;
      if (known.size > 400) known.clear();
      const size = Math.ceil((radius * 2.3 + 2) * ratio);
      const canvas = new OffscreenCanvas(size, size);
      const context = canvas.getContext('2d');
      if (context) {
        context.translate(size / 2, size / 2);
        context.scale(ratio, ratio);
        drawGlyph(context, tokens, condition, last, radius);
      }
      known.set(key, canvas);
      return canvas;
    },
  };
}
