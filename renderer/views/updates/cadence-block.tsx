import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { useNow } from '../../room/now.ts';
import { dueText } from './due-text.ts';
import styles from './updates.module.css';
import { writeFor } from './updates-store.ts';
import { useCadence, useUpdatesOf } from './use-updates.ts';

/** Which update is due next, and what has not left yet: seen in every view. */
export function CadenceBlock(props: { readonly incident: IncidentRow | null }) {
  const t = useText();
  const [next] = useCadence(props.incident);
  const updates = useUpdatesOf(props.incident);
  const now = useNow();
  const unsent = updates.filter(({ sending }) => sending !== null).length;
  if (next === undefined && unsent === 0) return null;
  return (
    <button
      type="button"
      className={classes(
        styles['block'],
        next?.state === 'overdue' && styles['overdue'],
        next?.state === 'soon' && styles['soon'],
      )}
      onClick={() => writeFor(next?.audience ?? 'internal')}
      title={`${t('updates.command.write')} (Ctrl+Shift+U)`}
      data-testid="cadence"
      data-state={next?.state ?? 'none'}
      data-unsent={unsent}
    >
      <span className={styles['blockTitle']}>{t('updates.header')}</span>
      {next === undefined ? null : (
        <span className={styles['blockLine']}>
          {t('updates.header.due', {
            audience: t(`updates.audience.${next.audience}`),
            when: dueText(next, now, t),
          })}
        </span>
      )}
      {unsent === 0 ? null : (
        <span className={styles['warn']}>{t('updates.header.unsent', { count: unsent })}</span>
      )}
    </button>
  );
}
