import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextField } from '../../kit/field.tsx';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm } from './incident-store.ts';

/** Where people meet. */
export function ChannelsForm(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const sending = useSending();
  const [bridge, setBridge] = useState(incident.bridge);
  const [chat, setChat] = useState(incident.chat);
  const save = async (): Promise<void> => {
    const isDone = await sending.send({
      name: 'incident.set-channels',
      incident: incident.key,
      bridge: bridge.trim(),
      chat: chat.trim(),
    });
    if (isDone) closeForm();
  };
  return (
    <FormDialog
      testId="incident-form-channels"
      title={t('incident.form.channels.title')}
      incident={incident}
      sending={sending}
      onSave={() => void save()}
    >
      <TextField
        label={t('incident.bridge')}
        value={bridge}
        onChange={(next) => setBridge(next.slice(0, 500))}
        hint={t('incident.form.bridge.hint')}
        onSubmit={() => void save()}
        autoFocus
        testId="channels-bridge"
      />
      <TextField
        label={t('incident.chat')}
        value={chat}
        onChange={(next) => setChat(next.slice(0, 500))}
        hint={t('incident.form.chat.hint')}
        onSubmit={() => void save()}
        testId="channels-chat"
      />
    </FormDialog>
  );
}
