import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { LinkedText } from '../../room/linked-text.tsx';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Icon } from '../../kit/icons.tsx';
import { SentMark, SeverityMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { AttachmentStrip } from '../../room/evidence/attachment-strip.tsx';
import { Comments } from '../../room/evidence/comments.tsx';
import { attachTo } from '../../room/evidence/evidence-store.ts';
import { goTo } from '../../room/navigation.ts';
import { isNote, pinOrUnpin, reviewEntry, showThing, startCorrection } from './entry-actions.ts';
import styles from './entry-card.module.css';
import { useNames } from '../../room/names.ts';
import { Marks } from './entry-list.tsx';
import { entryText, iconOf, severityOf } from '../../room/entry-text.ts';
import { NoteHistory } from './note-history.tsx';
import { targetOf } from './entry-target.ts';
import { timelineStore } from './timeline-store.ts';

/** Everything about the chosen entry: both times, who, what was said, and what can be done. */
export function EntryCard() {
  const t = useText();
  const entry = useStore(timelineStore, (state) => state.current);
  return (
    <Panel title={t('timeline.card')} isPadded testId="entry-card">
      {entry === null ? (
        <EmptyState
          icon="timeline"
          title={t('timeline.card.none.title')}
          why={t('timeline.card.none.why')}
        />
      ) : (
        <Details key={entry.id} entry={entry} />
      )}
    </Panel>
  );
}

function Details(props: { readonly entry: TimelineEntry }) {
  const t = useText();
  const { entry } = props;
  const said = entryText(entry, t, useNames(entry));
  const severity = severityOf(entry);
  const target = targetOf(entry, said);
  return (
    <div className={styles['card']} {...attachTo(target)}>
      <p className={styles['kind']}>
        {severity === null ? (
          <Icon name={iconOf(entry.kind)} size="s" />
        ) : (
          <SeverityMark severity={severity} />
        )}
        {said.kind}
        <Marks entry={entry} />
      </p>
      <p className={styles['saying']}>
        {said.subject === null ? null : (
          <strong>
            <ForeignText text={said.subject} />
          </strong>
        )}{' '}
        <LinkedText text={said.text} keepLines />
      </p>
      <div className={styles['actions']}>
        <Button size="s" icon="clock" shortcut="V" onPress={() => reviewEntry(entry)}>
          {t('timeline.review')}
        </Button>
        <Button size="s" icon="pin" shortcut="P" onPress={() => void pinOrUnpin(entry)}>
          {t(entry.pinned ? 'timeline.unpin' : 'timeline.pin')}
        </Button>
        {isNote(entry) ? (
          <Button size="s" icon="note" shortcut="C" onPress={() => startCorrection(entry)}>
            {t('timeline.correct')}
          </Button>
        ) : (
          <Button
            size="s"
            icon="desk"
            onPress={() => {
              showThing(entry);
              goTo('desk');
            }}
          >
            {t('timeline.card.show')}
          </Button>
        )}
      </div>
      <AttachmentStrip of={entry.id} label={target.label} />
      <Comments entry={entry.id} />
      <dl className={styles['fields']}>
        <Field name={t('timeline.card.happened')}>
          <Time moment={entry.at} /> (<Age moment={entry.at} />)
        </Field>
        <Field name={t('timeline.card.heard')}>
          <Time moment={entry.heardAt} />
        </Field>
        <Field name={t('timeline.card.seen')}>
          <Time moment={entry.seenAt} />
        </Field>
        <Field name={t('timeline.card.who')}>
          <ForeignText text={said.who} />
        </Field>
        {said.services.length === 0 ? null : (
          <Field name={t('timeline.card.services')}>
            <ForeignText text={said.services.join(', ')} />
          </Field>
        )}
        {entry.sent === 'none' ? null : (
          <Field name={t('timeline.card.sent')}>
            {entry.sent === 'sent' ? t('kit.sent.sent') : <SentMark sent={entry.sent} />}
          </Field>
        )}
      </dl>
      {isNote(entry) ? (
        <NoteHistory
          thing={entry.thing}
          version={`${entry.currentText ?? ''} ${String(entry.at)}`}
        />
      ) : null}
      <details className={styles['raw']}>
        <summary>{t('timeline.card.fields')}</summary>
        <pre className={styles['json']}>
          <ForeignText text={JSON.stringify(entry.body, null, 2)} keepLines />
        </pre>
      </details>
    </div>
  );
}

function Field(props: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  );
}
