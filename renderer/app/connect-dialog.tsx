import { useText } from '../i18n/text.ts';
import { Dialog } from '../kit/dialog.tsx';
import { closeDialog } from '../room/navigation.ts';
import { ConnectForm } from '../views/start/connect-form.tsx';
import { connect } from '../room/room-actions.ts';

/** Another gateway, or the same one with another token. */
export function ConnectDialog() {
  const t = useText();
  return (
    <Dialog title={t('connect.title')} size="s" isOpen onClose={closeDialog} testId="connect">
      <ConnectForm
        onConnect={async (address, token, remember) => {
          const reason = await connect(address, token, remember);
          if (reason === null) closeDialog();
          return reason;
        }}
      />
    </Dialog>
  );
}
