import { useState } from 'react';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { runCommand } from '../../room/run-command.ts';

/** Takes what people wrote out of the library; what runs are pinned to stays. */
export function RetireDialog(props: { readonly row: RunbookRow; readonly onClose: () => void }) {
  const t = useText();
  const { row, onClose } = props;
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const submit = async (): Promise<void> => {
    setTried(true);
    if (reason.trim() === '') return;
    const { fileName, replaces } = row;
    const answer = await runCommand({
      name: 'runbook.retire',
      fileName,
      replaces: [...replaces],
      reason: reason.trim(),
    });
    if (answer.done) onClose();
  };
  return (
    <Dialog
      title={t('runbooks.retire.title')}
      role="alertdialog"
      size="s"
      isOpen
      onClose={onClose}
      testId="runbook-retire-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t('kit.cancel')}</Button>
          <Button look="danger" onPress={() => void submit()} testId="runbook-retire-confirm">
            {t('runbooks.retire.run')}
          </Button>
        </>
      }
    >
      <p>{t('runbooks.retire.why')}</p>
      <TextField
        label={t('runbooks.retire.reason')}
        value={reason}
        onChange={setReason}
        error={isTried && reason.trim() === '' ? t('step.reason.missing') : null}
        onSubmit={() => void submit()}
        autoFocus
        testId="runbook-retire-reason"
      />
    </Dialog>
  );
}
