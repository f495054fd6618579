import type { CanvasTokens, ColorName } from '../../theme/tokens.ts';
import { at } from '../../../shared/graph/call-graph.ts';
import { createAtlas, type Atlas, type Part } from './atlas.ts';
import { edgeRadius } from './canvas-surface.ts';
import { drawGlyph } from './glyphs.ts';
import {
  EDGE_FRAGMENT,
  EDGE_VERTEX,
  linkProgram,
  SPRITE_FRAGMENT,
  SPRITE_VERTEX,
} from './gl-programs.ts';
import { NONE, UNKNOWN, WEAK, type Scene } from './scene.ts';
import {
  BEND_SCALE,
  DASH_SCALE,
  drawRing,
  EDGES_TO_KEEP,
  keptFor,
  marginOf,
  MOST_DASHED,
  placeKept,
  ringReach,
  type EdgeStyle,
  type KeptFor,
  type Picture,
  type Surface,
} from './surface.ts';
import type { Size, Viewport } from './viewport.ts';

/** Numbers of one rectangle: its box, the part of the atlas, and the tint. */
const SPRITE_FLOATS = 12;
/** Numbers of one edge: its two ends in the map's own units, and its strength. */
const EDGE_FLOATS = 5;
const ATLAS_SIDE = 2_048;
const CURVE_STEPS = 14;
/** Shapes in steps of a quarter pixel. */
const RADIUS_STEPS = 4;

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
    (part, pixels) => {
      const { x, y, width, height } = part;
      gl.bindTexture(gl.TEXTURE_2D, atlasTexture);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    },
    flush,
  );
  const spriteBuffer = gl.createBuffer();
  const spriteArray = makeArray(gl, spriteBuffer, [4, 4, 4]);
  const edgeBuffer = gl.createBuffer();
  const edgeArray = makeArray(gl, edgeBuffer, [4, 1]);
  const plainBuffer = gl.createBuffer();
  const plainArray = makeArray(gl, plainBuffer, [4, 1]);
  let room = new Float32Array(SPRITE_FLOATS * 8_192);
  let count = 0;
  let picture: Picture | null = null;
  let tokens: CanvasTokens | null = null;
  let ratio = 0;
  let colors = new Map<ColorName, readonly [number, number, number]>();
  /** The edges that the scene draws, as they lie in `plainBuffer`. */
  let plain: {
    scene: Pick<Scene, 'geometry' | 'drawnVersion' | 'showWeak'>;
    count: number;
  } | null = null;
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
    const place = count * SPRITE_FLOATS;
    if (place + SPRITE_FLOATS > room.length) {
      const larger = new Float32Array(room.length * 2);
      larger.set(room);
      room = larger;
    }
    room[place] = x;
    room[place + 1] = y;
    room[place + 2] = width;
    room[place + 3] = height;
    room[place + 4] = part.x / ATLAS_SIDE;
    room[place + 5] = part.y / ATLAS_SIDE;
    room[place + 6] = part.width / ATLAS_SIDE;
    room[place + 7] = part.height / ATLAS_SIDE;
    room[place + 8] = tint[0] * alpha;
    room[place + 9] = tint[1] * alpha;
    room[place + 10] = tint[2] * alpha;
    room[place + 11] = alpha;
    count += 1;
  };

  function flush(): void {
    if (count === 0 || picture === null) return;
    drawSprites(atlasTexture, picture.size, 1, room.subarray(0, count * SPRITE_FLOATS), count);
    count = 0;
  }

  function drawSprites(
    texture: WebGLTexture,
    size: Size,
    flip: number,
    data: Float32Array,
    instances: number,
  ): void {
    gl.useProgram(sprites.program);
    gl.uniform2f(sprites.uniform('size'), size.width, size.height);
    gl.uniform1f(sprites.uniform('flip'), flip);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.bindVertexArray(spriteArray);
    gl.bindBuffer(gl.ARRAY_BUFFER, spriteBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, instances);
  }

  function drawCurves(
    array: WebGLVertexArrayObject,
    instances: number,
    style: EdgeStyle,
    where: { size: Size; flip: number; view: Viewport },
  ): void {
    const { size, flip, view } = where;
    const isBent = view.scale >= BEND_SCALE;
    const steps = isBent ? CURVE_STEPS : 1;
    const [red, green, blue] = colorOf(style.color);
    gl.useProgram(curves.program);
    gl.uniform2f(curves.uniform('size'), size.width, size.height);
    gl.uniform1f(curves.uniform('flip'), flip);
    gl.uniform3f(curves.uniform('view'), view.scale, view.x, view.y);
    gl.uniform1f(curves.uniform('radius'), edgeRadius(view.scale));
    gl.uniform1f(curves.uniform('width'), style.width);
    gl.uniform1f(curves.uniform('steps'), steps);
    gl.uniform1i(curves.uniform('bent'), isBent ? 1 : 0);
    gl.uniform1i(curves.uniform('arrows'), style.arrows && isBent ? 1 : 0);
    gl.uniform1i(
      curves.uniform('dashed'),
      view.scale >= DASH_SCALE && instances <= MOST_DASHED ? 1 : 0,
    );
    gl.uniform4f(
      curves.uniform('color'),
      red * style.alpha,
      green * style.alpha,
      blue * style.alpha,
      style.alpha,
    );
    gl.bindVertexArray(array);
    gl.uniform1i(curves.uniform('heads'), 0);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, (steps + 1) * 2, instances);
    if (!style.arrows || !isBent) return;
    gl.uniform1i(curves.uniform('heads'), 1);
    gl.uniform1i(curves.uniform('dashed'), 0);
    gl.drawArraysInstanced(gl.TRIANGLES, 0, 3, instances);
  }

  /** Fills the buffer of all edges when another set of them is drawn. @returns how many */
  function fillPlain({ scene }: Picture): number {
    const { geometry, drawnVersion, showWeak } = scene;
    if (
      plain?.scene.geometry === geometry &&
      plain.scene.drawnVersion === drawnVersion &&
      plain.scene.showWeak === showWeak
    ) {
      return plain.count;
    }
    const data = new Float32Array(geometry.edgeFrom.length * EDGE_FLOATS);
    let filled = 0;
    for (let edge = 0; edge < geometry.edgeFrom.length; edge++) {
      if (scene.drawn[at(geometry.edgeFrom, edge)] === 0) continue;
      if (scene.drawn[at(geometry.edgeTo, edge)] === 0) continue;
      if (!showWeak && at(geometry.edgeStrength, edge) === WEAK) continue;
      putEdge(data, filled, scene, edge);
      filled += 1;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, plainBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, data.subarray(0, filled * EDGE_FLOATS), gl.STATIC_DRAW);
    plain = { scene: { geometry, drawnVersion, showWeak }, count: filled };
    return filled;
  }

  const white = (): Part =>
    atlas.part('white', 4, 4, (context) => {
      context.fillStyle = '#ffffff';
      context.fillRect(0, 0, 4, 4);
    }) ?? NOWHERE;

  return {
    begin(next) {
      picture = next;
      if (tokens !== next.tokens || ratio !== next.ratio) {
        tokens = next.tokens;
        ratio = next.ratio;
        atlas.clear();
        colors = new Map();
      }
      count = 0;
      const [red, green, blue] = colorOf('ground');
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.clearColor(red, green, blue, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
    },
    rect(x, y, width, height, color, alpha = 1) {
      const { x: left, y: top } = white();
      // From the middle of the white spot: its rim is blended with what is beside it.
      push(
        x,
        y,
        width,
        height,
        { x: left + 1, y: top + 1, width: 2, height: 2 },
        colorOf(color),
        alpha,
      );
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
      const { scene, size, view } = picture;
      const data = new Float32Array(edges.length * EDGE_FLOATS);
      for (let place = 0; place < edges.length; place++) {
        putEdge(data, place, scene, at(edges, place));
      }
      gl.bindBuffer(gl.ARRAY_BUFFER, edgeBuffer);
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
      drawCurves(edgeArray, edges.length, style, { size, flip: 1, view });
    },
    plainEdges(style) {
      if (picture === null) return false;
      flush();
      const { size, view, moving } = picture;
      const edges = fillPlain(picture);
      if (edges === 0) return false;
      if (edges < EDGES_TO_KEEP) {
        drawCurves(plainArray, edges, style, { size, flip: 1, view });
        return false;
      }
      const wanted = keptFor(picture, style);
      let place = placeKept(kept?.for ?? null, wanted, moving);
      if (place === null) {
        const margin = { x: marginOf(size.width), y: marginOf(size.height) };
        const wide = { width: size.width + 2 * margin.x, height: size.height + 2 * margin.y };
        const target = targetOf(gl, kept?.target ?? null, wide, ratio);
        if (target === null) {
          drawCurves(plainArray, edges, style, { size, flip: 1, view });
          return false;
        }
        gl.bindFramebuffer(gl.FRAMEBUFFER, target.framebuffer);
        gl.viewport(0, 0, target.width, target.height);
        gl.clearColor(0, 0, 0, 0);
        gl.clear(gl.COLOR_BUFFER_BIT);
        const shifted = { scale: view.scale, x: view.x + margin.x, y: view.y + margin.y };
        drawCurves(
          plainArray,
          edges,
          { ...style, alpha: 1 },
          { size: wide, flip: -1, view: shifted },
        );
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
        kept = { target, for: wanted };
        place = { left: -margin.x, top: -margin.y, ...wide, exact: true };
      }
      if (kept === null) return false;
      const { left, top, width, height } = place;
      const { alpha } = style;
      const quad = Float32Array.of(
        left,
        top,
        width,
        height,
        0,
        0,
        1,
        1,
        alpha,
        alpha,
        alpha,
        alpha,
      );
      drawSprites(kept.target.texture, size, 1, quad, 1);
      return !place.exact;
    },
    end: flush,
  };
}

const WHITE: readonly [number, number, number] = [1, 1, 1];
const NOWHERE: Part = { x: 0, y: 0, width: 1, height: 1 };

function putEdge(data: Float32Array, place: number, scene: Scene, edge: number): void {
  const { layout, edgeFrom, edgeTo, edgeStrength } = scene.geometry;
  const [from, to] = [at(edgeFrom, edge), at(edgeTo, edge)];
  const start = place * EDGE_FLOATS;
  data[start] = at(layout.x, from);
  data[start + 1] = at(layout.y, from);
  data[start + 2] = at(layout.x, to);
  data[start + 3] = at(layout.y, to);
  data[start + 4] = at(edgeStrength, edge);
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

/** Attributes that lie one after the other in a buffer, one set for each instance. */
function makeArray(
  gl: WebGL2RenderingContext,
  buffer: WebGLBuffer,
  sizes: readonly number[],
): WebGLVertexArrayObject {
  const array = gl.createVertexArray();
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  const stride = sizes.reduce((sum, size) => sum + size, 0) * 4;
  let offset = 0;
  sizes.forEach((size, place) => {
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, stride, offset);
    gl.vertexAttribDivisor(place, 1);
    offset += size * 4;
  });
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
