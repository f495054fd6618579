import type { FollowUpRow } from '../../../shared/ipc/rows.ts';
import { byDue, isOverdue } from '../../../shared/post-mortem/across.ts';
import { useText } from '../../i18n/text.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatDate, formatSpan } from '../../kit/format.ts';
import { SentMark } from '../../kit/marks.tsx';
import { useNow } from '../../room/now.ts';
import { useRowMap } from '../../room/rows.ts';
import { openAction } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';

/** Action items as a table: what is overdue first. */
export function ActionsTable(props: {
  readonly rows: readonly FollowUpRow[];
  /** Of several incidents: each row says of which. */
  readonly isAcross?: boolean;
}) {
  const t = useText();
  const now = useNow();
  const incidents = useRowMap('incidents');
  if (props.rows.length === 0) {
    return <p className={styles['soft']}>{t('postmortem.actions.none')}</p>;
  }
  return (
    <table className={styles['table']} aria-label={t('postmortem.actions')}>
      <thead>
        <tr>
          <th scope="col">{t('postmortem.action.text')}</th>
          {props.isAcross ? <th scope="col">{t('postmortem.incident')}</th> : null}
          <th scope="col">{t('postmortem.action.owner')}</th>
          <th scope="col">{t('postmortem.action.due')}</th>
          <th scope="col">{t('postmortem.action.state')}</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.toSorted(byDue(now)).map((row) => {
          const isLate = isOverdue(row, now);
          const { dueAt } = row;
          return (
            <tr key={row.key} data-testid="pm-action-row" data-overdue={isLate}>
              <td>
                <button
                  type="button"
                  className={styles['link']}
                  onClick={() => openAction(row.incident, row.key)}
                >
                  <ForeignText text={row.text} />
                </button>{' '}
                <SentMark sent={row.sent} />
              </td>
              {props.isAcross ? (
                <td>
                  <ForeignText text={incidents.get(row.incident)?.title ?? ''} />
                </td>
              ) : null}
              <td>
                {row.owner === '' ? (
                  <span className={styles['soft']}>{t('postmortem.action.nobody')}</span>
                ) : (
                  <ForeignText text={row.owner} />
                )}
              </td>
              <td className={isLate ? styles['late'] : undefined}>
                {dueAt === null ? '' : formatDate(dueAt)}
                {isLate && dueAt !== null
                  ? ` · ${t('postmortem.action.overdue', { span: formatSpan(now - dueAt, t) })}`
                  : ''}
              </td>
              <td>{t(`postmortem.action.state.${row.state}`)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
