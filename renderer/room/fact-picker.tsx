import { useEffect, useId, useState } from 'react';
import type { TimelineEntry } from '../../shared/ipc/contract.ts';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Time } from '../kit/time.tsx';
import { entryText } from './entry-text.ts';
import styles from './fact-picker.module.css';
import { namesOf } from './names.ts';
import { findInRecord } from './search.ts';

const HITS = 12;
const DELAY_MS = 150;

/** Finds one fact of the record by words and gives it to whoever wants to cite it. */
export function FactPicker(props: {
  readonly label: string;
  /** What stands for no fact at all. */
  readonly noneLabel: string;
  readonly picked: TimelineEntry | null;
  readonly onPick: (entry: TimelineEntry | null) => void;
  readonly autoFocus?: boolean;
}) {
  const t = useText();
  const [text, setText] = useState('');
  const [hits, setHits] = useState<readonly TimelineEntry[]>([]);
  const listId = useId();
  useEffect(() => {
    const sought = text.trim();
    if (sought === '') return;
    let isOver = false;
    const timer = setTimeout(() => {
      findInRecord(sought, HITS).then(
        ({ entries }) => {
          if (!isOver) setHits(entries);
        },
        () => {
          if (!isOver) setHits([]);
        },
      );
    }, DELAY_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [text]);
  const { picked } = props;
  const shown = text.trim() === '' ? [] : hits;
  return (
    <div className={styles['picker']} data-testid="fact-picker">
      {picked === null ? (
        <TextField
          label={props.label}
          type="search"
          value={text}
          onChange={setText}
          placeholder={t('fact.find')}
          hint={props.noneLabel}
          autoFocus={props.autoFocus}
          testId="fact-picker-text"
        />
      ) : (
        <div className={styles['picked']}>
          <span className={styles['label']}>{props.label}</span>
          <EntryLine entry={picked} />
          <Button size="s" onPress={() => props.onPick(null)} testId="fact-picker-clear">
            {t('fact.other')}
          </Button>
        </div>
      )}
      {picked === null && shown.length > 0 ? (
        <ul className={styles['hits']} id={listId} aria-label={t('fact.hits')}>
          {shown.map((entry) => (
            <li key={entry.id}>
              <button
                type="button"
                className={styles['hit']}
                onClick={() => {
                  setText('');
                  props.onPick(entry);
                }}
                data-testid="fact-picker-hit"
              >
                <EntryLine entry={entry} />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function EntryLine(props: { readonly entry: TimelineEntry }) {
  const t = useText();
  const { kind, subject, text, who } = entryText(props.entry, t, namesOf(props.entry));
  return (
    <span className={styles['line']}>
      <Time moment={props.entry.at} /> <span className={styles['soft']}>{kind}</span>{' '}
      <bdi>{[subject, text].filter(Boolean).join(' · ')}</bdi>{' '}
      <span className={styles['soft']}>{who}</span>
    </span>
  );
}
