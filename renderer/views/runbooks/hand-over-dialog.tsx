import { useMemo, useState } from 'react';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { runCommand } from '../../room/run-command.ts';
import { useRowList } from '../../room/rows.ts';

/** Gives a run to somebody else, with what they need to know. */
export function HandOverDialog(props: { readonly run: RunRow; readonly onClose: () => void }) {
  const t = useText();
  const { run, onClose } = props;
  const [to, setTo] = useState('');
  const [comment, setComment] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const contacts = useRowList('contacts');
  const people = useMemo(
    () => [...new Set(contacts.flatMap((row) => row.contacts.map(({ person }) => person)))].sort(),
    [contacts],
  );
  const submit = async (): Promise<void> => {
    setTried(true);
    if (to.trim() === '' || isBusy) return;
    setBusy(true);
    const answer = await runCommand({
      name: 'run.hand-over',
      run: run.key,
      to: to.trim(),
      comment: comment.trim(),
    });
    setBusy(false);
    if (answer.done) onClose();
  };
  return (
    <Dialog
      title={t('run.handOver.title')}
      size="s"
      isOpen
      onClose={onClose}
      testId="run-hand-over-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={isBusy}
            onPress={() => void submit()}
            testId="run-hand-over-confirm"
          >
            {t('run.handOver.run')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('run.handOver.to')}
        value={to}
        onChange={setTo}
        suggestions={people}
        error={isTried && to.trim() === '' ? t('run.handOver.missing') : null}
        onSubmit={() => void submit()}
        autoFocus
        testId="run-hand-over-to"
      />
      <TextArea
        label={t('run.handOver.comment')}
        value={comment}
        onChange={setComment}
        rows={3}
        onSubmit={() => void submit()}
        testId="run-hand-over-comment"
      />
    </Dialog>
  );
}
