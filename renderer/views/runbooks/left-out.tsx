import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { Runbook } from '../../../shared/runbooks/format.ts';
import type { RunPosition } from '../../../shared/runbooks/next-step.ts';
import { useText } from '../../i18n/text.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { leftOutOf, reorderedOf } from './run-model.ts';
import styles from './run.module.css';

const SHOWN = 30;

/** What a run left out and what it took out of its turn, each with the reason that was given. */
export function LeftOutList(props: {
  readonly run: RunRow;
  readonly runbook: Runbook;
  readonly position: RunPosition;
}) {
  const t = useText();
  const { run } = props;
  const left = leftOutOf(props.runbook, run, props.position);
  const reordered = reorderedOf(run);
  return (
    <>
      {left.length > 0 ? (
        <>
          <p>{t('run.leftOut', { count: left.length })}</p>
          <ul className={styles['notable']} data-testid="run-left-out">
            {left.slice(0, SHOWN).map(({ stepId, title, why, record }) => (
              <li key={stepId} data-step-id={stepId} data-why={why}>
                <bdi>{visibleText(title)}</bdi> <strong>{t(`run.leftOut.${why}`)}</strong>
                {why === 'not-done' || record?.note == null ? null : (
                  <bdi> — {visibleText(record.note, true)}</bdi>
                )}
              </li>
            ))}
            {left.length > SHOWN ? <li>…</li> : null}
          </ul>
        </>
      ) : null}
      {reordered.length > 0 ? (
        <>
          <p>{t('run.reordered', { count: reordered.length })}</p>
          <ul className={styles['notable']} data-testid="run-reordered">
            {reordered.slice(0, SHOWN).map((record) => (
              <li key={record.factId}>
                <bdi>{visibleText(record.title)}</bdi>
                <bdi> — {visibleText(record.reason ?? '', true)}</bdi>
              </li>
            ))}
            {reordered.length > SHOWN ? <li>…</li> : null}
          </ul>
        </>
      ) : null}
    </>
  );
}
