import { useVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { LinkedText } from '../../room/linked-text.tsx';
import { useText, type Translate } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { clockStore } from '../../kit/clock.ts';
import { formatMoment, formatSpan, formatTime } from '../../kit/format.ts';
import { nextIndex } from '../../kit/grid-keys.ts';
import { Icon } from '../../kit/icons.tsx';
import { SentMark, SeverityMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { useNames } from '../../room/names.ts';
import { gapBounds, gapText } from '../../room/status-text.ts';
import { useSelection } from '../../room/selection.ts';
import { shownOffset, useZone } from '../../kit/zone.ts';
import { canvasTokens, tokenPixels } from '../../theme/tokens.ts';
import { useBothTimes } from './lane-settings.ts';
import { InlineEvidence } from '../../room/evidence/attachment-strip.tsx';
import { CommentMark } from '../../room/evidence/comments.tsx';
import { attachTo } from '../../room/evidence/evidence-store.ts';
import { textOf } from '../../room/entry-fields.ts';
import { targetOf } from './entry-target.ts';
import { isNote, pinOrUnpin, reviewEntry, showThing, startCorrection } from './entry-actions.ts';
import styles from './entry-list.module.css';
import {
  entryText,
  iconOf,
  isBackDated,
  lagOf,
  severityOf,
  toneOf,
} from '../../room/entry-text.ts';
import { entriesStore } from './entry-feed.ts';
import { listRows, type Gap } from './gap-bands.ts';
import { MOST_ENTRIES, PAGE, timelineStore } from './timeline-store.ts';

const OVERSCAN = 10;
const TAIL_PIXELS = 12;

/** The entries of the window, newest last. It stays with the newest until somebody scrolls up. */
export function EntryList(props: {
  readonly empty: ReactNode;
  readonly isBusy: boolean;
  /** Enter or a double click. */
  readonly onOpen?: (entry: TimelineEntry) => void;
  /** Where the record may lack something, by its beginning. */
  readonly gaps: readonly Gap[];
}) {
  const t = useText();
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const entries = useStore(entriesStore, (state) => state.entries);
  const total = useStore(entriesStore, (state) => state.total);
  const current = useStore(timelineStore, (state) => state.current);
  const limit = useStore(timelineStore, (state) => state.limit);
  const minute = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  const { thing: selected } = useSelection();
  const isAtTail = useRef(true);
  const seenHeight = useRef(0);
  const [showsTail, setShowsTail] = useState(true);
  const anchor = useRef<{ id: string; offset: number } | null>(null);

  const indexOf = useMemo(
    () => new Map(entries.map((entry, index) => [entry.id, index])),
    [entries],
  );
  const currentIndex = current === null ? -1 : (indexOf.get(current.id) ?? -1);
  const rows = useMemo(() => listRows(entries, props.gaps), [entries, props.gaps]);
  /** The place of each entry among the rows. */
  const placeOf = useMemo(() => {
    const places = new Map<number, number>();
    rows.forEach((row, place) => {
      if (row.kind === 'entry') places.set(row.index, place);
    });
    return places;
  }, [rows]);
  const oldest = entries[0]?.at ?? minute;
  useZone();
  const hasDays = formatMoment(oldest, minute) !== formatTime(oldest);
  const hasHeard = useBothTimes();
  const rowHeight = canvasTokens().rowHeight;
  const headHeight = useMemo(() => tokenPixels('--space-5'), []);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // What stands under the head cannot be read.
    scrollPaddingStart: headHeight,
    scrollPaddingEnd: headHeight,
    getItemKey: (place) => {
      const row = rows[place];
      if (row === undefined) return place;
      return row.kind === 'gap' ? row.gap.key : (entries[row.index]?.id ?? place);
    },
  });
  const items = virtualizer.getVirtualItems();
  const height = virtualizer.getTotalSize();

  // With the newest at the tail it stays there; else what is read stays where it is.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (isAtTail.current) {
      element.scrollTop = element.scrollHeight;
      return;
    }
    const kept = anchor.current;
    const index = kept === null ? undefined : indexOf.get(kept.id);
    if (kept === null || index === undefined) return;
    const [top] = virtualizer.getOffsetForIndex(placeOf.get(index) ?? index, 'start') ?? [
      element.scrollTop,
    ];
    if (Math.abs(top + kept.offset - element.scrollTop) >= 1) {
      element.scrollTop = top + kept.offset;
    }
  }, [indexOf, placeOf, height, virtualizer]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (isAtTail.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const onScroll = (): void => {
    const element = scroller.current;
    if (!element) return;
    if (isAtTail.current && element.clientHeight !== seenHeight.current) {
      // Nobody scrolled: the list became lower or higher under what it showed.
      seenHeight.current = element.clientHeight;
      element.scrollTop = element.scrollHeight;
      return;
    }
    seenHeight.current = element.clientHeight;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    isAtTail.current = below < TAIL_PIXELS;
    if (isAtTail.current !== showsTail) setShowsTail(isAtTail.current);
    const first = items.find(
      (item) => item.end > element.scrollTop && rows[item.index]?.kind === 'entry',
    );
    anchor.current = first
      ? { id: String(first.key), offset: element.scrollTop - first.start }
      : null;
  };
  const toTail = (): void => {
    isAtTail.current = true;
    setShowsTail(true);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  const choose = (entry: TimelineEntry): void => {
    timelineStore.setState({ current: entry });
    showThing(entry);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const from = currentIndex < 0 && event.key === 'ArrowUp' ? entries.length : currentIndex;
    const index = nextIndex(event.key, from, entries.length, page);
    const entry = index === null ? undefined : entries[index];
    if (entry && index !== null) {
      event.preventDefault();
      choose(entry);
      isAtTail.current = index === entries.length - 1;
      virtualizer.scrollToIndex(placeOf.get(index) ?? index, { align: 'auto' });
    } else if (event.key === 'Enter' && current) {
      event.preventDefault();
      props.onOpen?.(current);
    }
  };
  const under = (event: MouseEvent): TimelineEntry | undefined => {
    const row = event.target instanceof Element ? event.target.closest('[data-entry]') : null;
    return entries[indexOf.get(row?.getAttribute('data-entry') ?? '') ?? -1];
  };
  const onClick = (event: MouseEvent): void => {
    const entry = under(event);
    if (entry) choose(entry);
  };
  const onDoubleClick = (event: MouseEvent): void => {
    const entry = under(event);
    if (entry) props.onOpen?.(entry);
  };

  const older = total - entries.length;
  return (
    <div className={styles['frame']}>
      <div
        ref={scroller}
        className={styles['list']}
        role="grid"
        tabIndex={0}
        aria-label={t('timeline.list')}
        aria-rowcount={total + rows.length - entries.length}
        aria-busy={props.isBusy ? true : undefined}
        aria-activedescendant={
          currentIndex >= 0 && items.some((item) => item.index === placeOf.get(currentIndex))
            ? `${gridId}-${String(currentIndex)}`
            : undefined
        }
        data-testid="timeline-list"
        data-total={total}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onDoubleClick={onDoubleClick}
        onScroll={onScroll}
      >
        {rows.length === 0 ? null : <Head hasDays={hasDays} hasHeard={hasHeard} minute={minute} />}
        {rows.length === 0 ? (
          <div role="row" className={styles['emptyRow']}>
            <div role="gridcell" className={styles['emptyRow']}>
              {props.empty}
            </div>
          </div>
        ) : (
          <>
            {older > 0 ? (
              <div role="row" className={styles['older']}>
                <div role="gridcell" className={styles['olderCell']}>
                  {t('timeline.older', { count: older })}
                  {limit < MOST_ENTRIES ? (
                    <Button
                      size="s"
                      onPress={() =>
                        timelineStore.setState({ limit: Math.min(MOST_ENTRIES, limit + 2 * PAGE) })
                      }
                    >
                      {t('timeline.showOlder')}
                    </Button>
                  ) : null}
                </div>
              </div>
            ) : null}
            <div className={styles['body']} role="rowgroup" style={{ height }}>
              {items.map((item) => {
                const row = rows[item.index];
                const entry = row?.kind === 'entry' ? entries[row.index] : undefined;
                if (!row || (row.kind === 'entry' && !entry)) return null;
                return (
                  <div
                    key={item.key}
                    ref={virtualizer.measureElement}
                    data-index={item.index}
                    className={styles['place']}
                    role="presentation"
                    style={{ transform: `translateY(${String(item.start)}px)` }}
                  >
                    {row.kind === 'gap' ? (
                      <GapLine gap={row.gap} minute={minute} index={older + item.index} />
                    ) : entry ? (
                      <EntryRow
                        id={`${gridId}-${String(row.index)}`}
                        entry={entry}
                        index={older + item.index}
                        hasDays={hasDays}
                        hasHeard={hasHeard}
                        isCurrent={row.index === currentIndex}
                        isRelated={selected !== null && entry.thing === selected}
                      />
                    ) : null}
                  </div>
                );
              })}
            </div>
          </>
        )}
      </div>
      {showsTail || entries.length === 0 ? null : (
        <div className={styles['newest']}>
          <Button size="s" icon="chevron-down" onPress={toTail} testId="timeline-newest">
            {t('timeline.newer')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What stands in the columns, and in which zone their times are. */
function Head(props: {
  readonly hasDays: boolean;
  readonly hasHeard: boolean;
  readonly minute: number;
}) {
  const t = useText();
  const zone = shownOffset(props.minute, useZone());
  const columns = [
    ['time', t('timeline.column.at', { zone })],
    ...(props.hasHeard ? [['heard', t('timeline.column.heard', { zone })] as const] : []),
    ['kind', t('timeline.column.kind')],
    ['text', t('timeline.column.text')],
    ['service', t('timeline.column.service')],
    ['who', t('timeline.column.who')],
    ['actions', ''],
  ] as const;
  return (
    <div
      role="row"
      className={classes(
        styles['row'],
        styles['head'],
        props.hasDays && styles['days'],
        props.hasHeard && styles['both'],
      )}
      data-testid="timeline-head"
    >
      {columns.map(([name, word]) => (
        <span
          key={name}
          role="columnheader"
          className={styles[name]}
          aria-label={name === 'actions' ? t('timeline.column.actions') : undefined}
        >
          {word}
        </span>
      ))}
    </div>
  );
}

/** How much later it was heard, from a second on; a back-dated note was "heard" when it was written. */
function delayOf(entry: TimelineEntry, t: Translate): string {
  const delayMs = entry.heardAt - entry.at;
  if (Math.abs(delayMs) < 1_000) return '';
  return ` ${t('timeline.delay', { span: formatSpan(delayMs, t) })}`;
}

/** A line that says where the record may lack something. */
function GapLine(props: { readonly gap: Gap; readonly minute: number; readonly index: number }) {
  const t = useText();
  const { row, isHealed } = props.gap;
  return (
    <div
      role="row"
      aria-rowindex={props.index + 1}
      className={classes(styles['gap'], isHealed && styles['gapHealed'])}
      data-testid="timeline-gap"
      data-healed={isHealed}
    >
      <span role="gridcell" className={styles['gapText']}>
        <Icon name={isHealed ? 'check' : 'warning'} size="s" />
        {t(isHealed ? 'timeline.gap.healed' : 'timeline.gap', gapBounds(row, props.minute))}
        {isHealed ? null : (
          <span className={styles['gapWhy']}>
            {t(`banner.gap.${row.kind}`)} · {gapText(row.detail)}
          </span>
        )}
      </span>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly entry: TimelineEntry;
  readonly index: number;
  readonly hasDays: boolean;
  readonly hasHeard: boolean;
  readonly isCurrent: boolean;
  readonly isRelated: boolean;
}

const EntryRow = memo(function PlainEntryRow(props: RowProps) {
  const t = useText();
  const { entry } = props;
  const said = entryText(entry, t, useNames(entry));
  const severity = severityOf(entry);
  const tone = toneOf(entry);
  return (
    <div
      id={props.id}
      role="row"
      tabIndex={-1}
      className={classes(
        styles['row'],
        styles[`tone-${tone}`],
        entry.kind === 'alert.resolved' && styles['quiet'],
        props.hasDays && styles['days'],
        props.hasHeard && styles['both'],
        props.isRelated && styles['related'],
        props.isCurrent && styles['current'],
      )}
      aria-rowindex={props.index + 1}
      aria-selected={props.isCurrent}
      data-testid="timeline-entry"
      data-kind={entry.kind}
      data-entry={entry.id}
      {...attachTo(targetOf(entry, said))}
    >
      <span role="gridcell" className={styles['time']}>
        <Time moment={entry.at} />
      </span>
      {props.hasHeard ? (
        <span role="gridcell" className={styles['heard']} data-testid="entry-heard">
          <Time moment={entry.heardAt} />
          {delayOf(entry, t)}
        </span>
      ) : null}
      <span role="gridcell" className={styles['kind']}>
        {severity === null ? (
          <Icon name={iconOf(entry.kind)} size="s" />
        ) : (
          <SeverityMark severity={severity} isWordHidden />
        )}
        <span className={styles['word']}>{said.kind}</span>
      </span>
      <span role="gridcell" className={styles['text']}>
        <span className={classes(styles['saying'], isNote(entry) && styles['wraps'])}>
          {said.subject === null ? null : (
            <ForeignText text={said.subject} className={styles['subject']} />
          )}
          {said.text === '' ? null : <LinkedText text={said.text} keepLines={isNote(entry)} />}
        </span>
        <Marks entry={entry} hasHeard={props.hasHeard} />
        <EntryEvidence entry={entry} />
      </span>
      <span role="gridcell" className={styles['service']}>
        <ForeignText text={said.services.join(', ')} />
      </span>
      <span role="gridcell" className={styles['who']}>
        <ForeignText text={said.who} />
      </span>
      <span role="gridcell" className={styles['actions']}>
        <Action name={t('timeline.review')} icon="clock" onPress={() => reviewEntry(entry)} />
        {isNote(entry) ? (
          <Action name={t('timeline.correct')} icon="note" onPress={() => startCorrection(entry)} />
        ) : null}
        <Action
          name={t(entry.pinned ? 'timeline.unpin' : 'timeline.pin')}
          icon="pin"
          isOn={entry.pinned}
          onPress={() => void pinOrUnpin(entry)}
        />
      </span>
    </div>
  );
});

/** A button of a row: by mouse here, by keyboard through the commands of the chosen entry. */
function Action(props: {
  readonly name: string;
  readonly icon: 'clock' | 'note' | 'pin';
  readonly isOn?: boolean;
  readonly onPress: () => void;
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes(styles['action'], props.isOn && styles['on'])}
      aria-label={props.name}
      title={props.name}
      {...(props.isOn === undefined ? {} : { 'aria-pressed': props.isOn })}
      onClick={(event: MouseEvent) => {
        event.stopPropagation();
        props.onPress();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon name={props.icon} size="s" />
    </button>
  );
}

/** Pictures and texts that are evidence of an entry, and how much was said of it. */
function EntryEvidence(props: { readonly entry: TimelineEntry }) {
  const { entry } = props;
  const { of, sha256 } = entry.body;
  return (
    <>
      {entry.kind === 'attachment.added' && typeof of === 'string' && typeof sha256 === 'string' ? (
        <InlineEvidence of={of} only={sha256} />
      ) : (
        <InlineEvidence of={entry.id} />
      )}
      <CommentMark entry={entry.id} />
    </>
  );
}

/** What is to be known about an entry beside what it says. */
export function Marks(props: {
  readonly entry: TimelineEntry;
  /** The time of hearing stands beside it already. */
  readonly hasHeard?: boolean;
}) {
  const t = useText();
  const { entry } = props;
  const lagMs = props.hasHeard ? null : lagOf(entry);
  const times = (): { at: string; heard: string } => ({
    at: formatMoment(entry.at, entry.heardAt),
    heard: formatMoment(entry.heardAt, entry.at),
  });
  return (
    <>
      {lagMs === null ? null : (
        <Badge tone="neutral" title={t('timeline.mark.lag.hint', times())}>
          {t('timeline.mark.lag', { span: formatSpan(lagMs, t) })}
        </Badge>
      )}
      {entry.movedFrom === null ? null : (
        <Badge
          title={t('timeline.mark.moved.hint', { from: formatMoment(entry.movedFrom, entry.at) })}
        >
          {t('timeline.mark.moved')}
        </Badge>
      )}
      {entry.kind === 'note.imported' ? (
        <Badge title={t('timeline.mark.imported.hint', { who: entry.author?.person ?? '' })}>
          <ForeignText text={textOf(entry.body['origin'])} />
        </Badge>
      ) : entry.movedFrom === null && isBackDated(entry) ? (
        <Badge tone="info" isDashed title={t('timeline.mark.backDated.hint', times())}>
          {t('timeline.mark.backDated', { time: formatMoment(entry.heardAt, entry.at) })}
        </Badge>
      ) : null}
      {entry.currentText === null || entry.currentText === entry.body['text'] ? null : (
        <Badge>{t('timeline.mark.corrected')}</Badge>
      )}
      {entry.clockAhead ? (
        <Badge tone="warning" title={t('timeline.mark.clockAhead.hint')}>
          {t('timeline.mark.clockAhead')}
        </Badge>
      ) : null}
      <SentMark sent={entry.sent} />
    </>
  );
}
