import type { DecisionRow, FollowUpRow, IncidentRow, RunRow } from '../../../shared/ipc/rows.ts';
import type { SimilarIncident } from '../../../shared/post-mortem/similar.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Time } from '../../kit/time.tsx';
import { known } from '../../room/entry-fields.ts';
import { useRowMap } from '../../room/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { ActionsTable } from './actions-part.tsx';
import { openAction, postMortemStore } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';

/** What stands by itself beside the text: actions, decisions, runbooks, similar incidents. */
export function SideParts(props: {
  readonly incident: IncidentRow;
  readonly followUps: readonly FollowUpRow[];
  readonly decisions: readonly DecisionRow[];
  readonly runs: readonly RunRow[];
  readonly similar: readonly SimilarIncident[];
}) {
  const t = useText();
  const block = useWriteBlock();
  const incidents = useRowMap('incidents');
  return (
    <aside className={styles['side']} aria-label={t('postmortem.actions')}>
      <Panel
        title={t('postmortem.actions')}
        isPadded
        className={styles['part'] ?? ''}
        testId="pm-incident-actions"
        toolbar={
          <Button
            size="s"
            shortcut="N"
            isDisabled={block !== null}
            onPress={() => openAction(props.incident.key)}
            testId="pm-new-action"
          >
            {t('postmortem.action.new')}
          </Button>
        }
      >
        <ActionsTable rows={props.followUps} />
      </Panel>
      <Panel
        title={t('postmortem.decisions')}
        isPadded
        className={styles['part'] ?? ''}
        testId="pm-decisions"
      >
        {props.decisions.length === 0 ? (
          <p className={styles['soft']}>{t('postmortem.decisions.none')}</p>
        ) : (
          <ul className={styles['list']}>
            {props.decisions.map(({ key, action, status, takenAt, proposedAt }) => (
              <li key={key}>
                <Time moment={takenAt ?? proposedAt} /> <ForeignText text={action} />{' '}
                <span className={styles['soft']}>
                  {known(t, `postmortem.decision.${status}`, status)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel
        title={t('postmortem.runs')}
        isPadded
        className={styles['part'] ?? ''}
        testId="pm-runs"
      >
        {props.runs.length === 0 ? (
          <p className={styles['soft']}>{t('postmortem.runs.none')}</p>
        ) : (
          <ul className={styles['list']}>
            {props.runs.map(({ key, title, startedAt, steps }) => (
              <li key={key}>
                <Time moment={startedAt} /> <ForeignText text={title} />{' '}
                <span className={styles['soft']}>
                  {t('postmortem.run.steps', { count: steps.length })}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel
        title={t('postmortem.similar')}
        isPadded
        className={styles['part'] ?? ''}
        testId="pm-similar"
      >
        {props.similar.length === 0 ? (
          <p className={styles['soft']}>{t('postmortem.similar.none')}</p>
        ) : (
          <ul className={styles['list']}>
            {props.similar.map(({ key, services, words }) => {
              const other = incidents.get(key);
              if (other === undefined) return null;
              return (
                <li key={key}>
                  <button
                    type="button"
                    className={styles['link']}
                    onClick={() => postMortemStore.setState({ incident: key, editing: null })}
                  >
                    {other.severity} <ForeignText text={other.title} />
                  </button>{' '}
                  <Time moment={other.declaredAt} />{' '}
                  <span className={styles['soft']}>
                    <ForeignText text={[...services, ...words].join(', ')} />
                  </span>
                </li>
              );
            })}
          </ul>
        )}
      </Panel>
    </aside>
  );
}
