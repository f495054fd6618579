import { useState } from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import { refresh } from './entry-feed.ts';
import { noteText } from '../../room/entry-text.ts';
import { NoteHistory } from './note-history.tsx';
import { timelineStore } from './timeline-store.ts';

/** Corrects the text of a note; what it said before stays in its history. */
export function CorrectionDialog() {
  const correcting = useStore(timelineStore, (state) => state.correcting);
  return correcting === null ? null : <Correction key={correcting.id} entry={correcting} />;
}

function Correction(props: { readonly entry: TimelineEntry }) {
  const t = useText();
  const { entry } = props;
  const before = entry.currentText ?? noteText(entry);
  const [draft, setDraft] = useDraft(`timeline.correct.${entry.id}`);
  const [text, setText] = useState(draft === '' ? before : draft);
  const [isBusy, setIsBusy] = useState(false);
  const change = (next: string): void => {
    setText(next);
    setDraft(next === before ? '' : next);
  };
  const close = (): void => timelineStore.setState({ correcting: null });
  const isChanged = text.trim() !== '' && text.trim() !== before;
  const save = async (): Promise<void> => {
    if (!isChanged || isBusy) return;
    setIsBusy(true);
    const answer = await runCommand({ name: 'note.correct', note: entry.thing, text: text.trim() });
    setIsBusy(false);
    if (!answer.done) return;
    setDraft('');
    refresh();
    close();
  };
  return (
    <Dialog
      title={t('timeline.correct.title')}
      isOpen
      onClose={close}
      testId="correction-dialog"
      actions={
        <>
          <Button
            onPress={() => {
              setDraft('');
              close();
            }}
          >
            {t('kit.cancel')}
          </Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={!isChanged || isBusy}
            onPress={() => void save()}
            testId="correction-save"
          >
            {t('timeline.correct.save')}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('timeline.correct.text')}
        value={text}
        onChange={change}
        hint={t('timeline.correct.hint')}
        rows={4}
        autoFocus
        onSubmit={() => void save()}
        testId="correction-text"
      />
      <NoteHistory thing={entry.thing} />
    </Dialog>
  );
}
