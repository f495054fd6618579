import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { eventNear, laneCountsAt, type LaneLook, type LanePicture } from '../../chart/lanes.ts';
import { createLaneSurface, type LaneSurface } from '../../chart/lane-surface.ts';
import { atOf, spanOf, type TimeRange } from '../../chart/time-range.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { ToggleButton } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { formatExactSpan, formatMoment } from '../../kit/format.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { shownOffset, useZone } from '../../kit/zone.ts';
import { core } from '../../room/core.ts';
import { entryText } from '../../room/entry-text.ts';
import { momentOf, usePosition } from '../../room/position.ts';
import { namesOf } from '../../room/names.ts';
import { tokenPixels } from '../../theme/tokens.ts';
import { BrushBand } from './brush-band.tsx';
import { showThing } from './entry-actions.ts';
import { askLanes, lanesStore, type LanesState } from './entry-feed.ts';
import styles from './lane-block.module.css';
import { LaneLegend } from './lane-legend.tsx';
import { LANE_KINDS, setLanesBy, useBothTimes, useLanesBy } from './lane-settings.ts';
import { setFilter, timelineStore, type TimelineGroupName } from './timeline-store.ts';
import { useChartPointer } from './use-chart-pointer.ts';
import { useElementSize, useTokens } from './use-canvas.ts';
import { useWindow } from './use-timeline.ts';

const COLUMN_PIXELS = 3;
const REACH_PIXELS = 8;

/** The same time as the strip's, by source, person, service or unit. */
export function LaneBlock() {
  const t = useText();
  const by = useLanesBy();
  const state = useStore(lanesStore);
  const isOf = state.by === by;
  return (
    <section className={styles['block']} aria-label={t('timeline.lanes')} data-testid="lanes">
      <div className={styles['head']}>
        <span className={styles['title']} id="lanes-by">
          {t('timeline.lanes.by')}
        </span>
        <div className={styles['kinds']} role="group" aria-labelledby="lanes-by">
          {LANE_KINDS.map((kind) => (
            <ToggleButton
              key={kind}
              size="s"
              isSelected={kind === by}
              onChange={() => setLanesBy(kind)}
              testId={`lanes-by-${kind}`}
            >
              {t(`timeline.lanes.by.${kind}`)}
            </ToggleButton>
          ))}
        </div>
        <LaneLegend />
        <span className={styles['grain']} data-testid="lanes-grain">
          {isOf ? grainOf(state, t) : null}
        </span>
      </div>
      <div className={styles['rows']}>
        <LaneLabels state={state} />
        <LaneCanvas state={state} by={by} />
      </div>
    </section>
  );
}

/** Whether single entries are drawn, or counts, and of how long a time each. */
function grainOf({ answer }: LanesState, t: Translate): string {
  if (answer === null || answer.lanes.length === 0) return '';
  return answer.events === null
    ? t('timeline.lanes.columns', { span: formatExactSpan(answer.columnMs, t) })
    : t('timeline.lanes.events');
}

/** The lanes' names; pressing one narrows the list to it. */
function LaneLabels({ state: { answer, by } }: { readonly state: LanesState }) {
  const t = useText();
  const chosen = useStore(timelineStore, (state) => state.lane);
  if (answer === null || by === null || answer.lanes.length === 0) {
    return (
      <p className={styles['nothing']} data-testid="lanes-nothing">
        {answer === null ? null : t('timeline.lanes.nothing')}
      </p>
    );
  }
  return (
    <ul className={styles['labels']} aria-label={t(`timeline.lanes.by.${by}`)}>
      {answer.lanes.map((lane) => {
        const isChosen = chosen !== null && chosen.by === by && chosen.value === lane.value;
        const name =
          lane.is === 'named' ? (
            <ForeignText text={lane.value} />
          ) : lane.is === 'others' ? (
            t('timeline.lanes.others', { count: Number(lane.value) })
          ) : (
            t(`timeline.lanes.none.${by}`)
          );
        const content = (
          <>
            <span className={styles['name']}>{name}</span>
            <span className={styles['count']}>{lane.count}</span>
          </>
        );
        return (
          <li key={`${lane.is} ${lane.value}`} className={styles['item']}>
            {lane.is === 'others' ? (
              <span
                className={classes(styles['label'], styles['others'])}
                data-testid="lane-others"
              >
                {content}
              </span>
            ) : (
              <button
                type="button"
                className={classes(styles['label'], isChosen && styles['chosen'])}
                aria-pressed={isChosen}
                title={t('timeline.lanes.narrow')}
                data-testid="lane"
                data-lane={lane.value}
                onClick={() => setFilter({ lane: isChosen ? null : { by, value: lane.value } })}
              >
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function LaneCanvas(props: { readonly state: LanesState; readonly by: LanesState['by'] }) {
  const t = useText();
  const zone = useZone();
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<LaneSurface | null>(null);
  const tokens = useTokens();
  const { width, height } = useElementSize(canvas);
  const window = useWindow();
  const position = usePosition();
  const showsHeard = useBothTimes();
  const groups = useShownGroups();
  const current = useStore(timelineStore, (state) => state.current);
  const { answer } = props.state;
  const laneHeight = tokenPixels('--space-5');

  const asked = useMemo(() => askedRange(window), [window]);
  const by = props.by;
  useEffect(() => {
    if (width === 0 || by === null) return;
    const columns = Math.ceil((width / COLUMN_PIXELS) * (spanOf(asked) / spanOf(window)));
    askLanes({ range: asked, by, columns: Math.min(4_000, columns) });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the window's length is that of what is asked
  }, [asked.from, asked.to, by, width]);

  const picture = useMemo(
    (): LanePicture | null =>
      answer && {
        ...answer,
        range: { from: answer.from, to: answer.to },
        lanes: answer.lanes.length,
      },
    [answer],
  );
  const moment = momentOf(position);
  const look = useMemo(
    (): LaneLook => ({
      laneHeight,
      showsHeard,
      knownAt: position.mode === 'known' ? position.moment : null,
      groups,
    }),
    [laneHeight, showsHeard, position, groups],
  );
  const chosen = current === null ? -1 : (picture?.events?.seq.indexOf(current.seq) ?? -1);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!element) return;
    surface.current ??= createLaneSurface(element);
    const events = picture?.events;
    surface.current.draw({
      width,
      height,
      window,
      picture,
      look,
      moment,
      current:
        events && chosen >= 0
          ? { at: events.at[chosen] ?? 0, lane: events.lane[chosen] ?? 0 }
          : null,
      tokens,
    });
  }, [width, height, window, picture, look, moment, chosen, tokens]);

  const near = (x: number, y: number): number =>
    picture?.events
      ? eventNear(picture.events, window, { width, laneHeight }, { x, y }, REACH_PIXELS)
      : -1;
  const { handlers, hovered } = useChartPointer(window, width, (x, y) => {
    const seq = picture?.events?.seq[near(x, y)];
    if (seq !== undefined) void choose(seq);
  });
  const hoveredEvent = hovered === null ? -1 : near(hovered.x, hovered.y);
  const seq = picture?.events?.seq[hoveredEvent] ?? null;
  const said = useSaid(seq, t);
  const readout =
    hovered === null || picture === null
      ? null
      : seq === null
        ? columnText(picture, Math.floor(hovered.y / laneHeight), atOf(window, width, hovered.x), t)
        : said;
  const at = seq === null ? null : (picture?.events?.at[hoveredEvent] ?? null);
  return (
    <div
      className={styles['surface']}
      data-testid="lane-canvas"
      data-grain={answer === null ? 'none' : answer.events === null ? 'columns' : 'events'}
      data-events={answer?.events?.seq.length ?? 0}
      data-zone={zone}
      {...handlers}
    >
      <canvas
        ref={canvas}
        className={styles['canvas']}
        style={{ height: Math.max(2, answer?.lanes.length ?? 0) * laneHeight }}
        aria-hidden="true"
      />
      <BrushBand window={window} width={width} hasHandles={false} />
      {hovered !== null && readout !== null ? (
        <span
          className={classes(styles['readout'], hovered.x > width / 2 && styles['readoutLeft'])}
          style={hovered.x > width / 2 ? { right: width - hovered.x } : { left: hovered.x }}
          aria-hidden="true"
          data-testid="lane-readout"
        >
          <strong>
            {formatMoment(at ?? atOf(window, width, hovered.x), window.to)}{' '}
            {shownOffset(window.to, zone)}
          </strong>{' '}
          {readout}
        </span>
      ) : null}
    </div>
  );
}

/** The window with half of its length at both ends, moved in steps: panning asks once in a while. */
function askedRange(window: TimeRange): TimeRange {
  const span = spanOf(window);
  const step = span / 4;
  const from = Math.floor((window.from - span / 2) / step) * step;
  return { from: Math.round(from), to: Math.round(from + 2.25 * span) };
}

async function choose(seq: number): Promise<void> {
  const { entry } = await core.ask('timeline.entry', { seq });
  if (entry === null) return;
  timelineStore.setState({ current: entry });
  showThing(entry);
}

/** What the entry under the pointer says; the empty text until it was read. */
function useSaid(seq: number | null, t: Translate): string {
  const [said, setSaid] = useState<{ seq: number; text: string } | null>(null);
  useEffect(() => {
    if (seq === null) return undefined;
    let isWanted = true;
    const read = async (): Promise<void> => {
      const { entry } = await core.ask('timeline.entry', { seq });
      if (!isWanted || entry === null) return;
      const { kind, subject, text } = entryText(entry, t, namesOf(entry));
      setSaid({ seq, text: [kind, subject, text].filter(Boolean).join(' · ').slice(0, 160) });
    };
    read().catch(() => undefined);
    return () => {
      isWanted = false;
    };
  }, [seq, t]);
  return said?.seq === seq ? said.text : '';
}

function columnText(picture: LanePicture, lane: number, at: number, t: Translate): string | null {
  if (picture.events !== null) return null;
  const counts = laneCountsAt(picture, lane, at);
  if (counts === null || counts.every((count) => count === 0)) return null;
  const [critical = 0, warning = 0, other = 0, people = 0, changes = 0] = counts;
  const texts: string[] = [];
  if (critical + warning + other > 0) {
    texts.push(t('timeline.bucket', { critical, warning, other }));
  }
  if (people > 0) texts.push(t('timeline.bucket.people', { count: people }));
  if (changes > 0) texts.push(t('timeline.bucket.changes', { count: changes }));
  return texts.join(' · ');
}

const GROUP_NAMES: readonly (readonly TimelineGroupName[])[] = [
  ['alerts'],
  ['alerts'],
  ['alerts'],
  ['people', 'runbooks'],
  ['changes'],
];

/** Which of the five groups the filter lets through; all where it asks for none of them. */
function useShownGroups(): readonly boolean[] {
  const groups = useStore(timelineStore, (state) => state.groups);
  return useMemo(
    () =>
      GROUP_NAMES.map(
        (names) => groups.length === 0 || names.some((name) => groups.includes(name)),
      ),
    [groups],
  );
}
