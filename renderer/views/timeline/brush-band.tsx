import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { xOf, type TimeRange } from '../../chart/time-range.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { clockStore } from '../../kit/clock.ts';
import { formatExactSpan, formatMoment } from '../../kit/format.ts';
import { useZone } from '../../kit/zone.ts';
import styles from './brush-band.module.css';
import { brushKey, middleOf } from './brush.ts';
import { entriesStore } from './entry-feed.ts';
import { setBrush, setChoice, timelineStore } from './timeline-store.ts';
import { draftBrushStore } from './use-chart-pointer.ts';
import { currentWindow } from './use-timeline.ts';

/** The first end of the range wants the focus: somebody chose one by keyboard. */
const wantsFocus = createStore<{ readonly count: number }>(() => ({ count: 0 }));

/** Chooses a range by keyboard: the middle of the window, or the one that is there. */
export function beginBrush(): void {
  const { brush } = timelineStore.getState();
  if (brush === null) setBrush(middleOf(currentWindow()));
  wantsFocus.setState(({ count }) => ({ count: count + 1 }));
}

/** The window becomes the range. */
export function zoomToBrush(): void {
  const { brush } = timelineStore.getState();
  if (brush === null) return;
  setBrush(null);
  setChoice({ kind: 'fixed', range: brush });
}

/** The brushed range over a strip; with its two ends as handles where it can be operated. */
export function BrushBand(props: {
  readonly window: TimeRange;
  readonly width: number;
  readonly hasHandles: boolean;
}) {
  const brush = useStore(timelineStore, (state) => state.brush);
  const draft = useStore(draftBrushStore, (state) => state.range);
  const range = draft ?? brush;
  if (range === null || props.width === 0) return null;
  const clamped = (at: number): number =>
    Math.min(props.width, Math.max(0, xOf(props.window, props.width, at)));
  const left = clamped(range.from);
  const right = clamped(range.to);
  return (
    <>
      <div
        className={styles['band']}
        style={{ left, width: Math.max(1, right - left) }}
        aria-hidden="true"
      />
      {props.hasHandles && draft === null ? (
        <>
          <Handle end="from" brush={range} window={props.window} x={left} />
          <Handle end="to" brush={range} window={props.window} x={right} />
        </>
      ) : null}
    </>
  );
}

function Handle(props: {
  readonly end: 'from' | 'to';
  readonly brush: TimeRange;
  readonly window: TimeRange;
  readonly x: number;
}) {
  const t = useText();
  useZone();
  const handle = useRef<HTMLDivElement>(null);
  const { brush, end, window } = props;
  useEffect(() => {
    if (end !== 'from') return undefined;
    // Made by the same press that wants it: it asks once it is there, and then each time.
    if (wantsFocus.getState().count > 0) handle.current?.focus();
    return wantsFocus.subscribe(() => handle.current?.focus());
  }, [end]);
  useEffect(() => () => wantsFocus.setState({ count: 0 }), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = brushKey(event.key, event.shiftKey, brush, end, window);
    if (next !== null) setBrush(next);
    else if (event.key === 'Enter') zoomToBrush();
    else if (event.key === 'Escape' || event.key === 'Delete') setBrush(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const now = clockStore.getState().now;
  return (
    <div
      ref={handle}
      className={styles['handle']}
      style={{ left: props.x }}
      role="slider"
      tabIndex={0}
      aria-label={t(`timeline.brush.${end}`)}
      aria-orientation="horizontal"
      aria-valuemin={end === 'from' ? Math.min(window.from, brush.from) : brush.from}
      aria-valuemax={end === 'from' ? brush.to : Math.max(window.to, brush.to)}
      aria-valuenow={brush[end]}
      aria-valuetext={formatMoment(brush[end], now)}
      title={t('timeline.brush.hint')}
      data-testid={`brush-${end}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.stopPropagation()}
    />
  );
}

/** What was brushed, and what can be done with it. */
export function BrushBar() {
  const t = useText();
  useZone();
  const brush = useStore(timelineStore, (state) => state.brush);
  const total = useStore(entriesStore, (state) => state.total);
  const isRead = useStore(
    entriesStore,
    (state) => state.query !== null && state.query.range.from === brush?.from,
  );
  if (brush === null) return null;
  const { now } = clockStore.getState();
  return (
    <div className={styles['bar']} data-testid="brush-bar">
      <span className={styles['text']} role="status">
        {t('timeline.brush.range', {
          from: formatMoment(brush.from, now),
          to: formatMoment(brush.to, now),
          span: formatExactSpan(brush.to - brush.from, t),
        })}
        {isRead ? ` · ${t('timeline.count', { count: total })}` : null}
      </span>
      <Button size="s" icon="search" shortcut="Alt+R" onPress={zoomToBrush} testId="brush-zoom">
        {t('timeline.brush.zoom')}
      </Button>
      <Button
        size="s"
        look="quiet"
        icon="close"
        onPress={() => setBrush(null)}
        testId="brush-clear"
      >
        {t('timeline.brush.clear')}
      </Button>
    </div>
  );
}
