import { text, useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { copyText } from '../../room/clipboard.ts';
import { shell } from '../../room/core.ts';
import styles from './incident.module.css';

/** Where people meet, in full: an address can be opened, a number or a name copied. */
export function Channel(props: { readonly value: string }) {
  const t = useText();
  const { value } = props;
  if (value === '') return <span className={styles['faint']}>{t('incident.channel.none')}</span>;
  // What may really leave the application the shell decides.
  const isLink = /^(https:\/\/|mailto:)/i.test(value);
  return (
    <span className={styles['channel']}>
      <ForeignText text={value} />
      {isLink ? (
        <Button
          size="s"
          look="quiet"
          icon="external"
          label={t('incident.channel.open.named', { address: value })}
          onPress={() => void openAddress(value)}
          testId="channel-open"
        >
          {t('incident.channel.open')}
        </Button>
      ) : null}
      <Button
        size="s"
        look="quiet"
        icon="copy"
        label={t('incident.channel.copy.named', { address: value })}
        onPress={() => void copyText(value)}
      >
        {t('incident.channel.copy')}
      </Button>
    </span>
  );
}

async function openAddress(url: string): Promise<void> {
  const { opened } = await shell('shell.open-link', { url }).catch(() => ({ opened: false }));
  if (!opened) showToast({ tone: 'warning', title: text('incident.channel.failed'), body: url });
}
