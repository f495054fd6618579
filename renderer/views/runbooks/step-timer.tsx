import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { formatAge, formatClock } from '../../kit/format.ts';
import { useNow } from '../../room/now.ts';
import styles from './run.module.css';

const AROUND = 2 * Math.PI * 7;

/** What is left of a step's wait, as a ring and in figures; unmistakable once it is over. */
export function StepTimer(props: { readonly until: number; readonly waitMs: number }) {
  const t = useText();
  const now = useNow();
  const leftMs = Math.max(0, props.until - now);
  const isOver = leftMs === 0;
  const part = props.waitMs === 0 ? 0 : Math.min(1, leftMs / props.waitMs);
  return (
    <div
      className={classes(styles['timer'], isOver && styles['timerOver'])}
      role="timer"
      aria-live={isOver ? 'polite' : 'off'}
      data-testid="step-timer"
      data-over={isOver}
    >
      <svg
        className={styles['ringDrawing']}
        viewBox="0 0 18 18"
        aria-hidden="true"
        focusable="false"
      >
        <circle className={styles['ringGround']} cx="9" cy="9" r="7" />
        <circle
          className={styles['ringLeft']}
          cx="9"
          cy="9"
          r="7"
          strokeDasharray={`${String(part * AROUND)} ${String(AROUND)}`}
          transform="rotate(-90 9 9)"
        />
      </svg>
      {isOver ? (
        <>
          <strong>{t('step.wait.over')}</strong>
          <span>{t('step.wait.since', { age: formatAge(now - props.until, t) })}</span>
        </>
      ) : (
        <>
          <span>{t('step.wait.running')}</span>
          <strong className={styles['timerLeft']}>
            {formatClock(Math.ceil(leftMs / 1_000) * 1_000)}
          </strong>
        </>
      )}
    </div>
  );
}
