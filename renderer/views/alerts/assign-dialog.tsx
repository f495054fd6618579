import { useState } from 'react';
import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { useSession } from '../../room/session.ts';
import { assign } from './alert-actions.ts';
import { alertsStore } from './alerts-store.ts';

/** Gives the chosen alerts to somebody, by name; an empty name takes them back. */
export function AssignDialog() {
  const dialog = useStore(alertsStore, (state) => state.dialog);
  return dialog?.kind === 'assign' ? <Open alerts={dialog.alerts} /> : null;
}

function Open(props: { readonly alerts: readonly string[] }) {
  const t = useText();
  const session = useSession();
  const [to, setTo] = useState(session?.person ?? '');
  const close = (): void => alertsStore.setState({ dialog: null });
  const save = (): void => {
    void assign(props.alerts, to.trim() === '' ? null : to.trim());
    close();
  };
  return (
    <Dialog
      title={t('alerts.assign.title', { count: props.alerts.length })}
      isOpen
      onClose={close}
      size="s"
      testId="assign-dialog"
      actions={
        <>
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button look="primary" onPress={save} testId="assign-save">
            {t(to.trim() === '' ? 'alerts.assign.nobody' : 'alerts.assign.do')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('alerts.assign.to')}
        value={to}
        onChange={setTo}
        hint={t('alerts.assign.hint')}
        autoFocus
        isPreselected
        onSubmit={save}
        testId="assign-to"
      />
    </Dialog>
  );
}
