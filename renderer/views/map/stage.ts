import { at } from '../../../shared/graph/call-graph.ts';
import type { Rectangle } from '../../../shared/graph/spatial-index.ts';
import type { CanvasTokens } from '../../theme/tokens.ts';
import { createCanvasSurface } from './canvas-surface.ts';
import type { Condition } from './filter.ts';
import { createGlSurface } from './gl-surface.ts';
import {
  BAND_HEADER,
  conditionName,
  createPainter,
  radiusOf,
  type Painted,
  type Painter,
} from './painter.ts';
import type { Scene } from './scene.ts';
import type { PictureWords, Surface } from './surface.ts';
import {
  between,
  centreOn,
  fitTo,
  keepInSight,
  panBy,
  START,
  zoomAt,
  type Insets,
  type Middle,
  type Size,
  type Viewport,
} from './viewport.ts';
import { stepFrom, worstOf, type Direction } from './walk.ts';

export interface StageEvents {
  /** The pointer came to a service (by name) or left it; where, in CSS pixels of the canvas. */
  onHover(name: string | null, x: number, y: number): void;
  onSelect(name: string | null): void;
  onOpen(name: string): void;
  /** Put into the selection beside what is chosen, or taken out of it. */
  onMark(names: readonly string[]): void;
  /** Dragged to a place of the map's own units, where it is to stay. */
  onMove(name: string, place: { readonly x: number; readonly y: number }): void;
  /** The view moved (or what is shown), for what follows it. */
  onView(view: Viewport): void;
}

/** What end-to-end tests may ask of the map. */
export interface MapProbe {
  /** The condition as last painted; null where the service is not drawn. */
  conditionOf(name: string): Condition | null;
  /** The middle of a service's shape, in CSS pixels of the window; null where it is not drawn. */
  screenPositionOf(name: string): { x: number; y: number; isVisible: boolean } | null;
  /** How many services the last painting drew. */
  readonly paintedRows: number;
  readonly paintedAt: number;
  readonly scale: number;
  readonly labels: readonly string[];
  /** Milliseconds that the last painting took. */
  readonly paintMs: number;
  /** What it is painted on. */
  readonly surface: 'webgl2' | '2d';
  readonly marked: readonly string[];
  readonly figures: readonly string[];
  readonly hits: Readonly<Record<string, number>>;
}

declare global {
  interface Window {
    __holdfastMap?: MapProbe;
  }
}

export interface Stage {
  setScene(scene: Scene): void;
  setWords(words: PictureWords): void;
  setTokens(tokens: CanvasTokens): void;
  setSelected(name: string | null): void;
  setInsets(insets: Insets): void;
  resize(size: Size, ratio: number): void;
  repaint(): void;
  fit(animated: boolean): void;
  zoom(factor: number): void;
  pan(dx: number, dy: number): void;
  flyTo(name: string): void;
  /** Flies only when the service is out of sight. */
  bringIntoView(name: string): void;
  /** The service that an arrow key leads to; null where there is none. */
  step(direction: Direction): string | null;
  view(): Viewport;
  /** The point of the map in the middle of the canvas, and the scale: the same at any size. */
  middle(): Middle;
  lookAt(middle: Middle): void;
  setView(view: Viewport, isWhole: boolean): void;
  isWhole(): boolean;
  /** The middle of what is not covered, in the map's own units. */
  centreAt(x: number, y: number): void;
  /** Paints what is in sight, or all of the map, on another surface. */
  paintOn(makeSurface: (size: Size) => Surface | null, whole: boolean): Size | null;
  close(): void;
}

const FLIGHT_MS = 260;
/** After this long without a move the view rests, and large maps are drawn exactly again. */
const REST_MS = 110;
const DRAG_START = 4;
/** How near to what covers the map a selected service may stand (CSS pixels). */
const NEAR_EDGE = 60;

/** The live canvas: paints when something changed, never otherwise; pointer and wheel. */
export function createStage(
  canvas: HTMLCanvasElement,
  events: StageEvents,
  isPlain = false,
): Stage | null {
  let made = surfaceOf(canvas, isPlain);
  if (made === null) return null;
  let painter: Painter = createPainter(made.surface);
  let scene: Scene | null = null;
  let tokens: CanvasTokens | null = null;
  let words: PictureWords | null = null;
  let view: Viewport = START;
  let size: Size = { width: 0, height: 0 };
  let ratio = 1;
  let insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  let selectedName: string | null = null;
  let hovered = -1;
  let painted: Painted | null = null;
  let paintedScene: Scene | null = null;
  let paintedAt = 0;
  let paintMs = 0;
  let frame = 0;
  let moving = false;
  /** True from a fit to the next move: then a new size is fitted again. */
  let isWhole = false;
  let restTimer: ReturnType<typeof setTimeout> | null = null;
  let flight: { from: Viewport; to: Viewport; start: number } | null = null;
  let drag: Drag | null = null;
  /** A rectangle that marks what is in it, in CSS pixels of the canvas. */
  let band: Rectangle | null = null;
  const stops: (() => void)[] = [];
  let isLost = false;

  const indexOf = (name: string | null): number =>
    name === null ? -1 : (scene?.geometry.graph.indexOf.get(name) ?? -1);

  const dirty = (): void => {
    if (frame === 0) frame = requestAnimationFrame(paint);
  };

  const paint = (time: number): void => {
    frame = 0;
    if (scene === null || tokens === null || words === null || size.width === 0) return;
    if (flight) {
      const part = (time - flight.start) / FLIGHT_MS;
      view = between(flight.from, flight.to, Math.max(0, part));
      if (part >= 1) flight = null;
      moved();
    }
    if (isLost) return;
    const before = performance.now();
    const selected = indexOf(selectedName);
    painted = painter.paint({
      scene,
      view,
      size,
      ratio,
      tokens,
      selected,
      hovered,
      moving,
      words,
    });
    paintMs = performance.now() - before;
    paintedScene = scene;
    paintedAt = Date.now();
    canvas.dataset['paintedAt'] = String(paintedAt);
    canvas.dataset['nodeCount'] = String(scene.drawnCount);
    events.onView(view);
    if (flight) dirty();
    else if (painted.rough && !moving) dirty();
  };

  const moved = (): void => {
    moving = true;
    if (restTimer !== null) clearTimeout(restTimer);
    restTimer = setTimeout(() => {
      moving = false;
      restTimer = null;
      if (painted?.rough) dirty();
    }, REST_MS);
    dirty();
  };

  const look = (next: Viewport): void => {
    flight = null;
    isWhole = false;
    view = scene ? keepInSight(next, scene.geometry.layout.bounds, size) : next;
    moved();
  };

  const fly = (to: Viewport): void => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || document.hidden) {
      look(to);
      return;
    }
    flight = { from: view, to, start: performance.now() };
    isWhole = false;
    dirty();
  };

  const nodeAt = (x: number, y: number): number => {
    if (scene === null) return -1;
    const found = nearestDrawn(scene, view, x, y);
    if (found !== -1) return found;
    const box = painted?.labels.find(
      (label) => x >= label.left && x <= label.right && y >= label.top && y <= label.bottom,
    );
    return box?.node ?? -1;
  };

  const hover = (node: number, x: number, y: number): void => {
    if (node !== hovered) {
      hovered = node;
      canvas.style.cursor = node === -1 ? 'grab' : 'pointer';
      dirty();
    }
    events.onHover(node === -1 ? null : (scene?.geometry.layout.names[node] ?? null), x, y);
  };

  const moveTo = (node: number, x: number, y: number): void => {
    const name = scene?.geometry.layout.names[node];
    if (name === undefined) return;
    events.onMove(name, { x: (x - view.x) / view.scale, y: (y - view.y) / view.scale });
  };

  const namesIn = (area: Rectangle): string[] => {
    if (scene === null) return [];
    const { layout, index } = scene.geometry;
    const found: number[] = [];
    index.within(
      {
        left: (area.left - view.x) / view.scale,
        right: (area.right - view.x) / view.scale,
        top: (area.top - view.y) / view.scale,
        bottom: (area.bottom - view.y) / view.scale,
      },
      (node) => {
        if (scene?.drawn[node] === 1) found.push(node);
      },
    );
    return found.map((node) => layout.names[node] as string).sort();
  };

  /** The rectangle is an element over the canvas: nothing is painted anew for it. */
  const showBand = (): void => {
    const element = canvas.parentElement?.querySelector<HTMLElement>('[data-band]');
    if (!element) return;
    element.hidden = band === null;
    if (band === null) return;
    element.style.transform = `translate(${band.left}px, ${band.top}px)`;
    element.style.width = `${band.right - band.left}px`;
    element.style.height = `${band.bottom - band.top}px`;
  };

  const nameAt = (x: number, y: number): string | null => {
    const node = nodeAt(x, y);
    return node === -1 ? null : (scene?.geometry.layout.names[node] ?? null);
  };

  listen('pointermove', (event) => {
    if (drag && event.pointerId === drag.id) {
      const dx = event.clientX - drag.x;
      const dy = event.clientY - drag.y;
      if (!drag.moved && Math.hypot(dx, dy) < DRAG_START) return;
      if (!drag.moved) {
        drag.moved = true;
        canvas.style.cursor = 'grabbing';
        hover(-1, 0, 0);
      }
      drag.x = event.clientX;
      drag.y = event.clientY;
      if (drag.what === 'band') {
        band = {
          left: Math.min(drag.startX, event.offsetX),
          right: Math.max(drag.startX, event.offsetX),
          top: Math.min(drag.startY, event.offsetY),
          bottom: Math.max(drag.startY, event.offsetY),
        };
        showBand();
      } else if (drag.what === 'node') {
        // It follows the pointer; where it is let go it stays.
        band = null;
        moveTo(drag.node, event.offsetX, event.offsetY);
      } else {
        look(panBy(view, dx, dy));
      }
      return;
    }
    hover(nodeAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  });
  listen('pointerdown', (event) => {
    if (event.button !== 0 && event.button !== 1) return;
    canvas.setPointerCapture(event.pointerId);
    const node = event.button === 0 && !event.shiftKey ? nodeAt(event.offsetX, event.offsetY) : -1;
    drag = {
      id: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      moved: event.button === 1,
      what: event.button === 1 ? 'view' : event.shiftKey ? 'band' : node === -1 ? 'view' : 'node',
      node,
      startX: event.offsetX,
      startY: event.offsetY,
    };
  });
  listen('pointerup', (event) => {
    if (drag === null || event.pointerId !== drag.id) return;
    const { moved: wasMoved, what } = drag;
    drag = null;
    canvas.style.cursor = 'grab';
    const name = nameAt(event.offsetX, event.offsetY);
    if (what === 'band' && wasMoved && band !== null) {
      events.onMark(namesIn(band));
    } else if (what === 'band') {
      if (name !== null) events.onMark([name]);
    } else if (!wasMoved) {
      events.onSelect(name);
    }
    band = null;
    showBand();
  });
  listen('pointercancel', () => {
    drag = null;
    band = null;
    showBand();
  });
  listen('pointerleave', () => {
    if (drag === null) hover(-1, 0, 0);
  });
  listen('dblclick', (event) => {
    const name = nameAt(event.offsetX, event.offsetY);
    if (name !== null) events.onOpen(name);
    else look(zoomAt(view, 2, event.offsetX, event.offsetY));
  });
  listen(
    'wheel',
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
      if (event.shiftKey && !event.ctrlKey) {
        look(panBy(view, -(event.deltaX || event.deltaY) * unit, 0));
        return;
      }
      const factor = Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0016));
      look(zoomAt(view, Math.min(2, Math.max(0.5, factor)), event.offsetX, event.offsetY));
    },
    { passive: false },
  );

  const onLost = (event: Event): void => {
    // The graphics card was taken away (sleep, a driver that starts anew): it will be given back.
    event.preventDefault();
    isLost = true;
  };
  const onRestored = (): void => {
    const again = surfaceOf(canvas, isPlain);
    if (again === null) return;
    made = again;
    painter = createPainter(again.surface);
    isLost = false;
    dirty();
  };
  canvas.addEventListener('webglcontextlost', onLost);
  canvas.addEventListener('webglcontextrestored', onRestored);
  stops.push(() => {
    canvas.removeEventListener('webglcontextlost', onLost);
    canvas.removeEventListener('webglcontextrestored', onRestored);
  });

  const probe: MapProbe = {
    get surface() {
      return made?.kind ?? '2d';
    },
    get figures() {
      return painted?.figures ?? [];
    },
    get marked() {
      return [...(paintedScene?.marked ?? [])].map(
        (node) => paintedScene?.geometry.layout.names[node] ?? '',
      );
    },
    get hits() {
      const { hit = null, geometry } = paintedScene ?? {};
      if (hit === null || geometry === undefined) return {};
      return Object.fromEntries(geometry.layout.names.map((name, node) => [name, at(hit, node)]));
    },
    conditionOf(name) {
      const node = paintedScene?.geometry.graph.indexOf.get(name);
      if (paintedScene === null || node === undefined || paintedScene.drawn[node] === 0)
        return null;
      return conditionName(at(paintedScene.condition, node));
    },
    screenPositionOf(name) {
      const node = paintedScene?.geometry.graph.indexOf.get(name);
      if (paintedScene === null || node === undefined || paintedScene.drawn[node] === 0)
        return null;
      const { layout } = paintedScene.geometry;
      const x = at(layout.x, node) * view.scale + view.x;
      const y = at(layout.y, node) * view.scale + view.y;
      const box = canvas.getBoundingClientRect();
      const isVisible = x >= 0 && y >= 0 && x <= size.width && y <= size.height;
      return { x: x + box.left, y: y + box.top, isVisible };
    },
    get paintedRows() {
      return painted?.nodes ?? 0;
    },
    get paintedAt() {
      return paintedAt;
    },
    get scale() {
      return view.scale;
    },
    get paintMs() {
      return paintMs;
    },
    get labels() {
      return (painted?.labels ?? []).map(
        (label) => paintedScene?.geometry.layout.names[label.node] ?? '',
      );
    },
  };
  window.__holdfastMap = probe;

  return {
    setScene(next) {
      if (next.geometry !== scene?.geometry) hovered = -1;
      scene = next;
      if (hovered !== -1 && next.drawn[hovered] !== 1) hovered = -1;
      dirty();
    },
    setWords(next) {
      words = next;
      dirty();
    },
    setTokens(next) {
      tokens = next;
      dirty();
    },
    setSelected(name) {
      if (name === selectedName) return;
      selectedName = name;
      dirty();
    },
    setInsets(next) {
      insets = next;
    },
    resize(next, nextRatio) {
      if (next.width === size.width && next.height === size.height && nextRatio === ratio) return;
      // What was in the middle stays in the middle; what was shown whole is shown whole.
      if (size.width > 0) {
        view = panBy(view, (next.width - size.width) / 2, (next.height - size.height) / 2);
      }
      size = next;
      if (isWhole && scene) view = fitTo(drawnBounds(scene), size, withHeader(insets));
      ratio = nextRatio;
      canvas.width = Math.max(1, Math.round(size.width * ratio));
      canvas.height = Math.max(1, Math.round(size.height * ratio));
      // Setting a canvas's size clears it: painted in the same frame, it does not flash.
      if (frame !== 0) cancelAnimationFrame(frame);
      paint(performance.now());
    },
    repaint: dirty,
    fit(animated) {
      if (scene === null || size.width === 0) return;
      const to = fitTo(drawnBounds(scene), size, withHeader(insets));
      if (animated) fly(to);
      else look(to);
      isWhole = true;
    },
    zoom(factor) {
      const x = (insets.left + size.width - insets.right) / 2;
      const y = (insets.top + size.height - insets.bottom) / 2;
      look(zoomAt(view, factor, x, y));
    },
    pan(dx, dy) {
      look(panBy(view, dx, dy));
    },
    flyTo(name) {
      const node = indexOf(name);
      if (scene === null || node === -1) return;
      const { x, y } = scene.geometry.layout;
      fly(centreOn(at(x, node), at(y, node), Math.max(view.scale, 0.75), size, withHeader(insets)));
    },
    bringIntoView(name) {
      const node = indexOf(name);
      if (scene === null || node === -1) return;
      const { x, y } = scene.geometry.layout;
      const target = flight?.to ?? view;
      const screenX = at(x, node) * target.scale + target.x;
      const screenY = at(y, node) * target.scale + target.y;
      const room = withHeader(insets);
      // The shortest way: as little as possible moves under the eyes.
      const dx = shiftInto(screenX, room.left + NEAR_EDGE, size.width - room.right - NEAR_EDGE);
      const dy = shiftInto(screenY, room.top, size.height - room.bottom - NEAR_EDGE / 2);
      if (dx !== 0 || dy !== 0) fly(panBy(target, dx, dy));
    },
    step(direction) {
      if (scene === null) return null;
      const from = indexOf(selectedName);
      const to =
        from === -1 || scene.drawn[from] === 0 ? worstOf(scene) : stepFrom(scene, from, direction);
      return to === -1 ? null : (scene.geometry.layout.names[to] ?? null);
    },
    centreAt(x, y) {
      look(centreOn(x, y, view.scale, size, withHeader(insets)));
    },
    paintOn(makeSurface, whole) {
      if (scene === null || tokens === null || words === null) return null;
      const none = { top: 0, right: 0, bottom: 0, left: 0 };
      const bounds = drawnBounds(scene);
      // All of it at a size at which every name can be read, but no larger than a picture may be.
      const scale = Math.min(
        1,
        MOST_PICTURE / Math.max(bounds.right - bounds.left, bounds.bottom - bounds.top),
      );
      const wholeSize = {
        width: Math.ceil((bounds.right - bounds.left) * scale + 60),
        height: Math.ceil((bounds.bottom - bounds.top) * scale + 60 + BAND_HEADER),
      };
      const pictureSize = whole ? wholeSize : size;
      const surface = makeSurface(pictureSize);
      if (surface === null) return null;
      createPainter(surface).paint({
        scene,
        view: whole ? fitTo(bounds, wholeSize, withHeader(none)) : view,
        size: pictureSize,
        ratio: PICTURE_RATIO,
        tokens,
        selected: indexOf(selectedName),
        hovered: -1,
        moving: false,
        words,
      });
      return pictureSize;
    },
    view: () => flight?.to ?? view,
    middle() {
      const now = flight?.to ?? view;
      return {
        x: (size.width / 2 - now.x) / now.scale,
        y: (size.height / 2 - now.y) / now.scale,
        scale: now.scale,
      };
    },
    lookAt({ x, y, scale }) {
      look({ scale, x: size.width / 2 - x * scale, y: size.height / 2 - y * scale });
    },
    isWhole: () => isWhole,
    setView(next, whole) {
      view = next;
      isWhole = whole;
      dirty();
    },
    close() {
      if (frame !== 0) cancelAnimationFrame(frame);
      if (restTimer !== null) clearTimeout(restTimer);
      for (const stop of stops) stop();
      if (window.__holdfastMap === probe) delete window.__holdfastMap;
    },
  };

  function listen<Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: (event: HTMLElementEventMap[Name]) => void,
    options?: AddEventListenerOptions,
  ): void {
    canvas.addEventListener(name, listener, options);
    stops.push(() => canvas.removeEventListener(name, listener, options));
  }
}

interface Drag {
  readonly id: number;
  x: number;
  y: number;
  moved: boolean;
  readonly what: 'view' | 'band' | 'node';
  readonly node: number;
  readonly startX: number;
  readonly startY: number;
}

/** The longest side of a picture of the whole map, in CSS pixels. */
const MOST_PICTURE = 6_000;
export const PICTURE_RATIO = 2;

/** A graphics card's surface, else a 2D one; null where the canvas gives neither. */
function surfaceOf(
  canvas: HTMLCanvasElement,
  isPlain: boolean,
): { kind: 'webgl2' | '2d'; surface: Surface } | null {
  if (!isPlain && glWorks()) {
    const gl = canvas.getContext('webgl2', GL_ATTRIBUTES);
    if (gl !== null) return { kind: 'webgl2', surface: createGlSurface(gl) };
  }
  const context = canvas.getContext('2d', { alpha: false });
  return context === null ? null : { kind: '2d', surface: createCanvasSurface(context) };
}

const GL_ATTRIBUTES: WebGLContextAttributes = {
  alpha: false,
  antialias: false,
  depth: false,
  stencil: false,
  powerPreference: 'high-performance',
};

let works: boolean | null = null;

/** Tried once, on a canvas of its own: one that gave a context of one kind gives none of another. */
function glWorks(): boolean {
  if (works !== null) return works;
  works = false;
  try {
    const gl = new OffscreenCanvas(4, 4).getContext('webgl2', GL_ATTRIBUTES);
    if (gl !== null) {
      createGlSurface(gl);
      works = true;
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    }
  } catch (error) {
    console.warn('the map is painted without a graphics card:', error);
  }
  return works;
}

function shiftInto(value: number, low: number, high: number): number {
  if (low > high) return (low + high) / 2 - value;
  return value < low ? low - value : value > high ? high - value : 0;
}

function withHeader(insets: Insets): Insets {
  return {
    top: insets.top + BAND_HEADER + 26,
    right: insets.right + 20,
    bottom: insets.bottom + 26,
    left: insets.left + 20,
  };
}

/** What a fit shows: everything drawn, with the whole bands where nothing is left out. */
function drawnBounds(scene: Scene): { left: number; top: number; right: number; bottom: number } {
  const { layout } = scene.geometry;
  if (scene.drawnCount === 0 || scene.drawnCount === layout.names.length) return layout.bounds;
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  scene.drawn.forEach((drawn, node) => {
    if (drawn === 0) return;
    left = Math.min(left, at(layout.x, node));
    right = Math.max(right, at(layout.x, node));
    top = Math.min(top, at(layout.y, node));
    bottom = Math.max(bottom, at(layout.y, node));
  });
  return { left: left - 90, top: top - 50, right: right + 90, bottom: bottom + 60 };
}

function nearestDrawn(scene: Scene, view: Viewport, x: number, y: number): number {
  const { index, layout } = scene.geometry;
  const worldX = (x - view.x) / view.scale;
  const worldY = (y - view.y) / view.scale;
  const reach = 20 / view.scale;
  let best = -1;
  let bestScore = Infinity;
  index.within(
    { left: worldX - reach, right: worldX + reach, top: worldY - reach, bottom: worldY + reach },
    (node) => {
      if (scene.drawn[node] === 0) return;
      const distance =
        Math.hypot(at(layout.x, node) - worldX, at(layout.y, node) - worldY) * view.scale;
      // By distance from the shape's border, so that a large bad one wins over small ones under it.
      const score = distance - radiusOf(scene, node, view.scale);
      if (score <= 5 && score < bestScore) {
        best = node;
        bestScore = score;
      }
    },
  );
  return best;
}
