import { useStore } from 'zustand';
import { text as translate, useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { shell } from '../../room/core.ts';
import { copyText } from '../../room/clipboard.ts';
import { askLink, runStore } from './run-store.ts';
import styles from './document.module.css';
import { visibleText } from '../../kit/visible-text.ts';

/** Shows where a link really leads before the system's browser opens it. */
export function LinkDialog() {
  const t = useText();
  const url = useStore(runStore, (state) => state.link);
  if (url === null) return null;
  const isOpenable = /^(https|mailto):/i.test(url);
  const close = (): void => askLink(null);
  return (
    <Dialog
      title={t('runbooks.link.title')}
      isOpen
      onClose={close}
      testId="link-dialog"
      actions={
        <>
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button
            icon="copy"
            onPress={() => {
              void copyText(url);
              close();
            }}
          >
            {t('runbooks.link.copy')}
          </Button>
          <Button
            look="primary"
            icon="external"
            isDisabled={!isOpenable}
            autoFocus
            onPress={() => {
              close();
              void openLink(url);
            }}
            testId="link-open"
          >
            {t('runbooks.link.open')}
          </Button>
        </>
      }
    >
      <p>{t('runbooks.link.why')}</p>
      <p className={styles['address']} dir="ltr">
        <Address url={url} />
      </p>
      {isOpenable ? null : <Banner tone="warning" title={t('runbooks.link.plain')} />}
    </Dialog>
  );
}

/** The address with its host set apart. */
function Address(props: { readonly url: string }) {
  const parts = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/is.exec(props.url);
  if (!parts) return visibleText(props.url);
  const [, before = '', host = '', after = ''] = parts;
  return (
    <>
      {visibleText(before)}
      <strong>{visibleText(host)}</strong>
      {visibleText(after)}
    </>
  );
}

async function openLink(url: string): Promise<void> {
  const { opened } = await shell('shell.open-link', { url }).catch(() => ({ opened: false }));
  if (!opened) {
    showToast({ tone: 'warning', title: translate('runbooks.link.failed'), body: url });
  }
}
