import { useEffect, useRef, type PointerEvent } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { at } from '../../../shared/graph/call-graph.ts';
import { useText } from '../../i18n/text.ts';
import { canvasTokens, onTokensChanged } from '../../theme/tokens.ts';
import { colorOf } from './glyphs.ts';
import { mapStore } from './map-model.ts';
import styles from './map-view.module.css';
import { CRITICAL, HEALTHY, WARNING, type Scene } from './scene.ts';
import type { Size, Viewport } from './viewport.ts';

/** What the large map shows, as it was painted last; the small one frames it. */
export const shownStore = createStore<{ readonly view: Viewport; readonly size: Size } | null>(
  () => null,
);

const WIDTH = 168;
const HEIGHT = 104;
const RATIO = 2;
/** Conditions may change many times a second: the small map follows no faster than this. */
const REPAINT_MS = 250;

/** All of the map in a corner: where one looks, and where the trouble is. The keyboard has the map itself. */
export function MiniMap(props: { readonly onCentre: (x: number, y: number) => void }) {
  const t = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const bounds = useStore(mapStore, (state) => state.scene?.geometry.layout.bounds);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d', { alpha: false });
    if (!element || !context) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const paint = (): void => {
      timer = null;
      const { scene } = mapStore.getState();
      if (scene) paintScene(context, scene);
    };
    const later = (): void => {
      timer ??= setTimeout(paint, REPAINT_MS);
    };
    paint();
    const stops = [
      mapStore.subscribe((state, before) => {
        if (state.scene !== before.scene) later();
      }),
      onTokensChanged(later),
    ];
    return () => {
      if (timer !== null) clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, []);

  useEffect(() => {
    const show = (): void => {
      const element = frame.current;
      const shown = shownStore.getState();
      const layout = mapStore.getState().scene?.geometry.layout;
      if (!element || shown === null || !layout) return;
      const fit = fitOf(layout.bounds);
      const { view, size } = shown;
      // All of it is in sight: a small one would only cover some of it.
      const { left: west, right: east, top: north, bottom: south } = layout.bounds;
      const isWhole =
        west * view.scale + view.x >= 0 &&
        east * view.scale + view.x <= size.width &&
        north * view.scale + view.y >= 0 &&
        south * view.scale + view.y <= size.height;
      if (element.parentElement) element.parentElement.hidden = isWhole;
      const left = fit.x - (view.x / view.scale) * fit.scale;
      const top = fit.y - (view.y / view.scale) * fit.scale;
      element.style.transform = `translate(${left}px, ${top}px)`;
      element.style.width = `${(size.width / view.scale) * fit.scale}px`;
      element.style.height = `${(size.height / view.scale) * fit.scale}px`;
    };
    show();
    return shownStore.subscribe(show);
  }, [bounds]);

  const centre = (event: PointerEvent<HTMLElement>): void => {
    if (event.buttons !== 1 || !bounds) return;
    const box = event.currentTarget.getBoundingClientRect();
    const fit = fitOf(bounds);
    props.onCentre(
      (event.clientX - box.left - fit.x) / fit.scale,
      (event.clientY - box.top - fit.y) / fit.scale,
    );
  };
  return (
    <div
      className={styles['mini']}
      data-testid="map-mini"
      aria-hidden="true"
      title={t('map.mini')}
      onPointerDown={centre}
      onPointerMove={centre}
    >
      <canvas ref={canvas} width={WIDTH * RATIO} height={HEIGHT * RATIO} />
      <div ref={frame} className={styles['miniFrame']} />
    </div>
  );
}

function fitOf(bounds: { left: number; top: number; right: number; bottom: number }): Viewport {
  const width = Math.max(1, bounds.right - bounds.left);
  const height = Math.max(1, bounds.bottom - bounds.top);
  const scale = Math.min((WIDTH - 8) / width, (HEIGHT - 8) / height);
  return {
    scale,
    x: (WIDTH - width * scale) / 2 - bounds.left * scale,
    y: (HEIGHT - height * scale) / 2 - bounds.top * scale,
  };
}

function paintScene(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout } = scene.geometry;
  const { colors } = canvasTokens();
  const fit = fitOf(layout.bounds);
  context.setTransform(RATIO, 0, 0, RATIO, 0, 0);
  context.fillStyle = colors.ground;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = colors.surface;
  for (const band of layout.bands) {
    context.fillRect(
      band.left * fit.scale + fit.x,
      layout.bounds.top * fit.scale + fit.y,
      (band.right - band.left) * fit.scale,
      (layout.bounds.bottom - layout.bounds.top) * fit.scale,
    );
  }
  // What is bad is painted last, and larger.
  for (const condition of [HEALTHY, 2, 4, WARNING, CRITICAL]) {
    const side = condition === CRITICAL ? 3 : condition === WARNING ? 2.4 : 1.2;
    context.fillStyle = colors[colorOf(condition)];
    scene.condition.forEach((one, node) => {
      if (one !== condition || scene.drawn[node] !== 1) return;
      context.fillRect(
        at(layout.x, node) * fit.scale + fit.x - side / 2,
        at(layout.y, node) * fit.scale + fit.y - side / 2,
        side,
        side,
      );
    });
  }
}
