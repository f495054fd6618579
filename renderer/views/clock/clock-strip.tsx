import { VisuallyHidden } from 'react-aria-components';
import { useStore } from 'zustand';
import { countedFrom, readLimits, type LimitReading } from '../../../shared/incident/clock.ts';
import type { ClockRow, IncidentRow } from '../../../shared/ipc/rows.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { formatClock } from '../../kit/format.ts';
import { useNow } from '../../room/now.ts';
import { useRow } from '../../room/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { ClockDialog } from './clock-dialog.tsx';
import { clockDialogStore, openClock } from './clock-store.ts';
import styles from './clock.module.css';
import { LimitBar, timeOf } from './limit-bar.tsx';
import { MarkDialog } from './mark-dialog.tsx';
import { MeasureDialog } from './measure-dialog.tsx';

/** The clock of the incident in the header: its three limits, and behind them every point. */
export function ClockStrip(props: { readonly incident: IncidentRow | null }) {
  const { incident } = props;
  const clock = useRow('clocks', incident === null ? null : clockKey(incident.key));
  const dialog = useStore(clockDialogStore, (state) => state.dialog);
  const mayWrite = useWriteBlock() === null;
  const isThere = incident !== null && clock !== undefined;
  useCommands([
    {
      id: 'clock.open',
      group: 'incident',
      titleKey: 'clock.command.open',
      shortcut: 'Ctrl+Shift+K',
      isEnabled: () => isThere,
      run: () => openClock('panel'),
    },
    {
      id: 'clock.mark',
      group: 'incident',
      titleKey: 'clock.command.mark',
      isEnabled: () => isThere && mayWrite,
      run: () => openClock('mark'),
    },
    {
      id: 'clock.measure',
      group: 'incident',
      titleKey: 'clock.command.measure',
      isEnabled: () => isThere && mayWrite,
      run: () => openClock('measure'),
    },
  ]);
  if (incident === null || clock === undefined) return null;
  const close = (): void => openClock(null);
  return (
    <>
      <Strip incident={incident} clock={clock} />
      {dialog === 'panel' ? (
        <ClockDialog incident={incident} clock={clock} onClose={close} />
      ) : dialog === 'mark' ? (
        <MarkDialog incident={incident} onClose={close} />
      ) : dialog === 'measure' ? (
        <MeasureDialog incident={incident} onClose={close} />
      ) : null}
    </>
  );
}

function clockKey(incident: string): string {
  return `clock:${incident.slice('incident:'.length)}`;
}

function Strip(props: { readonly incident: IncidentRow; readonly clock: ClockRow }) {
  const t = useText();
  const now = useNow();
  const { points } = props.clock;
  const limits = readLimits(points, props.incident.resolvedAt ?? now);
  const base = countedFrom(points);
  const hint =
    base === null
      ? t('clock.nothing')
      : base.point === 'effect'
        ? t('clock.open')
        : t('clock.effectUnknown', { point: t(`entry.point.${base.point}`) });
  return (
    <button
      type="button"
      className={styles['strip']}
      onClick={() => openClock('panel')}
      title={`${hint} (Ctrl+Shift+K)`}
      data-testid="clock-strip"
    >
      {limits.map((limit) =>
        limit.point === 'goal' ? null : <Limit key={limit.point} limit={limit} />,
      )}
    </button>
  );
}

function Limit(props: { readonly limit: LimitReading }) {
  const t = useText();
  const { point, limitMs, stands, isOpen } = props.limit;
  const limit = formatClock(limitMs);
  return (
    <span
      className={classes(styles['limit'], styles[stands])}
      data-testid={`clock-${point}`}
      data-stands={stands}
      data-open={isOpen}
    >
      <span className={styles['name']}>
        {t(`clock.${point}`)}
        <span className={styles['mark']} aria-hidden="true">
          {stands === 'over'
            ? '!'
            : stands === 'near'
              ? '~'
              : isOpen || stands === 'unknown'
                ? ''
                : '✓'}
        </span>
        <VisuallyHidden>
          {t(`clock.state.${stands}`)}
          {isOpen ? ` ${t('clock.running')}` : ''}
        </VisuallyHidden>
      </span>
      <span className={styles['took']}>
        <span className={styles['time']}>{timeOf(props.limit)}</span>
        <span className={styles['of']}>{t('clock.of', { limit })}</span>
      </span>
      <LimitBar limit={props.limit} />
    </span>
  );
}
