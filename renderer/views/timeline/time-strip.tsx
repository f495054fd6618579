import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { GapRow } from '../../../shared/ipc/rows.ts';
import { searchStore } from '../../room/search.ts';
import { countsAt } from '../../chart/density.ts';
import { createDensitySurface, type DensitySurface } from '../../chart/density-surface.ts';
import { atOf, bucketsOf, spanOf, ticksOf, xOf, type TimeRange } from '../../chart/time-range.ts';
import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { formatMoment, formatTime } from '../../kit/format.ts';
import { goLive, momentOf, setPosition, usePosition } from '../../room/position.ts';
import { useStatus } from '../../room/rows.ts';
import { shownOffset, useZone } from '../../kit/zone.ts';
import { tokenPixels } from '../../theme/tokens.ts';
import { BrushBand } from './brush-band.tsx';
import { askDensity, densityStore, extentStore } from './entry-feed.ts';
import { bandOf, gapsIn, type Gap } from './gap-bands.ts';
import { createPositionThrottle, moveBy, positionAt, step } from './review.ts';
import styles from './time-strip.module.css';
import { useElementSize, useTokens } from './use-canvas.ts';
import { useChartPointer } from './use-chart-pointer.ts';
import { endOfTime, useEnd, useWindow } from './use-timeline.ts';

const BAR_PIXELS = 5;
const MINUTE_MS = 60_000;
const NO_GAPS: readonly GapRow[] = [];
const NO_HITS: readonly TimelineEntry[] = [];

/** The room's time: how much happened when, and the handle that puts the desk to a moment. */
export function TimeStrip(props: {
  readonly isLarge: boolean;
  /** Room at the left, where the lanes below have their names. */
  readonly hasGutter: boolean;
}) {
  const t = useText();
  const strip = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<DensitySurface | null>(null);
  const position = usePosition();
  const window = useWindow();
  const end = useEnd();
  const density = useStore(densityStore);
  const tokens = useTokens();
  const zone = useZone();
  const { width, height } = useElementSize(canvas);
  const [dragged, setDragged] = useState<number | null>(null);
  const throttle = useMemo(() => createPositionThrottle(), []);
  const { handlers: pointer, hovered: pointed } = useChartPointer(window, width);
  const hovered = pointed?.x ?? null;

  const buckets = useMemo(() => {
    if (width === 0) return null;
    // Counts are kept by the minute: a bar of less would claim to know when in it.
    const minutes = Math.ceil(spanOf(window) / MINUTE_MS);
    return bucketsOf(window, Math.min(minutes, Math.floor(width / BAR_PIXELS)));
  }, [window, width]);
  useEffect(() => {
    if (buckets) askDensity({ range: buckets.range, buckets: buckets.count, position });
  }, [buckets, position]);

  const moment = dragged ?? momentOf(position);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    surface.current ??= createDensitySurface(element);
    surface.current.draw(
      { width, height, marks: tokenPixels('--space-5'), window, ...density, moment },
      tokens,
    );
  }, [width, height, window, density, moment, tokens]);

  // Where on the strip what was found stands; the panel of the desk shows no search.
  const found = useStore(searchStore, (state) => (state.isOpen ? state.hits : NO_HITS));
  const hits = props.isLarge
    ? found.filter(({ at }) => at >= window.from && at <= window.to)
    : NO_HITS;
  const gapRows = useStatus()?.gaps ?? NO_GAPS;
  const gaps = useMemo(() => gapsIn(gapRows, window), [gapRows, window]);
  const wordWidth = useMemo(() => tokenPixels('--space-16') * 0.6, []);
  const ticks = useMemo(
    () => ticksOf(window, width, tokenPixels('--space-16') * 1.4, zone),
    [window, width, zone],
  );
  const place = (at: number): number => xOf(window, width, at);
  const momentAt = (event: { clientX: number }): number => {
    const left = strip.current?.getBoundingClientRect().left ?? 0;
    return atOf(window, width, event.clientX - left);
  };

  const dragTo = (event: PointerEvent): void => {
    const at = Math.min(endOfTime(), Math.max(window.from, momentAt(event)));
    setDragged(at);
    // The last few pixels are LIVE: nobody hits the very end.
    const isEnd = place(at) > place(end) - 4;
    throttle.move(isEnd ? { mode: 'live' } : positionAt(at));
  };
  const startDrag = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    event.stopPropagation();
    dragTo(event);
  };
  const moveDrag = (event: PointerEvent<HTMLElement>): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId) && dragged !== null) dragTo(event);
  };
  const endDrag = (): void => {
    throttle.end();
    setDragged(null);
  };
  const handlers = {
    onPointerDown: startDrag,
    onPointerMove: moveDrag,
    onPointerUp: endDrag,
    onPointerCancel: endDrag,
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = keyAction(event, window);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  const handleAt = place(moment ?? end);
  const handleX = Math.max(0, Math.min(width, handleAt));
  const isLive = moment === null;
  const label = isLive ? t('timeline.mode.live') : formatMoment(moment, end);
  const spoken = isLive
    ? t('timeline.scrubber.live')
    : t(`timeline.scrubber.${position.mode === 'known' ? 'known' : 'happened'}`, { time: label });

  return (
    <div
      className={classes(
        styles['strip'],
        props.isLarge && styles['large'],
        props.hasGutter && styles['gutter'],
      )}
      ref={strip}
      data-testid="time-strip"
    >
      <div
        className={styles['bars']}
        title={hovered === null ? t('timeline.strip.hint') : undefined}
        {...pointer}
      >
        <canvas ref={canvas} className={styles['canvas']} aria-hidden="true" />
        {gaps.map((gap) => {
          const band = bandOf(gap, window, width);
          return (
            <div
              key={gap.key}
              className={classes(styles['gap'], gap.isHealed && styles['healed'])}
              style={band}
              aria-hidden="true"
              data-testid="gap-band"
              data-healed={gap.isHealed}
            >
              {gap.isHealed || band.width < wordWidth ? null : (
                <span className={styles['gapWord']}>{t('timeline.gap.word')}</span>
              )}
            </div>
          );
        })}
        {hits.map((hit) => (
          <div
            key={hit.id}
            className={styles['hit']}
            style={{ left: place(hit.at) }}
            aria-hidden="true"
            data-testid="search-hit"
          />
        ))}
        <BrushBand window={window} width={width} hasHandles />
      </div>
      <div className={styles['ruler']} {...handlers} title={t('timeline.scrubber.hint')}>
        {ticks.map((tick) => (
          <span
            key={tick.at}
            className={classes(styles['tick'], tick.isDay && styles['day'])}
            style={{ left: place(tick.at) }}
            aria-hidden="true"
          >
            {tick.label}
          </span>
        ))}
      </div>
      {place(end) < width && isLive ? (
        <div className={styles['ahead']} style={{ left: place(end) }} aria-hidden="true" />
      ) : null}
      {isLive ? null : (
        <div className={styles['after']} style={{ left: handleX }} aria-hidden="true" />
      )}
      {hovered !== null && dragged === null ? (
        <Readout at={atOf(window, width, hovered)} x={hovered} width={width} gaps={gaps} />
      ) : null}
      <div
        className={classes(
          styles['handle'],
          isLive ? styles['live'] : styles['review'],
          handleX !== handleAt && styles['outside'],
          dragged !== null && styles['dragged'],
        )}
        style={{ left: handleX }}
      >
        <div
          className={classes(styles['flag'], handleX > width / 2 && styles['flagLeft'])}
          role="slider"
          tabIndex={0}
          aria-label={t('timeline.scrubber')}
          aria-orientation="horizontal"
          aria-valuemin={extentStore.getState().from ?? window.from}
          aria-valuemax={end}
          aria-valuenow={moment ?? end}
          aria-valuetext={spoken}
          title={t('timeline.scrubber.hint')}
          data-testid="scrubber"
          data-mode={position.mode}
          onKeyDown={onKeyDown}
          {...handlers}
        >
          {handleAt < 0 ? '‹ ' : ''}
          {label}
          {handleAt > width ? ' ›' : ''}
        </div>
      </div>
    </div>
  );
}

/** What a key does while the handle has the focus. */
function keyAction(event: KeyboardEvent, window: TimeRange): (() => void) | null {
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return event.shiftKey ? () => moveBy(-MINUTE_MS) : () => void step('previous');
    case 'ArrowRight':
    case 'ArrowUp':
      return event.shiftKey ? () => moveBy(MINUTE_MS) : () => void step('next');
    case 'PageUp':
      return () => moveBy(spanOf(window) / 10);
    case 'PageDown':
      return () => moveBy(-spanOf(window) / 10);
    case 'Home':
      return () => setPosition(positionAt(window.from));
    case 'End':
    case 'Escape':
      return goLive;
    default:
      return null;
  }
}

/** What stands under the pointer. */
function Readout(props: {
  readonly at: number;
  readonly x: number;
  readonly width: number;
  readonly gaps: readonly Gap[];
}) {
  const t = useText();
  const zone = useZone();
  const series = useStore(densityStore, (state) => state.all);
  const counts = series === null ? null : countsAt(series, props.at);
  const texts: string[] = [];
  const { at } = props;
  for (const { from, to, isHealed } of props.gaps) {
    const isHere = at >= from && at <= to;
    if (isHere) texts.push(t(isHealed ? 'timeline.gap.word.healed' : 'timeline.gap.here'));
  }
  // A gap says all: what lies in it cannot be counted on.
  if (counts && texts.length === 0) {
    if (counts.critical + counts.warning + counts.other > 0) {
      texts.push(
        t('timeline.bucket', {
          critical: counts.critical,
          warning: counts.warning,
          other: counts.other,
        }),
      );
    }
    if (counts.people > 0) texts.push(t('timeline.bucket.people', { count: counts.people }));
    if (counts.changes > 0) texts.push(t('timeline.bucket.changes', { count: counts.changes }));
  }
  return (
    <div className={styles['hover']} style={{ left: props.x }} aria-hidden="true">
      <span
        className={classes(styles['readout'], props.x > props.width / 2 && styles['readoutLeft'])}
      >
        <strong>
          {formatTime(props.at)} {shownOffset(props.at, zone)}
        </strong>
        {texts.length === 0 ? null : <span>{texts.join(' · ')}</span>}
      </span>
    </div>
  );
}
