import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from 'react';
import { useStore } from 'zustand';
import { edgeThing } from '../../../shared/facts/topology.ts';
import { useText } from '../../i18n/text.ts';
import { clockStore } from '../../kit/clock.ts';
import { deskNow } from '../../room/now.ts';
import { canvasTokens, onTokensChanged } from '../../theme/tokens.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { rowStore } from '../../room/rows.ts';
import { keptViewports, mapStore, NOTHING, pin } from './map-model.ts';
import { copyPng, saveSvg } from './map-pictures.ts';
import { MiniMap, shownStore } from './mini-map.tsx';
import styles from './map-view.module.css';
import { edgeRowOf } from './scene.ts';
import { createStage, type Stage } from './stage.ts';
import { trafficText } from './traffic-text.ts';
import type { Middle } from './viewport.ts';
import type { Direction } from './walk.ts';
import { shortStatusText } from './status-text.ts';
import { ServiceTooltip } from './service-tooltip.tsx';

export interface MapCanvasHandle {
  readonly focus: () => void;
  readonly hasFocus: () => boolean;
  readonly fit: () => void;
  readonly zoom: (factor: number) => void;
  readonly flyTo: (name: string) => void;
  readonly bringIntoView: (name: string) => void;
  readonly step: (direction: Direction) => string | null;
  readonly middle: () => Middle | null;
  readonly copyPng: () => void;
  readonly saveSvg: () => void;
  /** Where a service stands, in the map's own units. */
  readonly placeOf: (name: string) => { readonly x: number; readonly y: number } | null;
}

const AGE_STEP_MS = 5_000;

/** The canvas with its pointer, size, theme and clock; what is on it comes from the map store. */
export function MapCanvas({
  ref,
  ...props
}: {
  readonly ref: Ref<MapCanvasHandle>;
  readonly place: string;
  readonly selected: string | null;
  readonly coveredRight: number;
  readonly coveredLeft: number;
  readonly isMiniShown: boolean;
  /** Painted without the graphics card. It is another canvas then: give it another key. */
  readonly isPlain: boolean;
  readonly onSelect: (name: string | null) => void;
  readonly onOpen: (name: string) => void;
  readonly onStep: (direction: Direction) => void;
}) {
  const t = useText();
  const { place, selected, coveredRight, coveredLeft, isPlain } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<Stage | null>(null);
  const events = useRef(props);
  const [hover, setHover] = useState<{ name: string; x: number; y: number } | null>(null);
  const counts = useStore(mapStore, (state) => state.scene?.counts ?? null);
  const isFolded = useStore(mapStore, (state) => state.foldField !== null);

  useLayoutEffect(() => {
    events.current = props;
  });

  useLayoutEffect(() => {
    const element = canvas.current;
    const parent = frame.current;
    if (!element || !parent) return;
    const made = createStage(
      element,
      {
        onHover(name, x, y) {
          setHover((before) => {
            if (name === null) return null;
            // The tooltip stays where the pointer met the service.
            return before?.name === name ? before : { name, x, y };
          });
        },
        onSelect: (name) => events.current.onSelect(name),
        onOpen: (name) => events.current.onOpen(name),
        onMark(names) {
          mapStore.setState(({ marked }) => ({ marked: withMarks(marked, names) }));
        },
        onMove: pin,
        onView(view) {
          const size = { width: parent.clientWidth, height: parent.clientHeight };
          shownStore.setState({ view, size }, true);
        },
      },
      isPlain,
    );
    stage.current = made;
    if (!made) return;
    const measure = (): void => {
      const ratio = Math.min(3, window.devicePixelRatio || 1);
      made.resize({ width: parent.clientWidth, height: parent.clientHeight }, ratio);
    };
    const kept = keptViewports.get(place);
    let fitted = kept?.placedAnew ?? 0;
    if (kept) made.setView(kept.view, kept.isWhole);
    const show = (): void => {
      const { scene, placedAnew, wishedView, wishedService } = mapStore.getState();
      if (!scene) return;
      made.setScene(scene);
      if (wishedView !== null && parent.clientWidth > 0) {
        fitted = placedAnew;
        made.lookAt(wishedView);
        mapStore.setState({ wishedView: null });
      }
      if (wishedService !== null && scene.geometry.graph.indexOf.has(wishedService)) {
        fitted = placedAnew;
        mapStore.setState({ wishedService: null });
        made.flyTo(wishedService);
      }
      if (placedAnew !== fitted && parent.clientWidth > 0) {
        fitted = placedAnew;
        made.fit(false);
      }
    };
    made.setTokens(canvasTokens());
    measure();
    show();
    const observer = new ResizeObserver(() => {
      measure();
      show();
    });
    observer.observe(parent);
    window.addEventListener('resize', measure);
    const stopTokens = onTokensChanged((tokens) => made.setTokens(tokens));
    const stopScene = mapStore.subscribe(show);
    let shownAge = 0;
    const stopClock = clockStore.subscribe((state) => {
      const step = Math.floor(state.now / AGE_STEP_MS);
      if (step === shownAge || !mapStore.getState().scene?.aged) return;
      shownAge = step;
      made.repaint();
    });
    return () => {
      keptViewports.set(place, {
        view: made.view(),
        isWhole: made.isWhole(),
        placedAnew: fitted,
      });
      observer.disconnect();
      window.removeEventListener('resize', measure);
      stopTokens();
      stopScene();
      stopClock();
      made.close();
      stage.current = null;
    };
  }, [place, isPlain]);

  useLayoutEffect(() => {
    stage.current?.setWords({
      noGroup: t(isFolded ? 'map.noGroupFolded' : 'map.noGroup'),
      services: (count) => t('map.services', { count }),
      title(node) {
        const geometry = mapStore.getState().scene?.geometry;
        const group = geometry?.groupOf[node] ?? null;
        if (group === null) return visibleText(geometry?.layout.names[node] ?? '');
        const count = geometry?.members[node]?.length ?? 0;
        return `${visibleText(group)} · ${String(count)}`;
      },
      traffic(edge) {
        const { scene } = mapStore.getState();
        if (!scene) return '';
        const count = scene.geometry.edgeCount[edge] ?? 1;
        if (count > 1) return t('map.callCount', { count });
        const { rows } = rowStore('edges').getState();
        const row = edgeRowOf(scene, edge, (from, to) => rows.get(edgeThing(from, to)));
        return row?.traffic == null ? '' : trafficText(row.traffic);
      },
      status(node) {
        const row = mapStore.getState().scene?.rows[node];
        return row ? shortStatusText(row, deskNow(), t) : '';
      },
    });
  }, [t, place, isFolded]);

  useLayoutEffect(() => {
    stage.current?.setInsets({ top: 0, right: coveredRight, bottom: 0, left: coveredLeft });
  }, [coveredRight, coveredLeft, place]);

  useEffect(() => {
    stage.current?.setSelected(selected);
  }, [selected, place]);

  useImperativeHandle(
    ref,
    () => ({
      focus: () => canvas.current?.focus(),
      hasFocus: () => document.activeElement === canvas.current,
      fit: () => stage.current?.fit(true),
      zoom: (factor) => stage.current?.zoom(factor),
      flyTo: (name) => stage.current?.flyTo(name),
      bringIntoView: (name) => stage.current?.bringIntoView(name),
      step: (direction) => stage.current?.step(direction) ?? null,
      middle: () => stage.current?.middle() ?? null,
      copyPng: () => stage.current && void copyPng(stage.current),
      saveSvg: () => stage.current && void saveSvg(stage.current),
      placeOf(name) {
        const layout = mapStore.getState().scene?.geometry.layout;
        const node = layout?.names.indexOf(name) ?? -1;
        if (layout === undefined || node === -1) return null;
        return { x: layout.x[node] ?? 0, y: layout.y[node] ?? 0 };
      },
    }),
    [],
  );

  return (
    <div className={styles['stage']} ref={frame}>
      <canvas
        ref={canvas}
        className={styles['canvas']}
        data-testid="map-canvas"
        tabIndex={0}
        // Arrow keys walk along calls here: a screen reader must hand them on.
        // oxlint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role
        role="application"
        aria-roledescription={t('map.canvasRole')}
        aria-label={t('map.canvas', {
          count: counts?.total ?? 0,
          critical: counts?.critical ?? 0,
          warning: counts?.warning ?? 0,
          unknown: counts?.unknown ?? 0,
        })}
        onKeyDown={(event) => {
          // The window's shortcuts leave held keys alone; a held arrow key walks on.
          const direction = event.repeat ? DIRECTIONS[event.key] : undefined;
          if (direction === undefined) return;
          event.preventDefault();
          props.onStep(direction);
        }}
      />
      <div className={styles['band']} data-band hidden aria-hidden="true" />
      {props.isMiniShown ? <MiniMap onCentre={(x, y) => stage.current?.centreAt(x, y)} /> : null}
      {hover && hover.name !== selected ? (
        <ServiceTooltip name={hover.name} x={hover.x} y={hover.y} />
      ) : null}
    </div>
  );
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** Marks that are all there already are taken away; else those that lack are added. */
function withMarks(marked: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> {
  if (names.length === 0) return NOTHING;
  const next = new Set(marked);
  if (names.every((name) => marked.has(name))) for (const name of names) next.delete(name);
  else for (const name of names) next.add(name);
  return next;
}
