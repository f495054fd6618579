import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
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
import { copyText } from '../../room/clipboard.ts';
import { linkStore, makeLink } from '../../room/links.ts';
import { select, useSelection } from '../../room/selection.ts';
import { showToast } from '../../kit/toast-store.ts';
import { BlastPanel } from './blast-panel.tsx';
import { isFiltering } from './filter.ts';
import { GroupCard } from './group-card.tsx';
import { MapCanvas, type MapCanvasHandle } from './map-canvas.tsx';
import { MapFilterBar } from './map-filter-bar.tsx';
import { MapLegend } from './map-legend.tsx';
import { MarkedServices } from './marked-bar.tsx';
import {
  changeQuery,
  clearFilter,
  currentPins,
  focusOn,
  mapStore,
  NOTHING,
  openGroup,
  openMapModel,
  pin,
  setBlast,
  tidyUp,
  toggleMark,
} from './map-model.ts';
import { ARRANGEMENTS, fieldOf, NO_QUERY, queryText, type MapQuery } from './map-query.ts';
import { SavedMaps, showSaved } from './saved-maps.tsx';
import styles from './map-view.module.css';
import { setLayout, useLayout } from '../../room/session.ts';
import { ServiceCard } from './service-card.tsx';
import { ServiceList } from './service-list.tsx';
import { ServiceSearch, type ServiceSearchHandle } from './service-search.tsx';
import type { Direction } from './walk.ts';

const ZOOM_STEP = 1.35;
const MINI_KEY = 'map.mini';
const PLAIN_KEY = 'map.plain';

/** Services by call direction and zone, with their condition; as a picture or as a list. */
export function MapView(props: { readonly place?: 'map' | 'desk' }) {
  const t = useText();
  const scene = useStore(mapStore, (state) => state.scene);
  const query = useStore(mapStore, (state) => state.query);
  const foldField = useStore(mapStore, (state) => state.foldField);
  const group = useStore(mapStore, (state) => state.group);
  const blast = useStore(mapStore, (state) => state.blast);
  const { filter, focus } = query;
  const isListShown = useStore(mapStore, (state) => state.isListShown);
  const isFilterShown = useStore(mapStore, (state) => state.isFilterShown);
  const isRead = useStore(rowStore('nodes'), (state) => state.position !== null);
  const nodes = useRowList('nodes');
  const service = useSelectedService();
  const [isNaming, setIsNaming] = useState(false);
  const isMiniShown = useLayout(MINI_KEY) !== false;
  const isPlain = useLayout(PLAIN_KEY) === true;
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

  // A service inside a folded group is shown as that group.
  const selected =
    group ?? (service === null ? null : (scene?.geometry.folded.shownAs.get(service) ?? service));
  const selectedNode = selected === null ? undefined : scene?.geometry.graph.indexOf.get(selected);
  const selectedGroup =
    selectedNode === undefined ? null : (scene?.geometry.groupOf[selectedNode] ?? null);
  const selectedRow =
    service !== null && group === null
      ? scene?.rowOf(service)
      : selectedNode === undefined
        ? undefined
        : scene?.rows[selectedNode];
  const isShown = selectedNode !== undefined && scene?.drawn[selectedNode] === 1;

  // What another view selected must be in sight here too.
  useEffect(() => {
    if (selected !== null && isShown) canvas.current?.bringIntoView(selected);
  }, [selected, isShown]);

  // A link that another view, a note or a message brought.
  const link = useStore(linkStore);
  useEffect(() => {
    if (link.view !== 'map') return;
    linkStore.setState({ view: null, params: '' });
    showSaved(link.params);
  }, [link]);

  const choose = useCallback((name: string | null) => {
    const { scene: now } = mapStore.getState();
    const node = name === null ? undefined : now?.geometry.graph.indexOf.get(name);
    const isGroup = node !== undefined && (now?.geometry.groupOf[node] ?? null) !== null;
    mapStore.setState({ group: isGroup ? name : null });
    select(name === null || isGroup ? null : nodeThing(name));
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
      const { scene: now } = mapStore.getState();
      const node = now?.geometry.graph.indexOf.get(name) ?? -1;
      const folded = now?.geometry.groupOf[node] ?? null;
      if (folded !== null) {
        choose(null);
        openGroup(folded, true);
        return;
      }
      choose(name);
      setTakeKeyboard((count) => count + 1);
    },
    [choose],
  );
  const goTo = useCallback((name: string) => {
    const state = mapStore.getState().scene;
    // Who jumps to a service wants to see it, whatever was left out or folded before.
    const shownAs = state?.geometry.folded.shownAs.get(name) ?? name;
    const node = state?.geometry.graph.indexOf.get(shownAs);
    if (node !== undefined && state?.drawn[node] !== 1) clearFilter();
    const folded = node === undefined ? null : (state?.geometry.groupOf[node] ?? null);
    if (folded !== null) openGroup(folded, true);
    mapStore.setState({ group: null, wishedService: name });
    select(nodeThing(name));
  }, []);
  const backToMap = useCallback(() => canvas.current?.focus(), []);
  const setFocused = (isFocused: boolean): void => {
    focusOn(isFocused && service !== null ? [service] : []);
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
  const isFocusOf = (name: string): boolean => focus?.names.length === 1 && focus.names[0] === name;
  const isBlastOf = (name: string): boolean =>
    query.blast?.kind === 'service' &&
    query.blast.values.length === 1 &&
    query.blast.values[0] === name;
  const toggleBlast = (): void => {
    const { marked } = mapStore.getState();
    if (service !== null && !isBlastOf(service) && marked.size === 0) {
      setBlast({ kind: 'service', values: [service] });
    } else if (query.blast === null && marked.size > 0) {
      const members = [...marked].flatMap(
        (name) => scene?.geometry.members[scene.geometry.graph.indexOf.get(name) ?? -1] ?? [],
      );
      setBlast({ kind: 'service', values: members });
    } else setBlast(null);
  };
  const isPinned = (name: string): boolean => Object.hasOwn(currentPins(), name);
  const setPinned = (name: string, pinned: boolean): void =>
    pin(name, pinned ? (canvas.current?.placeOf(name) ?? null) : null);
  const groupOfService = (): string | null => {
    if (service === null || foldField === null || selectedRow === undefined) return null;
    return fieldOf(selectedRow, foldField);
  };
  /** What a map is folded by when nobody said: units where there are any, else zones. */
  const firstFold = (): MapQuery['fold'] =>
    nodes.some((row) => row.unit !== null) ? 'unit' : 'zone';
  const copyLink = async (): Promise<void> => {
    const view = canvas.current?.middle() ?? null;
    if (await copyText(makeLink('map', queryText(query, view)))) {
      showToast({ tone: 'success', title: t('map.linkCopied') });
    }
  };
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
      isEnabled: () => service !== null || focus !== null,
      run: () => setFocused(service !== null && !isFocusOf(service)),
    },
    {
      id: 'map.weak',
      group: 'map',
      titleKey: 'map.command.weak',
      run: () => changeQuery({ showWeak: !query.showWeak }),
    },
    { id: 'map.tidy', group: 'map', titleKey: 'map.command.tidy', run: tidyUp },
    {
      id: 'map.blast',
      group: 'map',
      titleKey: 'map.command.blast',
      shortcut: 'B',
      isEnabled: () =>
        query.blast !== null || service !== null || mapStore.getState().marked.size > 0,
      run: () => toggleBlast(),
    },
    {
      id: 'map.mark',
      group: 'map',
      titleKey: 'map.command.mark',
      shortcut: 'X',
      isEnabled: () => selected !== null,
      run: () => selected !== null && toggleMark(selected),
    },
    {
      id: 'map.unmark',
      group: 'map',
      titleKey: 'map.command.unmark',
      isEnabled: () => mapStore.getState().marked.size > 0,
      run: () => mapStore.setState({ marked: NOTHING }),
    },
    {
      id: 'map.pin',
      group: 'map',
      titleKey: 'map.command.pin',
      shortcut: 'T',
      isEnabled: () => selected !== null && isPictureShown(),
      run: () => selected !== null && setPinned(selected, !isPinned(selected)),
    },
    {
      id: 'map.unfold',
      group: 'map',
      titleKey: 'map.command.unfold',
      shortcut: 'E',
      isEnabled: () => selectedGroup !== null || groupOfService() !== null,
      run: () => {
        const around = groupOfService();
        if (selectedGroup !== null) openGroup(selectedGroup, true);
        else if (around !== null) openGroup(around, !query.open.includes(around));
      },
    },
    {
      id: 'map.fold',
      group: 'map',
      titleKey: 'map.command.fold',
      shortcut: 'Shift+E',
      run: () => changeQuery({ fold: foldField === null ? firstFold() : 'none', open: [] }),
    },
    ...ARRANGEMENTS.map((arrangement): UiCommand => ({
      id: `map.arrange-${arrangement}`,
      group: 'map',
      titleKey: 'map.command.arrange',
      titleParams: () => ({ arrangement: t(`map.arrangement.${arrangement}`) }),
      isEnabled: () => query.arrangement !== arrangement,
      run: () => changeQuery({ arrangement }),
    })),
    {
      id: 'map.bookmark',
      group: 'map',
      titleKey: 'map.bookmarks.save',
      shortcut: 'Shift+B',
      run: () => setIsNaming(true),
    },
    {
      id: 'map.link',
      group: 'map',
      titleKey: 'map.command.link',
      shortcut: 'Y',
      run: () => void copyLink(),
    },
    {
      id: 'map.copy-png',
      group: 'map',
      titleKey: 'map.command.png',
      shortcut: 'Shift+C',
      isEnabled: isPictureShown,
      run: () => canvas.current?.copyPng(),
    },
    {
      id: 'map.save-svg',
      group: 'map',
      titleKey: 'map.command.svg',
      shortcut: 'Shift+S',
      isEnabled: isPictureShown,
      run: () => canvas.current?.saveSvg(),
    },
    {
      id: 'map.plain',
      group: 'map',
      titleKey: isPlain ? 'map.command.card' : 'map.command.plain',
      run: () => setLayout(PLAIN_KEY, !isPlain),
    },
    {
      id: 'map.mini',
      group: 'map',
      titleKey: 'map.command.mini',
      shortcut: 'Shift+M',
      run: () => setLayout(MINI_KEY, !isMiniShown),
    },
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
      isEnabled: () => selectedRow !== undefined || focus !== null || query.blast !== null,
      run: () => {
        if (selectedRow === undefined && query.blast !== null) setBlast(null);
        else if (selectedRow === undefined) setFocused(false);
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

  const counted = useDeferredValue(nodes);
  const counts = useMemo(() => countAll(counted), [counted]);
  const isCardShown = selectedRow !== undefined && scene !== null;
  const filtering = isFiltering(filter) || focus !== null;
  const isArranged =
    query.arrangement !== NO_QUERY.arrangement ||
    query.fold !== NO_QUERY.fold ||
    foldField !== null;
  const isBlastShown = blast !== null && scene !== null;
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
              ? t('map.shownOf', { shown: scene.passing.length, count: nodes.length })
              : t('map.services', { count: nodes.length })}
          </span>
        )
      }
      toolbar={
        <>
          <ServiceSearch
            ref={search}
            isHiddenByFilter={(name) => {
              const shownAs = scene?.geometry.folded.shownAs.get(name) ?? name;
              const node = scene?.geometry.graph.indexOf.get(shownAs);
              return node !== undefined && scene?.drawn[node] !== 1;
            }}
            onFound={(name) => {
              goTo(name);
              backToMap();
            }}
            onLeave={backToMap}
          />
          <SavedMaps
            view={() => canvas.current?.middle() ?? null}
            isNaming={isNaming}
            onNaming={setIsNaming}
          />
          <ToggleButton
            size="s"
            icon="filter"
            isSelected={isFilterShown || filtering || isArranged}
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
      {isFilterShown || filtering || isArranged ? <MapFilterBar /> : null}
      <MarkedServices />
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
          <ServiceList scene={scene} selected={service} onSelect={choose} onOpen={open} />
        ) : (
          <MapCanvas
            ref={canvas}
            key={isPlain ? 'plain' : 'card'}
            isPlain={isPlain}
            place={props.place ?? 'map'}
            selected={selected}
            isMiniShown={isMiniShown && props.place !== 'desk'}
            coveredLeft={isBlastShown ? Math.min(width / 2, tokenPixels('--menu-max')) : 0}
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
        {isBlastShown ? <BlastPanel reading={blast} selected={service} onGo={goTo} /> : null}
        {isCardShown && selectedGroup !== null && group !== null && foldField !== null ? (
          <GroupCard
            group={selectedGroup}
            row={selectedRow}
            members={scene.geometry.members[selectedNode ?? -1] ?? []}
            scene={scene}
            field={foldField}
            onGo={goTo}
            onClose={() => {
              choose(null);
              backToMap();
            }}
          />
        ) : isCardShown && service !== null ? (
          <ServiceCard
            row={selectedRow}
            scene={scene}
            isFocused={isFocusOf(service)}
            onFocusChange={setFocused}
            isBlast={isBlastOf(service)}
            onBlastChange={(isBlast) =>
              setBlast(isBlast ? { kind: 'service', values: [service] } : null)
            }
            isPinned={selectedNode !== undefined && scene.pinned.has(selectedNode)}
            onPinChange={(pinned) => setPinned(service, pinned)}
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
              name: visibleText(selectedGroup ?? selectedRow.name),
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
