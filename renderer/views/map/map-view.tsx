import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { nodeThing } from '../../../shared/facts/topology.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton, ToggleButton } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { rowStore, useRow, useRowList } from '../../room/rows.ts';
import { tokenPixels } from '../../theme/tokens.ts';
import { select, useSelection } from '../../room/selection.ts';
import { isFiltering } from './filter.ts';
import { MapCanvas, type MapCanvasHandle } from './map-canvas.tsx';
import { MapFilterBar } from './map-filter-bar.tsx';
import { MapLegend } from './map-legend.tsx';
import { clearFilter, focusOn, mapStore, tidyUp, openMapModel } from './map-model.ts';
import styles from './map-view.module.css';
import { ServiceCard } from './service-card.tsx';
import { ServiceList } from './service-list.tsx';
import { ServiceSearch, type ServiceSearchHandle } from './service-search.tsx';
import type { Direction } from './walk.ts';

const ZOOM_STEP = 1.35;

/** Services by call direction and zone, with their condition; as a picture or as a list. */
export function MapView(props: { readonly place?: 'map' | 'desk' }) {
  const t = useText();
  const scene = useStore(mapStore, (state) => state.scene);
  const filter = useStore(mapStore, (state) => state.filter);
  const focus = useStore(mapStore, (state) => state.focus);
  const isListShown = useStore(mapStore, (state) => state.isListShown);
  const isFilterShown = useStore(mapStore, (state) => state.isFilterShown);
  const isRead = useStore(rowStore('nodes'), (state) => state.position !== null);
  const nodes = useRowList('nodes');
  const selected = useSelectedService();
  const canvas = useRef<MapCanvasHandle>(null);
  const search = useRef<ServiceSearchHandle>(null);
  const body = useRef<HTMLDivElement>(null);
  const [takeKeyboard, setTakeKeyboard] = useState(0);
  const [width, setWidth] = useState(0);

  useEffect(openMapModel, []);
  useEffect(() => {
    const element = body.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const selectedNode = selected === null ? undefined : scene?.geometry.graph.indexOf.get(selected);
  const selectedRow = selectedNode === undefined ? undefined : scene?.rows[selectedNode];
  const isShown = selectedNode !== undefined && scene?.drawn[selectedNode] === 1;

  // What another view selected must be in sight here too.
  useEffect(() => {
    if (selected !== null && isShown) canvas.current?.bringIntoView(selected);
  }, [selected, isShown]);

  const choose = useCallback((name: string | null) => {
    select(name === null ? null : nodeThing(name));
  }, []);
  const step = useCallback(
    (direction: Direction) => {
      const name = canvas.current?.step(direction) ?? null;
      if (name !== null) choose(name);
    },
    [choose],
  );
  const open = useCallback(
    (name: string) => {
      choose(name);
      setTakeKeyboard((count) => count + 1);
    },
    [choose],
  );
  const goTo = useCallback(
    (name: string) => {
      const state = mapStore.getState().scene;
      const node = state?.geometry.graph.indexOf.get(name);
      // Who jumps to a service wants to see it, whatever was left out before.
      if (node !== undefined && state?.drawn[node] !== 1) clearFilter();
      choose(name);
      requestAnimationFrame(() => canvas.current?.flyTo(name));
    },
    [choose],
  );
  const backToMap = useCallback(() => canvas.current?.focus(), []);
  const setFocused = (isFocused: boolean): void => {
    focusOn(isFocused ? selected : null);
    requestAnimationFrame(() => canvas.current?.fit());
  };

  const isCardFocused = (): boolean =>
    document.activeElement?.closest('[data-testid=map-card]') !== null;
  const onCanvas = (): boolean => canvas.current?.hasFocus() ?? false;
  const arrow = (direction: Direction, key: string): UiCommand => ({
    id: `map.go-${direction}`,
    group: 'map',
    titleKey: `map.command.${direction}`,
    shortcut: key,
    // Arrow keys belong to whatever has the focus.
    isEnabled: onCanvas,
    run: () => step(direction),
  });
  const isPictureShown = (): boolean => !isListShown && scene !== null;
  useCommands([
    {
      id: 'map.fit',
      group: 'map',
      titleKey: 'map.command.fit',
      shortcut: '0',
      isEnabled: isPictureShown,
      run: () => canvas.current?.fit(),
    },
    {
      id: 'map.zoom-in',
      group: 'map',
      titleKey: 'map.command.zoomIn',
      shortcut: ['+', '='],
      isEnabled: isPictureShown,
      run: () => canvas.current?.zoom(ZOOM_STEP),
    },
    {
      id: 'map.zoom-out',
      group: 'map',
      titleKey: 'map.command.zoomOut',
      shortcut: '-',
      isEnabled: isPictureShown,
      run: () => canvas.current?.zoom(1 / ZOOM_STEP),
    },
    {
      id: 'map.search',
      group: 'map',
      titleKey: 'map.command.search',
      shortcut: '/',
      run: () => search.current?.focus(),
    },
    {
      id: 'map.list',
      group: 'map',
      titleKey: 'map.command.list',
      shortcut: 'Shift+L',
      run: () => mapStore.setState({ isListShown: !isListShown }),
    },
    {
      id: 'map.filter',
      group: 'map',
      titleKey: 'map.command.filter',
      shortcut: 'Shift+F',
      run: () => mapStore.setState({ isFilterShown: !isFilterShown }),
    },
    {
      id: 'map.focus',
      group: 'map',
      titleKey: 'map.command.focus',
      shortcut: 'F',
      isEnabled: () => selected !== null || focus !== null,
      run: () => setFocused(focus === null || focus.name !== selected),
    },
    {
      id: 'map.weak',
      group: 'map',
      titleKey: 'map.command.weak',
      run: () => mapStore.setState((state) => ({ showWeak: !state.showWeak })),
    },
    { id: 'map.tidy', group: 'map', titleKey: 'map.command.tidy', run: tidyUp },
    {
      id: 'map.details',
      group: 'map',
      titleKey: 'map.command.details',
      shortcut: 'Enter',
      isEnabled: () => selected !== null && onCanvas(),
      run: () => selected !== null && open(selected),
    },
    {
      id: 'map.clear',
      group: 'map',
      titleKey: 'map.command.clear',
      shortcut: 'Escape',
      isEnabled: () => selectedRow !== undefined || focus !== null,
      run: () => {
        if (selectedRow === undefined) setFocused(false);
        else {
          choose(null);
          if (isCardFocused()) backToMap();
        }
      },
    },
    arrow('up', 'ArrowUp'),
    arrow('down', 'ArrowDown'),
    arrow('left', 'ArrowLeft'),
    arrow('right', 'ArrowRight'),
  ]);

  const counts = useMemo(() => countAll(nodes), [nodes]);
  const isCardShown = selectedRow !== undefined && scene !== null;
  const filtering = isFiltering(filter) || focus !== null;
  const isEmpty = isRead && nodes.length === 0;

  return (
    <Panel
      title={t('map.title')}
      isScrolled={false}
      testId="map-view"
      summary={
        scene === null || isEmpty ? null : (
          <span data-testid="map-count">
            {filtering
              ? t('map.shownOf', { shown: scene.drawnCount, count: nodes.length })
              : t('map.services', { count: nodes.length })}
          </span>
        )
      }
      toolbar={
        <>
          <ServiceSearch
            ref={search}
            isHiddenByFilter={(name) => {
              const node = scene?.geometry.graph.indexOf.get(name);
              return node !== undefined && scene?.drawn[node] !== 1;
            }}
            onFound={(name) => {
              goTo(name);
              backToMap();
            }}
            onLeave={backToMap}
          />
          <ToggleButton
            size="s"
            icon="filter"
            isSelected={isFilterShown || filtering}
            onChange={() => mapStore.setState({ isFilterShown: !isFilterShown })}
          >
            {t('map.filter')}
          </ToggleButton>
          <ToggleButton
            size="s"
            icon="list"
            isSelected={isListShown}
            onChange={(shown) => mapStore.setState({ isListShown: shown })}
            testId="map-list-toggle"
          >
            {t('map.list')}
          </ToggleButton>
          <IconButton
            size="s"
            icon="minus"
            label={t('map.zoomOut')}
            shortcut="-"
            isDisabled={isListShown}
            onPress={() => canvas.current?.zoom(1 / ZOOM_STEP)}
          />
          <IconButton
            size="s"
            icon="plus"
            label={t('map.zoomIn')}
            shortcut="+"
            isDisabled={isListShown}
            onPress={() => canvas.current?.zoom(ZOOM_STEP)}
          />
          <IconButton
            size="s"
            icon="fit"
            label={t('map.fit')}
            shortcut="0"
            isDisabled={isListShown}
            onPress={() => canvas.current?.fit()}
          />
          <IconButton
            size="s"
            icon="refresh"
            label={t('map.tidy')}
            isDisabled={isListShown}
            onPress={tidyUp}
          />
        </>
      }
    >
      {isFilterShown || filtering ? <MapFilterBar /> : null}
      <div className={styles['body']} ref={body} data-list={isListShown}>
        {isEmpty ? (
          <EmptyState
            icon="map"
            title={t('map.empty.title')}
            why={t('map.empty.why')}
            what={t('map.empty.what')}
          />
        ) : scene === null ? (
          <div className={styles['placing']}>
            <Spinner label={t('map.placing')} />
          </div>
        ) : isListShown ? (
          <ServiceList scene={scene} selected={selected} onSelect={choose} onOpen={open} />
        ) : (
          <MapCanvas
            ref={canvas}
            place={props.place ?? 'map'}
            selected={selected}
            coveredRight={isCardShown ? Math.min(width, tokenPixels('--menu-max')) : 0}
            onSelect={choose}
            onOpen={open}
            onStep={step}
          />
        )}
        {scene !== null && !isEmpty && scene.drawnCount === 0 ? (
          <div className={styles['nothing']}>
            <EmptyState
              icon="filter"
              title={t('map.nothing.title')}
              why={t('map.nothing.why', { count: nodes.length })}
              actions={<Button onPress={clearFilter}>{t('map.filterClear')}</Button>}
            />
          </div>
        ) : null}
        {isCardShown ? (
          <ServiceCard
            row={selectedRow}
            scene={scene}
            isFocused={focus !== null && focus.name === selected}
            onFocusChange={setFocused}
            onGo={goTo}
            onClose={() => {
              choose(null);
              backToMap();
            }}
            takeKeyboard={takeKeyboard}
          />
        ) : null}
      </div>
      {isEmpty ? null : <MapLegend counts={counts} />}
      <p className={styles['announcer']} aria-live="polite">
        {selectedRow
          ? t('map.selected', {
              name: visibleText(selectedRow.name),
              status: t(`kit.condition.${selectedRow.condition}`),
            })
          : ''}
      </p>
    </Panel>
  );
}

/** The service that the desk points at: itself, or the one of the selected alert. */
function useSelectedService(): string | null {
  const { thing } = useSelection();
  const alert = useRow('alerts', thing?.startsWith('alert:') ? thing : null);
  if (thing === null) return null;
  if (thing.startsWith(NODE)) return thing.slice(NODE.length);
  return alert?.service ?? null;
}

const NODE = nodeThing('');

function countAll(
  rows: readonly { readonly condition: keyof ReturnType<typeof noCounts> }[],
): ReturnType<typeof noCounts> {
  const counts = noCounts();
  for (const row of rows) counts[row.condition] += 1;
  return counts;
}

function noCounts() {
  return { critical: 0, warning: 0, info: 0, healthy: 0, unknown: 0 };
}
