import type { CanvasTokens, ColorName } from '../../theme/tokens.ts';
import { at } from '../../../shared/graph/call-graph.ts';
import { createAtlas, type Atlas, type Part } from './atlas.ts';
import { edgeRadius } from './canvas-surface.ts';
import { visibleEdges } from './edges.ts';
import { drawGlyph } from './glyphs.ts';
import {
  EDGE_FRAGMENT,
  EDGE_VERTEX,
  linkProgram,
  SPRITE_FRAGMENT,
  SPRITE_VERTEX,
} from './gl-programs.ts';
import { NONE, UNKNOWN, type Scene } from './scene.ts';
import {
  BEND_SCALE,
  DASH_SCALE,
  drawRing,
  EDGES_TO_KEEP,
  keptFor,
  marginOf,
  MOST_DASHED,
  paintBands,
  placeKept,
  ringReach,
  type EdgeStyle,
  type KeptFor,
  type Picture,
  type Surface,
} from './surface.ts';
import type { Size, Viewport } from './viewport.ts';

/** Of one corner of a rectangle: where it is, its place in the atlas, and its tint in one word. */
const CORNER_WORDS = 5;
const SPRITE_WORDS = 4 * CORNER_WORDS;
/** Indices of 16 bits reach so many corners. */
const MOST_SPRITES = 16_000;
/** Of one edge: its two ends in the map's own units, then its strength. */
const EDGE_FLOATS = 8;
/** Texels in a row of the edges' texture; every card has textures so wide. */
const EDGE_COLUMNS = 1_024;
const ATLAS_SIDE = 2_048;
const CURVE_STEPS = 14;
/** Shapes in steps of a quarter pixel. */
const RADIUS_STEPS = 4;

/** Where something is drawn: the screen, or a picture that is kept. */
interface Frame {
  readonly size: Size;
  /** -1: upside down, as textures are. */
  readonly flip: number;
}

/**
 * The map on a WebGL2 canvas: everything but calls is a rectangle with a part of one atlas on it, and
 * consecutive rectangles are one draw call; calls are strips that the vertex program bends.
 * @throws Error where the programs cannot be built: the caller falls back to a 2D canvas
 */
export function createGlSurface(gl: WebGL2RenderingContext): Surface {
  const sprites = linkProgram(gl, SPRITE_VERTEX, SPRITE_FRAGMENT);
  const curves = linkProgram(gl, EDGE_VERTEX, EDGE_FRAGMENT);
  const atlasTexture = makeTexture(gl, ATLAS_SIDE, ATLAS_SIDE);
  const atlas: Atlas = createAtlas(
    ATLAS_SIDE,
    ({ x, y, width, height }, pixels) => {
      gl.bindTexture(gl.TEXTURE_2D, atlasTexture);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    },
    () => flush(),
  );
  const spriteBuffer = gl.createBuffer();
  const spriteArray = makeSpriteArray(gl, spriteBuffer);
  const noArray = gl.createVertexArray();
  const edgeTexture = gl.createTexture();
  const floats = new Float32Array(SPRITE_WORDS * MOST_SPRITES);
  const words = new Uint32Array(floats.buffer);
  let count = 0;
  let picture: Picture | null = null;
  let frame: Frame = { size: { width: 1, height: 1 }, flip: 1 };
  let tokens: CanvasTokens | null = null;
  let ratio = 0;
  let colors = new Map<ColorName, readonly [number, number, number]>();
  let kept: { target: Target; for: KeptFor } | null = null;

  gl.disable(gl.DEPTH_TEST);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);

  const colorOf = (name: ColorName): readonly [number, number, number] => {
    let color = colors.get(name);
    if (color === undefined) {
      color = readColor(picture?.tokens.colors[name] ?? '');
      colors.set(name, color);
    }
    return color;
  };

  const push = (
    x: number,
    y: number,
    width: number,
    height: number,
    part: Part,
    tint: readonly [number, number, number],
    alpha: number,
  ): void => {
    if (count >= MOST_SPRITES) flush();
    // Premultiplied, red in the lowest byte.
    const byte = (value: number): number => Math.round(value * alpha * 255);
    const packed =
      ((byte(1) << 24) | (byte(tint[2]) << 16) | (byte(tint[1]) << 8) | byte(tint[0])) >>> 0;
    let place = count * SPRITE_WORDS;
    for (let corner = 0; corner < 4; corner++) {
      const right = corner & 1;
      const below = corner >> 1;
      floats[place] = x + right * width;
      floats[place + 1] = y + below * height;
      floats[place + 2] = (part.x + right * part.width) / ATLAS_SIDE;
      floats[place + 3] = (part.y + below * part.height) / ATLAS_SIDE;
      words[place + 4] = packed;
      place += CORNER_WORDS;
    }
    count += 1;
  };

  function flush(): void {
    if (count === 0) return;
    drawSprites(atlasTexture, floats.subarray(0, count * SPRITE_WORDS), count);
    count = 0;
  }

  function drawSprites(texture: WebGLTexture, data: Float32Array, instances: number): void {
    gl.useProgram(sprites.program);
    gl.uniform2f(sprites.uniform('size'), frame.size.width, frame.size.height);
    gl.uniform1f(sprites.uniform('flip'), frame.flip);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.bindVertexArray(spriteArray);
    gl.bindBuffer(gl.ARRAY_BUFFER, spriteBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
    gl.drawElements(gl.TRIANGLES, instances * 6, gl.UNSIGNED_SHORT, 0);
  }

  function drawCurves(edges: ArrayLike<number>, style: EdgeStyle, view: Viewport): void {
    if (edges.length === 0 || picture === null) return;
    const { geometry } = picture.scene;
    const isBent = view.scale >= BEND_SCALE;
    const steps = isBent ? CURVE_STEPS : 1;
    const [red, green, blue] = colorOf(style.color);
    gl.useProgram(curves.program);
    gl.bindTexture(gl.TEXTURE_2D, edgeTexture);
    fillEdges(gl, geometry, edges);
    gl.uniform2f(curves.uniform('size'), frame.size.width, frame.size.height);
    gl.uniform1f(curves.uniform('flip'), frame.flip);
    gl.uniform3f(curves.uniform('view'), view.scale, view.x, view.y);
    gl.uniform1f(curves.uniform('radius'), edgeRadius(view.scale));
    gl.uniform1f(curves.uniform('width'), style.width);
    gl.uniform1i(curves.uniform('steps'), steps);
    gl.uniform1i(curves.uniform('bent'), isBent ? 1 : 0);
    gl.uniform1i(curves.uniform('arrows'), style.arrows && isBent ? 1 : 0);
    const isDashed = view.scale >= DASH_SCALE && edges.length <= MOST_DASHED;
    gl.uniform1i(curves.uniform('dashed'), isDashed ? 1 : 0);
    const { alpha } = style;
    gl.uniform4f(curves.uniform('color'), red * alpha, green * alpha, blue * alpha, alpha);
    gl.bindVertexArray(noArray);
    gl.uniform1i(curves.uniform('heads'), 0);
    gl.drawArrays(gl.TRIANGLES, 0, edges.length * steps * 6);
    if (!style.arrows || !isBent) return;
    gl.uniform1i(curves.uniform('heads'), 1);
    gl.uniform1i(curves.uniform('dashed'), 0);
    gl.drawArrays(gl.TRIANGLES, 0, edges.length * 3);
  }

  const white = (): Part =>
    atlas.part('white', 4, 4, (context) => {
      context.fillStyle = '#ffffff';
      context.fillRect(0, 0, 4, 4);
    }) ?? NOWHERE;

  const surface: Surface = {
    begin(next) {
      picture = next;
      frame = { size: next.size, flip: 1 };
      if (tokens !== next.tokens || ratio !== next.ratio) {
        tokens = next.tokens;
        ratio = next.ratio;
        atlas.clear();
        colors = new Map();
      }
      count = 0;
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    },
    rect(x, y, width, height, color, alpha = 1) {
      const { x: left, y: top } = white();
      // From the middle of the white spot: its rim is blended with what is beside it.
      const spot = { x: left + 1, y: top + 1, width: 2, height: 2 };
      push(x, y, width, height, spot, colorOf(color), alpha);
    },
    glyph(x, y, condition, last, radius, alpha) {
      const rounded = Math.round(radius * RADIUS_STEPS) / RADIUS_STEPS;
      const side = Math.ceil((rounded * 2.3 + 2) * ratio);
      const name = `glyph ${condition} ${condition === UNKNOWN ? last : NONE} ${rounded}`;
      const part = atlas.part(name, side, side, (context) => {
        context.setTransform(ratio, 0, 0, ratio, side / 2, side / 2);
        if (tokens) drawGlyph(context, tokens, condition, last, rounded);
      });
      if (part === null) return;
      const wide = side / ratio;
      push(x - wide / 2, y - wide / 2, wide, wide, part, WHITE, alpha);
    },
    ring(x, y, radius, look) {
      const rounded = Math.round(radius * RADIUS_STEPS) / RADIUS_STEPS;
      const side = Math.ceil((ringReach(look, rounded) * 2 + 2) * ratio);
      const part = atlas.part(`ring ${look} ${rounded}`, side, side, (context) => {
        context.setTransform(ratio, 0, 0, ratio, side / 2, side / 2);
        if (tokens) drawRing(context, tokens, look, rounded);
      });
      if (part === null) return;
      const wide = side / ratio;
      push(x - wide / 2, y - wide / 2, wide, wide, part, WHITE, 1);
    },
    text(left, top, block, alpha) {
      const width = Math.ceil(block.width * ratio) + 2;
      const height = Math.ceil((block.lines.length * block.lineHeight + 1) * ratio);
      const name = `text ${block.plate ?? ''} ${block.align} ${width} ${block.lines
        .map((line) => `${line.font}${line.color}${line.text}`)
        .join('\n')}`;
      const part = atlas.part(name, width, height, (context) => {
        if (tokens === null) return;
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        if (block.plate !== null) {
          context.globalAlpha = 0.82;
          context.fillStyle = tokens.colors[block.plate];
          context.fillRect(0, 0, block.width, height / ratio);
          context.globalAlpha = 1;
        }
        context.textAlign = block.align;
        context.textBaseline = 'middle';
        block.lines.forEach((line, index) => {
          context.font = line.font;
          context.fillStyle = tokens?.colors[line.color] ?? '';
          const x = block.align === 'center' ? block.width / 2 : 0;
          context.fillText(line.text, x, block.lineHeight * (index + 0.5) + 0.5);
        });
      });
      if (part === null) return;
      // On whole pixels, or letters blur.
      const x = Math.round(left * ratio) / ratio;
      const y = Math.round(top * ratio) / ratio;
      push(x, y, width / ratio, height / ratio, part, WHITE, alpha);
    },
    edges(edges, style) {
      if (picture === null || edges.length === 0) return;
      flush();
      drawCurves(edges, style, picture.view);
    },
    ground(style, bandsAt) {
      if (picture === null) return false;
      const { scene, size, view, moving } = picture;
      const [red, green, blue] = colorOf('ground');
      const paint = (shown: Viewport): void => {
        gl.clearColor(red, green, blue, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        paintBands(surface, bandsAt(shown));
        flush();
        drawCurves(visibleEdges(scene, shown, frame.size), style, shown);
      };
      if (scene.geometry.edgeFrom.length < EDGES_TO_KEEP) {
        paint(view);
        return false;
      }
      // A picture larger than the window: what costs much is painted when the view rests.
      const wanted = keptFor(picture, style);
      let place = placeKept(kept?.for ?? null, wanted, moving);
      if (place === null) {
        const margin = { x: marginOf(size.width), y: marginOf(size.height) };
        const wide = { width: size.width + 2 * margin.x, height: size.height + 2 * margin.y };
        const target = targetOf(gl, kept?.target ?? null, wide, ratio);
        kept = null;
        if (target === null) {
          paint(view);
          return false;
        }
        frame = { size: wide, flip: -1 };
        gl.bindFramebuffer(gl.FRAMEBUFFER, target.framebuffer);
        gl.viewport(0, 0, target.width, target.height);
        paint({ scale: view.scale, x: view.x + margin.x, y: view.y + margin.y });
        frame = { size, flip: 1 };
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
        kept = { target, for: wanted };
        place = { left: -margin.x, top: -margin.y, ...wide, exact: true };
      }
      if (kept === null) return false;
      const { left, top, width, height } = place;
      const covers =
        left <= 0 && top <= 0 && left + width >= size.width && top + height >= size.height;
      if (!covers) {
        gl.clearColor(red, green, blue, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
      }
      const texture = kept.target.texture;
      gl.bindTexture(gl.TEXTURE_2D, texture);
      // Pixel on pixel: nothing is to be smoothed.
      const filter = width === size.width + 2 * marginOf(size.width) ? gl.NEAREST : gl.LINEAR;
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
      gl.disable(gl.BLEND);
      push(
        Math.round(left * ratio) / ratio,
        Math.round(top * ratio) / ratio,
        width,
        height,
        { x: 0, y: 0, width: ATLAS_SIDE, height: ATLAS_SIDE },
        WHITE,
        1,
      );
      drawSprites(texture, floats.subarray(0, SPRITE_WORDS), 1);
      count = 0;
      gl.enable(gl.BLEND);
      return !place.exact;
    },
    end: flush,
  };
  return surface;
}

const WHITE: readonly [number, number, number] = [1, 1, 1];
const NOWHERE: Part = { x: 0, y: 0, width: 1, height: 1 };

/** Puts edges into the bound texture. */
function fillEdges(
  gl: WebGL2RenderingContext,
  { layout, edgeFrom, edgeTo, edgeStrength }: Scene['geometry'],
  edges: ArrayLike<number>,
): void {
  const rows = Math.max(1, Math.ceil((edges.length * 2) / EDGE_COLUMNS));
  const data = new Float32Array(rows * EDGE_COLUMNS * 4);
  for (let place = 0; place < edges.length; place++) {
    const edge = at(edges, place);
    const [from, to] = [at(edgeFrom, edge), at(edgeTo, edge)];
    const start = place * EDGE_FLOATS;
    data[start] = at(layout.x, from);
    data[start + 1] = at(layout.y, from);
    data[start + 2] = at(layout.x, to);
    data[start + 3] = at(layout.y, to);
    data[start + 4] = at(edgeStrength, edge);
  }
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, EDGE_COLUMNS, rows, 0, gl.RGBA, gl.FLOAT, data);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}

/** A picture that is drawn on the card and shown from there. */
interface Target {
  readonly framebuffer: WebGLFramebuffer;
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
}

/** The target that is there if it fits, else another; null where the card has none so large. */
function targetOf(
  gl: WebGL2RenderingContext,
  before: Target | null,
  size: Size,
  ratio: number,
): Target | null {
  const width = Math.ceil(size.width * ratio);
  const height = Math.ceil(size.height * ratio);
  if (before?.width === width && before.height === height) return before;
  if (before !== null) {
    gl.deleteTexture(before.texture);
    gl.deleteFramebuffer(before.framebuffer);
  }
  if (Math.max(width, height) > (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number)) return null;
  const texture = makeTexture(gl, width, height);
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const isWhole = gl.checkFramebufferStatus(gl.FRAMEBUFFER) === gl.FRAMEBUFFER_COMPLETE;
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  return isWhole ? { framebuffer, texture, width, height } : null;
}

function makeTexture(gl: WebGL2RenderingContext, width: number, height: number): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/** Corners as they lie in the buffer, and the two triangles of each rectangle over them. */
function makeSpriteArray(gl: WebGL2RenderingContext, buffer: WebGLBuffer): WebGLVertexArrayObject {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  const stride = CORNER_WORDS * 4;
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, stride, 0);
  gl.enableVertexAttribArray(1);
  gl.vertexAttribPointer(1, 2, gl.FLOAT, false, stride, 8);
  gl.enableVertexAttribArray(2);
  gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, stride, 16);
  const indices = new Uint16Array(MOST_SPRITES * 6);
  for (let sprite = 0; sprite < MOST_SPRITES; sprite++) {
    const corner = sprite * 4;
    indices.set([corner, corner + 1, corner + 2, corner + 2, corner + 1, corner + 3], sprite * 6);
  }
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STATIC_DRAW);
  gl.bindVertexArray(null);
  return array;
}

/** A CSS colour as red, green and blue from 0 to 1. */
function readColor(css: string): readonly [number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  if (context === null) return WHITE;
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red / 255, green / 255, blue / 255];
}
