import { useEffect, useState } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { core } from '../../room/core.ts';
import styles from './entry-card.module.css';
import { formatMoment } from '../../kit/format.ts';
import { joined, numberOf, textOf } from '../../room/entry-fields.ts';
import { noteText } from '../../room/entry-text.ts';

/** All texts and places of a note, oldest first; nothing where it was never corrected. */
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
            <ForeignText text={changeOf(entry)} keepLines />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What one of a note's facts says: its text, or from where to where it was moved, and why. */
function changeOf(entry: TimelineEntry): string {
  if (entry.kind !== 'note.moved') return noteText(entry);
  const from = numberOf(entry.body['from']);
  const to = numberOf(entry.body['to']);
  const places = `${formatMoment(from, entry.heardAt)} → ${formatMoment(to, entry.heardAt)}`;
  return joined(places, textOf(entry.body['reason']));
}
