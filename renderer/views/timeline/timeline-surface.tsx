import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton, ToggleButton } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { useAge } from '../../kit/time.tsx';
import { goLive, momentOf, usePosition } from '../../room/position.ts';
import { searchStore } from '../../room/search.ts';
import { toggleZone } from '../../room/session.ts';
import { useZone } from '../../kit/zone.ts';
import { BrushBar } from './brush-band.tsx';
import { CorrectionDialog } from './correction-dialog.tsx';
import { entriesStore, extentStore } from './entry-feed.ts';
import { EntryList } from './entry-list.tsx';
import { useStatus } from '../../room/rows.ts';
import { FilterBar } from './filter-bar.tsx';
import { gapsIn, type Gap } from './gap-bands.ts';
import { LaneBlock } from './lane-block.tsx';
import { toggleBothTimes, toggleLanes, useBothTimes, useLanesShown } from './lane-settings.ts';
import { NoteLine } from './note-line.tsx';
import { step } from './review.ts';
import { SearchPanel } from './search-panel.tsx';
import { TimeStrip } from './time-strip.tsx';
import { useEvidenceOfEntry } from './use-evidence.ts';
import { useTimelineCommands } from './timeline-commands.ts';
import styles from './timeline.module.css';
import {
  clearFilter,
  isFiltered,
  setChoice,
  setFilter,
  timelineStore,
  WINDOWS,
  type WindowChoice,
} from './timeline-store.ts';
import { toggleFollow, useTimeline } from './use-timeline.ts';

/** Strip, list and note line: the same parts on the desk and on their own page. */
export function TimelineSurface(props: {
  readonly isLarge: boolean;
  readonly onOpen?: (entry: TimelineEntry) => void;
}) {
  const t = useText();
  useTimeline();
  useTimelineCommands();
  useEvidenceOfEntry();
  const isFilterShown = useStore(timelineStore, (state) => state.isFilterShown);
  const total = useStore(entriesStore, (state) => state.total);
  const isRead = useStore(entriesStore, (state) => state.query !== null);
  const hasLanes = useLanesShown() && props.isLarge;
  const gaps = useListGaps();
  // Only where it has room: on the desk the panel goes on showing the newest.
  const isSearching = useStore(searchStore, (state) => state.isOpen) && props.isLarge;
  return (
    <Panel
      title={t('timeline.title')}
      isScrolled={false}
      testId={props.isLarge ? 'timeline-view' : 'timeline-panel'}
      summary={isRead ? t('timeline.count', { count: total }) : null}
      toolbar={<Toolbar isLarge={props.isLarge} />}
    >
      <TimeStrip isLarge={props.isLarge} hasGutter={hasLanes} />
      {hasLanes ? <LaneBlock /> : null}
      <BrushBar />
      {isSearching ? (
        <SearchPanel />
      ) : (
        <>
          {isFilterShown ? <FilterBar /> : null}
          <EntryList
            empty={<NoEntries />}
            isBusy={!isRead}
            gaps={gaps}
            {...(props.onOpen ? { onOpen: props.onOpen } : {})}
          />
        </>
      )}
      <NoteLine />
      <CorrectionDialog />
    </Panel>
  );
}

/** The gaps that lie in what the list was read for, under review only those that had begun. */
function useListGaps(): readonly Gap[] {
  const query = useStore(entriesStore, (state) => state.query);
  const rows = useStatus()?.gaps;
  return useMemo(() => {
    if (!rows || query === null) return [];
    const moment = momentOf(query.position);
    const { from, to } = query.range;
    return gapsIn(rows, { from, to: moment ?? to });
  }, [rows, query]);
}

function Toolbar(props: { readonly isLarge: boolean }) {
  const t = useText();
  const zone = useZone();
  const hasBothTimes = useBothTimes();
  const hasLanes = useLanesShown();
  const position = usePosition();
  const choice = useStore(timelineStore, (state) => state.choice);
  const pinnedOnly = useStore(timelineStore, (state) => state.pinnedOnly);
  const isFilterShown = useStore(timelineStore, (state) => state.isFilterShown);
  const isNarrowed = useStore(timelineStore, isFiltered);
  return (
    <>
      <IconButton
        size="s"
        icon="chevron-left"
        label={t('timeline.previous')}
        shortcut="["
        onPress={() => void step('previous')}
        testId="step-previous"
      />
      <IconButton
        size="s"
        icon="chevron-right"
        label={t('timeline.next')}
        shortcut="]"
        isDisabled={position.mode === 'live'}
        onPress={() => void step('next')}
        testId="step-next"
      />
      {position.mode === 'live' ? null : (
        <Button size="s" look="review" onPress={goLive} shortcut="L" testId="go-live">
          {t('timeline.mode.back')}
        </Button>
      )}
      <span className={styles['gap']} />
      <div className={styles['windows']} role="group" aria-label={t('timeline.window')}>
        {WINDOWS.map((window) => (
          <ToggleButton
            key={window.id}
            size="s"
            isSelected={isChosen(choice, window.choice)}
            onChange={() => setChoice(window.choice)}
            testId={`window-${window.id}`}
          >
            {t(`timeline.window.${window.id}`)}
          </ToggleButton>
        ))}
        <ToggleButton
          size="s"
          icon="clock"
          isSelected={choice.kind !== 'fixed'}
          onChange={toggleFollow}
          label={`${t('timeline.follow')}: ${t('timeline.follow.hint')}`}
        >
          {t('timeline.follow')}
        </ToggleButton>
      </div>
      <span className={styles['gap']} />
      <ToggleButton
        size="s"
        isSelected={zone === 'utc'}
        onChange={toggleZone}
        label={`${t('timeline.zone.utc')}: ${t('timeline.zone.hint')}`}
        testId="timeline-utc"
      >
        {t('timeline.zone.utc')}
      </ToggleButton>
      <ToggleButton
        size="s"
        isSelected={hasBothTimes}
        onChange={toggleBothTimes}
        label={`${t('timeline.bothTimes')}: ${t('timeline.bothTimes.hint')}`}
        testId="timeline-both-times"
      >
        {t('timeline.bothTimes')}
      </ToggleButton>
      {props.isLarge ? (
        <ToggleButton
          size="s"
          isSelected={hasLanes}
          onChange={toggleLanes}
          label={`${t('timeline.lanes')}: ${t('timeline.lanes.hint')}`}
          testId="timeline-lanes"
        >
          {t('timeline.lanes')}
        </ToggleButton>
      ) : null}
      <span className={styles['gap']} />
      <ToggleButton
        size="s"
        icon="pin"
        isSelected={pinnedOnly}
        onChange={(isOn) => setFilter({ pinnedOnly: isOn })}
        testId="timeline-pinned"
      >
        {t('timeline.pinned')}
      </ToggleButton>
      <ToggleButton
        size="s"
        icon="filter"
        isSelected={isFilterShown || isNarrowed}
        onChange={() => timelineStore.setState({ isFilterShown: !isFilterShown })}
      >
        {t('timeline.filter')}
      </ToggleButton>
    </>
  );
}

function NoEntries() {
  const t = useText();
  const { query, error } = useStore(entriesStore);
  const isNarrowed = useStore(timelineStore, isFiltered);
  const newest = useStore(extentStore, (state) => state.to);
  const age = useAge(newest);
  if (error !== null) {
    return (
      <EmptyState icon="warning" title={t('timeline.failed.title')} why={t(`error.${error}`)} />
    );
  }
  if (query === null) return <Spinner label={t('timeline.loading')} />;
  if (isNarrowed) {
    return (
      <EmptyState
        icon="filter"
        title={t('timeline.nothing.title')}
        actions={<Button onPress={clearFilter}>{t('timeline.filter.clear')}</Button>}
      />
    );
  }
  if (newest === null) {
    return (
      <EmptyState
        icon="timeline"
        title={t('timeline.blank.title')}
        why={t('timeline.blank.why')}
        what={t('timeline.blank.what')}
      />
    );
  }
  return (
    <EmptyState
      icon="timeline"
      title={t('timeline.empty.title')}
      why={t('timeline.empty.why', { age })}
      actions={
        <Button onPress={() => setChoice({ kind: 'all' })}>{t('timeline.empty.all')}</Button>
      }
    />
  );
}

function isChosen(choice: WindowChoice, wanted: WindowChoice): boolean {
  if (choice.kind === 'span' && wanted.kind === 'span') return choice.spanMs === wanted.spanMs;
  return choice.kind === wanted.kind && choice.kind === 'all';
}
