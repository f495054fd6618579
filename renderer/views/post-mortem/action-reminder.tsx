import { byDue, isOverdue } from '../../../shared/post-mortem/across.ts';
import { useText } from '../../i18n/text.ts';
import { Icon } from '../../kit/icons.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { showActions } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';

/** Says in the header that action items are overdue; nothing while none is. */
export function ActionReminder() {
  const t = useText();
  const now = useNow();
  const overdue = useRowList('followUps')
    .filter((row) => isOverdue(row, now))
    .sort(byDue(now));
  const [longest] = overdue;
  if (longest === undefined) return null;
  return (
    <button
      type="button"
      className={styles['reminder']}
      title={t('postmortem.reminder.detail', { text: visibleText(longest.text) })}
      onClick={showActions}
      data-testid="action-reminder"
    >
      <Icon name="clock" size="s" />
      {t('postmortem.reminder', { count: overdue.length })}
    </button>
  );
}
