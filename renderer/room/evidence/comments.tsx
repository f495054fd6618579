import { useState } from 'react';
import { useStore } from 'zustand';
import { commentThing } from '../../../shared/facts/comment.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { LinkedText } from '../linked-text.tsx';
import { runCommand } from '../run-command.ts';
import { useRow } from '../rows.ts';
import { useDraft } from '../session.ts';
import { useWriteBlock } from '../write-block.ts';
import { evidenceStore, type EvidenceTarget } from './evidence-store.ts';
import styles from './evidence.module.css';

/** How many comments an entry has, and the newest; nothing where it has none. */
export function CommentMark(props: { readonly entry: string }) {
  const t = useText();
  const items = useRow('comments', commentThing(props.entry))?.items ?? [];
  const newest = items.at(-1);
  if (newest === undefined) return null;
  return (
    <>
      <Badge tone="info">{t('comments.count', { count: items.length })}</Badge>
      <span className={styles['latest']} data-testid="entry-comment">
        <ForeignText text={newest.by} />: <ForeignText text={newest.text} />
      </span>
    </>
  );
}

/** What was said of an entry, oldest first, and a field for more. */
export function Comments(props: { readonly entry: string; readonly isFocused?: boolean }) {
  const t = useText();
  const block = useWriteBlock();
  const [draft, setDraft] = useDraft(`comment.${props.entry}`);
  const [isBusy, setBusy] = useState(false);
  const items = useRow('comments', commentThing(props.entry))?.items ?? [];
  const write = async (): Promise<void> => {
    const text = draft.trim();
    if (text === '' || isBusy) return;
    setBusy(true);
    const answer = await runCommand({ name: 'comment.write', entry: props.entry, text });
    setBusy(false);
    if (answer.done) setDraft('');
  };
  return (
    <section className={styles['comments']} aria-label={t('comments.title')}>
      {items.length === 0 ? null : (
        <ul className={styles['commentList']}>
          {items.map((item) => (
            <li key={item.factId} className={styles['comment']} data-testid="comment">
              <span className={styles['soft']}>
                <ForeignText text={item.by} /> <Time moment={item.at} />{' '}
                <SentMark sent={item.sent} isWordHidden />
              </span>
              <LinkedText text={item.text} keepLines />
            </li>
          ))}
        </ul>
      )}
      {block === null ? (
        <>
          <TextArea
            label={t('comments.write')}
            value={draft}
            onChange={setDraft}
            rows={2}
            autoFocus={props.isFocused}
            onSubmit={() => void write()}
            testId="comment-text"
          />
          <Button
            size="s"
            shortcut="Ctrl+Enter"
            isDisabled={draft.trim() === '' || isBusy}
            onPress={() => void write()}
            testId="comment-save"
          >
            {t('comments.save')}
          </Button>
        </>
      ) : null}
    </section>
  );
}

/** The comments of the chosen entry, where it has no card beside it. */
export function CommentsDialog() {
  const t = useText();
  const commenting: EvidenceTarget | null = useStore(evidenceStore, (state) => state.commenting);
  if (commenting === null) return null;
  return (
    <Dialog
      title={t('comments.of')}
      isOpen
      onClose={() => evidenceStore.setState({ commenting: null })}
      testId="comments-dialog"
    >
      <p>
        <ForeignText text={commenting.label} keepLines />
      </p>
      <Comments entry={commenting.of} isFocused />
    </Dialog>
  );
}
