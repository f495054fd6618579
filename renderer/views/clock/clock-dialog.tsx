import { CLOCK_POINTS, type ClockPoint } from '../../../shared/facts/incident.ts';
import {
  countedFrom,
  feedDelayOf,
  phasesOf,
  readLimits,
  type PlacedPoint,
} from '../../../shared/incident/clock.ts';
import type { ClockRow, IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatClock, formatExactSpan, formatTime } from '../../kit/format.ts';
import { Time } from '../../kit/time.tsx';
import { known } from '../../room/entry-fields.ts';
import { LAG_MS } from '../../room/entry-text.ts';
import { useNow } from '../../room/now.ts';
import { revealFact } from '../../room/search.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { openClock } from './clock-store.ts';
import styles from './clock.module.css';
import { LimitBar, timeOf } from './limit-bar.tsx';

/** Every point with its evidence, where the time went, and how the points moved. */
export function ClockDialog(props: {
  readonly incident: IncidentRow;
  readonly clock: ClockRow;
  readonly onClose: () => void;
}) {
  const t = useText();
  const now = useNow();
  const block = useWriteBlock();
  const { incident, clock } = props;
  const { points } = clock;
  const base = countedFrom(points);
  return (
    <Dialog
      title={t('clock.title')}
      isOpen
      onClose={props.onClose}
      size="l"
      testId="clock-dialog"
      actions={
        <>
          <Button
            isDisabled={block !== null}
            onPress={() => openClock('measure')}
            testId="clock-set-measure"
          >
            {t('clock.measure')}
          </Button>
          <Button
            isDisabled={block !== null}
            onPress={() => openClock('mark')}
            testId="clock-mark-point"
          >
            {t('clock.mark')}
          </Button>
          <Button look="primary" autoFocus onPress={props.onClose}>
            {t('kit.close')}
          </Button>
        </>
      }
    >
      <div className={styles['limits']}>
        {readLimits(points, incident.resolvedAt ?? now).map((limit) => (
          <div key={limit.point} className={classes(styles['limitRow'], styles[limit.stands])}>
            <span className={styles['name']}>{t(`clock.${limit.point}`)}</span>
            <LimitBar limit={limit} />
            <span className={styles['time']}>
              {timeOf(limit)} {t('clock.of', { limit: formatClock(limit.limitMs) })}
            </span>
            <span>
              {t(`clock.state.${limit.stands}`)}
              {limit.isOpen && limit.tookMs !== null ? ` · ${t('clock.running')}` : ''}
            </span>
          </div>
        ))}
      </div>
      <MeasureText incident={incident} clock={clock} />
      {base !== null && base.point !== 'effect' ? (
        <p className={styles['note']}>
          {t('clock.effectUnknown', { point: t(`entry.point.${base.point}`) })}
        </p>
      ) : null}
      <PointTable points={points} />
      <Moves clock={clock} />
    </Dialog>
  );
}

function MeasureText(props: { readonly incident: IncidentRow; readonly clock: ClockRow }) {
  const t = useText();
  const { measure } = props.incident;
  const { sampledAt, goodSince } = props.clock;
  if (measure === null) return <p className={styles['note']}>{t('clock.noMeasure')}</p>;
  const { service, signal, limit, goodMs } = measure;
  const span = formatExactSpan(goodMs, t);
  return (
    <p className={styles['note']}>
      <ForeignText
        text={t('clock.measure.is', {
          signal: t(`clock.measure.signal.${signal}`),
          service,
          limit: signal === 'errors' ? `${String(limit * 100)} %` : `${String(limit)} ms`,
          span,
        })}
      />{' '}
      {sampledAt === null ? t('clock.measure.noSamples') : null}
      {goodSince === null ? null : t('clock.goodSince', { time: formatTime(goodSince), span })}
    </p>
  );
}

function PointTable(props: { readonly points: ClockRow['points'] }) {
  const t = useText();
  const { points } = props;
  const phases = phasesOf(points);
  return (
    <table className={styles['table']}>
      <caption className={styles['caption']}>{t('clock.points')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('clock.point')}</th>
          <th scope="col">{t('clock.time')}</th>
          <th scope="col" className={styles['number']}>
            {t('clock.sinceEffect')}
          </th>
          <th scope="col" className={styles['number']}>
            {t('clock.phase')}
          </th>
          <th scope="col" className={styles['number']}>
            {t('clock.feedDelay')}
          </th>
          <th scope="col">{t('clock.evidence')}</th>
        </tr>
      </thead>
      <tbody>
        {CLOCK_POINTS.map((point) => {
          const placed = points[point];
          const phase = phases.find(({ to }) => to === point);
          const tookMs = phase?.tookMs ?? null;
          const delayMs = phase?.feedDelayMs ?? 0;
          return (
            <tr key={point} data-testid={`clock-point-${point}`}>
              <th scope="row">{t(`entry.point.${point}`)}</th>
              {placed === null ? (
                <td colSpan={5} className={styles['unknown']}>
                  {t('clock.unknown')}
                </td>
              ) : (
                <>
                  <td>
                    <Time moment={placed.at} />
                  </td>
                  <td className={styles['number']}>
                    {points.effect === null ? '' : signed(placed.at - points.effect.at)}
                  </td>
                  <td className={styles['number']}>
                    {delayMs < 1_000 ? null : (
                      <span className={styles['soft']}>
                        {t('clock.ofFeed', { span: formatClock(delayMs) })}{' '}
                      </span>
                    )}
                    {tookMs === null ? '' : signed(tookMs)}
                  </td>
                  <td className={styles['number']}>
                    {feedDelayOf(placed) < 1_000 ? '' : formatClock(feedDelayOf(placed))}
                  </td>
                  <td>
                    <EvidenceLink point={point} placed={placed} />
                  </td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function EvidenceLink(props: { readonly point: ClockPoint; readonly placed: PlacedPoint }) {
  const t = useText();
  const { kind, by, evidence, mark } = props.placed;
  const what = known(t, `timeline.kind.${kind}`, kind);
  return (
    <>
      <button
        type="button"
        className={styles['link']}
        title={t('clock.show', { what })}
        onClick={() => {
          openClock(null);
          void revealFact(evidence);
        }}
        data-testid={`clock-evidence-${props.point}`}
      >
        {what}
      </button>{' '}
      <span className={styles['soft']}>
        {mark === 'none' ? <ForeignText text={by} /> : t('clock.byFact', { name: by })}
        {mark === 'from-memory' ? ` · ${t('clock.fromMemory')}` : ''}
      </span>
    </>
  );
}

function Moves(props: { readonly clock: ClockRow }) {
  const t = useText();
  const moves = props.clock.moves.filter(({ from }) => from !== null).reverse();
  const timeOf = (moment: number | null): string =>
    moment === null ? t('clock.unknown') : formatTime(moment);
  return (
    <section aria-label={t('clock.moves')}>
      <h3 className={styles['caption']}>{t('clock.moves')}</h3>
      {moves.length === 0 ? (
        <p className={styles['note']}>{t('clock.moves.none')}</p>
      ) : (
        <ol className={styles['moves']} data-testid="clock-moves">
          {moves.map((move) => {
            const what = known(t, `timeline.kind.${move.kind}`, move.kind);
            const lateMs = move.heardAt - move.at;
            return (
              <li key={`${move.by} ${move.point}`} data-point={move.point}>
                <span className={styles['time']}>
                  {t('clock.move', {
                    point: t(`entry.point.${move.point}`),
                    from: timeOf(move.from),
                    to: timeOf(move.to),
                  })}
                </span>{' '}
                <button
                  type="button"
                  className={styles['link']}
                  title={t('clock.show', { what })}
                  onClick={() => {
                    openClock(null);
                    void revealFact(move.by);
                  }}
                >
                  {what}
                </button>{' '}
                <span className={styles['soft']}>
                  {t('clock.move.heard', { time: formatTime(move.heardAt) })}
                  {lateMs >= LAG_MS
                    ? ` · ${t('clock.move.late', { span: formatExactSpan(lateMs, t) })}`
                    : ''}
                </span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

/** A span that may lie before its beginning. */
function signed(ms: number): string {
  return ms < 0 ? `−${formatClock(-ms)}` : formatClock(ms);
}
