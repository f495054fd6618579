import { useEffect, useState } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { core } from '../../room/core.ts';
import styles from './entry-card.module.css';
import { noteText } from '../../room/entry-text.ts';

/** All texts of a note, oldest first; nothing where it was never corrected. */
export function NoteHistory(props: { readonly thing: string; readonly version?: string | null }) {
  const t = useText();
  const [entries, setEntries] = useState<readonly TimelineEntry[]>([]);
  const { thing, version } = props;
  useEffect(() => {
    let isOver = false;
    core
      .ask('thing.history', { thing, limit: 200 })
      .then((answer) => {
        if (!isOver) setEntries(answer.entries);
      })
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [thing, version]);
  if (entries.length < 2) return null;
  return (
    <section>
      <h3 className={styles['heading']}>{t('timeline.correct.history')}</h3>
      <ul className={styles['history']}>
        {entries.map((entry) => (
          <li key={entry.id} className={styles['historyItem']}>
            <span className={styles['soft']}>
              <Time moment={entry.heardAt} /> · <ForeignText text={entry.author?.person ?? ''} />{' '}
              <SentMark sent={entry.sent} />
            </span>
            <ForeignText text={noteText(entry)} keepLines />
          </li>
        ))}
      </ul>
    </section>
  );
}
