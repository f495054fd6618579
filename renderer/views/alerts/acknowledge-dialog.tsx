import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';
import { useDraft } from '../../room/session.ts';
import { acknowledge, withdraw } from './alert-actions.ts';
import { alertsStore } from './alerts-store.ts';

/** Acknowledges or withdraws with a comment. */
export function AcknowledgeDialog() {
  const t = useText();
  const dialog = useStore(alertsStore, (state) => state.dialog);
  const [comment, setComment] = useDraft('alerts.comment');
  if (dialog?.kind !== 'acknowledge' && dialog?.kind !== 'withdraw') return null;
  const isWithdrawal = dialog.kind === 'withdraw';
  const count = dialog.alerts.length;
  const close = (): void => alertsStore.setState({ dialog: null });
  const save = (): void => {
    void (isWithdrawal ? withdraw : acknowledge)(dialog.alerts, comment);
    setComment('');
    close();
  };
  return (
    <Dialog
      title={t(isWithdrawal ? 'alerts.dialog.withdrawTitle' : 'alerts.dialog.title', { count })}
      isOpen
      onClose={close}
      size="s"
      testId="acknowledge-dialog"
      actions={
        <>
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button look="primary" shortcut="Ctrl+Enter" onPress={save} testId="acknowledge-save">
            {t(isWithdrawal ? 'alerts.withdraw' : 'alerts.acknowledge')}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('alerts.dialog.comment')}
        value={comment}
        onChange={setComment}
        hint={t('alerts.dialog.hint')}
        rows={2}
        autoFocus
        isPreselected
        onSubmit={save}
        testId="acknowledge-comment"
      />
    </Dialog>
  );
}
