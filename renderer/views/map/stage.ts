import { at } from '../../../shared/graph/call-graph.ts';
import type { CanvasTokens } from '../../theme/tokens.ts';
import {
  BAND_HEADER,
  createPainter,
  conditionName,
  radiusOf,
  type Painted,
  type PictureWords,
} from './painter.ts';
import type { Condition } from './filter.ts';
import type { Scene } from './scene.ts';
import {
  between,
  centreOn,
  fitTo,
  keepInSight,
  panBy,
  START,
  zoomAt,
  type Insets,
  type Size,
  type Viewport,
} from './viewport.ts';
import { stepFrom, worstOf, type Direction } from './walk.ts';

export interface StageEvents {
  /** The pointer came to a service (by name) or left it; where, in CSS pixels of the canvas. */
  onHover(name: string | null, x: number, y: number): void;
  onSelect(name: string | null): void;
  onOpen(name: string): void;
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
  setView(view: Viewport, isWhole: boolean): void;
  isWhole(): boolean;
  close(): void;
}

const FLIGHT_MS = 260;
/** After this long without a move the view rests, and large maps are drawn exactly again. */
const REST_MS = 110;
const DRAG_START = 4;
/** How near to what covers the map a selected service may stand (CSS pixels). */
const NEAR_EDGE = 60;

/** The live canvas: paints when something changed, never otherwise; pointer and wheel. */
export function createStage(canvas: HTMLCanvasElement, events: StageEvents): Stage | null {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return null;
  const painter = createPainter(context);
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
  let drag: { id: number; x: number; y: number; moved: boolean } | null = null;
  const stops: (() => void)[] = [];

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
      look(panBy(view, dx, dy));
      return;
    }
    hover(nodeAt(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
  });
  listen('pointerdown', (event) => {
    if (event.button !== 0 && event.button !== 1) return;
    canvas.setPointerCapture(event.pointerId);
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: event.button === 1 };
  });
  listen('pointerup', (event) => {
    if (drag === null || event.pointerId !== drag.id) return;
    const wasMoved = drag.moved;
    drag = null;
    canvas.style.cursor = 'grab';
    if (!wasMoved) events.onSelect(nameAt(event.offsetX, event.offsetY));
  });
  listen('pointercancel', () => {
    drag = null;
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

  const probe: MapProbe = {
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
    view: () => flight?.to ?? view,
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
