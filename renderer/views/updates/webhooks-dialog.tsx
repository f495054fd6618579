import { useState } from 'react';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { shell } from '../../room/core.ts';
import { useSession } from '../../room/session.ts';
import styles from './updates.module.css';
import { updatesStore } from './updates-store.ts';

/** Where this desk may send updates. */
export function WebhooksDialog() {
  const t = useText();
  const webhooks = useSession()?.webhooks ?? [];
  const [draft, setDraft] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const set = async (next: readonly string[]): Promise<void> => {
    const answer = await shell('shell.webhooks', { webhooks: [...next] }).catch(
      (error: unknown) => ({ reason: String(error) }),
    );
    setProblem(answer.reason ?? null);
    if (answer.reason === undefined) setDraft('');
  };
  return (
    <Dialog
      title={t('updates.webhooks.title')}
      isOpen
      onClose={() => updatesStore.setState({ areWebhooksOpen: false })}
      testId="webhooks-dialog"
    >
      <div className={styles['form']}>
        <p className={styles['soft']}>{t('updates.webhooks.what')}</p>
        {webhooks.map((webhook) => (
          <p key={webhook} className={styles['line']} data-testid="webhook">
            <ForeignText text={webhook} className={styles['mono']} />
            <Button
              size="s"
              look="quiet"
              label={`${t('updates.webhooks.remove')} ${webhook}`}
              onPress={() => void set(webhooks.filter((one) => one !== webhook))}
            >
              {t('updates.webhooks.remove')}
            </Button>
          </p>
        ))}
        <TextField
          label={t('updates.webhooks.add')}
          value={draft}
          onChange={(text) => {
            setDraft(text);
            setProblem(null);
          }}
          placeholder="status=https://chat.example.org/hooks/…"
          isMono
          error={problem}
          hint={t('updates.webhooks.hint')}
          onSubmit={() => void set([...webhooks, draft])}
          autoFocus
          testId="webhook-add"
        />
      </div>
    </Dialog>
  );
}
