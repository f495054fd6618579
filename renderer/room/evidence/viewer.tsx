import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { attachmentThing } from '../../../shared/facts/attachment.ts';
import type { AttachedItem } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatBytes } from '../../kit/format.ts';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { runCommand } from '../run-command.ts';
import { useRow } from '../rows.ts';
import { useWriteBlock } from '../write-block.ts';
import { evidenceStore, viewEvidence } from './evidence-store.ts';
import styles from './evidence.module.css';
import { readBytes } from './files.ts';
import { Picture } from './picture.tsx';

/** Text beyond this is not drawn (UTF-16 code units): nobody reads it here. */
const TEXT_SHOWN = 200_000;

/** One attachment, large; the arrow keys go through the others of the same entry or thing. */
export function EvidenceViewer() {
  const viewing = useStore(evidenceStore, (state) => state.viewing);
  return viewing === null ? null : <Viewer key={viewing.of} {...viewing} />;
}

function Viewer(props: { readonly of: string; readonly sha256: string }) {
  const t = useText();
  const row = useRow('attachments', attachmentThing(props.of));
  const items = row?.items ?? [];
  const place = items.findIndex(({ sha256 }) => sha256 === props.sha256);
  const item = items[place];
  const close = (): void => evidenceStore.setState({ viewing: null });
  const go = (by: number): void => {
    const next = items[place + by];
    if (next) viewEvidence(props.of, next.sha256);
  };
  return (
    <Dialog
      title={item?.name ?? t('evidence.title')}
      isOpen
      size="l"
      onClose={close}
      testId="evidence-viewer"
      actions={
        <>
          <span
            className={styles['place']}
          >{`${String(place + 1)} / ${String(items.length)}`}</span>
          <IconButton
            icon="chevron-left"
            label={t('evidence.previous')}
            shortcut="ArrowLeft"
            isDisabled={place <= 0}
            onPress={() => go(-1)}
          />
          <IconButton
            icon="chevron-right"
            label={t('evidence.next')}
            shortcut="ArrowRight"
            isDisabled={place >= items.length - 1}
            onPress={() => go(1)}
          />
          <Button look="primary" shortcut="Escape" onPress={close}>
            {t('kit.close')}
          </Button>
        </>
      }
    >
      <div role="presentation" tabIndex={-1} className={styles['viewer']} data-evidence-viewer>
        {item === undefined ? t('evidence.missing') : <Shown of={props.of} item={item} />}
      </div>
      <Keys onGo={go} place={place} />
    </Dialog>
  );
}

/** Arrow keys anywhere in the dialog but in a field; what is shown has the keyboard, to be scrolled. */
function Keys(props: { readonly onGo: (by: number) => void; readonly place: number }) {
  const { onGo, place } = props;
  useEffect(() => {
    document.querySelector<HTMLElement>('[data-evidence-viewer]')?.focus();
  }, [place]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.target instanceof HTMLInputElement) return;
      if (event.key === 'ArrowLeft') onGo(-1);
      else if (event.key === 'ArrowRight') onGo(1);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
  return null;
}

function Shown(props: { readonly of: string; readonly item: AttachedItem }) {
  const t = useText();
  const { item } = props;
  return (
    <>
      {item.withdrawn !== null ? (
        <p className={styles['withdrawn']}>
          {t('evidence.withdrawn', { who: item.withdrawn.by })}{' '}
          <ForeignText text={item.withdrawn.reason} />
        </p>
      ) : item.type === 'text/plain' ? (
        <TextShown key={item.sha256} item={item} />
      ) : (
        <Picture
          key={item.sha256}
          sha256={item.sha256}
          type={item.type}
          label={item.caption ?? item.name}
          held={item.held}
          isThumbnail={false}
        />
      )}
      <div className={styles['about']}>
        {item.caption === null ? null : <ForeignText text={item.caption} keepLines />}
        <span className={styles['soft']}>
          <ForeignText text={item.by} /> <Time moment={item.at} /> · {formatBytes(item.size)} ·{' '}
          <code title={item.sha256}>{item.sha256.slice(0, 12)}</code> <SentMark sent={item.sent} />
        </span>
        {item.withdrawn === null ? <Withdraw of={props.of} sha256={item.sha256} /> : null}
      </div>
    </>
  );
}

function TextShown(props: { readonly item: AttachedItem }) {
  const t = useText();
  const [text, setText] = useState<string | null | undefined>(undefined);
  const { sha256, held } = props.item;
  useEffect(() => {
    let isOver = false;
    void readBytes(sha256).then((bytes) => {
      if (!isOver) setText(bytes === null ? null : new TextDecoder().decode(bytes));
    });
    return () => {
      isOver = true;
    };
  }, [sha256, held]);
  if (text === undefined) return null;
  if (text === null) return <p className={styles['gone']}>{t('evidence.missing')}</p>;
  return (
    <>
      <pre className={styles['text']} data-testid="evidence-text">
        <ForeignText text={text.slice(0, TEXT_SHOWN)} keepLines />
      </pre>
      {text.length > TEXT_SHOWN ? (
        <p className={styles['soft']}>{t('evidence.cut', { count: TEXT_SHOWN })}</p>
      ) : null}
    </>
  );
}

/** Takes an attachment back: what shows a secret must not stay on everybody's screen. */
function Withdraw(props: { readonly of: string; readonly sha256: string }) {
  const t = useText();
  const block = useWriteBlock();
  const [reason, setReason] = useState<string | null>(null);
  if (block !== null) return null;
  if (reason === null) {
    return (
      <Button
        size="s"
        look="quiet"
        icon="undo"
        onPress={() => setReason('')}
        testId="evidence-withdraw"
      >
        {t('evidence.withdraw')}
      </Button>
    );
  }
  const withdraw = async (): Promise<void> => {
    if (reason.trim() === '') return;
    const { of, sha256 } = props;
    const answer = await runCommand({ name: 'attachment.withdraw', of, sha256, reason });
    if (!answer.done) return;
    // The field that had the keyboard is gone: it stays in the dialog.
    document.querySelector<HTMLElement>('[data-evidence-viewer]')?.focus();
    setReason(null);
  };
  return (
    <TextField
      label={t('evidence.withdraw.reason')}
      hint={t('evidence.withdraw.hint')}
      value={reason}
      onChange={setReason}
      onSubmit={() => void withdraw()}
      autoFocus
      testId="evidence-reason"
    />
  );
}
