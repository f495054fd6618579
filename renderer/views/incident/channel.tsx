import { text, useText } from '../../i18n/text.ts';
import { IconButton } from '../../kit/button.tsx';
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
        <IconButton
          size="s"
          icon="external"
          label={t('incident.channel.open', { address: value })}
          onPress={() => void openAddress(value)}
          testId="channel-open"
        />
      ) : null}
      <IconButton
        size="s"
        icon="copy"
        label={t('incident.channel.copy', { address: value })}
        onPress={() => void copyText(value)}
      />
    </span>
  );
}

async function openAddress(url: string): Promise<void> {
  const { opened } = await shell('shell.open-link', { url }).catch(() => ({ opened: false }));
  if (!opened) showToast({ tone: 'warning', title: text('incident.channel.failed'), body: url });
}
