import { useState, type ReactNode } from 'react';
import type { Command } from '../../../shared/commands/command.ts';
import { hasText, text, useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { closeDeskForm } from './desk-store.ts';
import styles from './forms.module.css';

/** What a form is to send; null while something in it is missing, which its fields then say. */
export type Submit = () => Command | null;

/** A form of the desk: title, what it is about, fields, and one command. Ctrl+Enter sends it. */
export function FormFrame(props: {
  readonly name: string;
  readonly title: string;
  /** The words of what it is about, as people wrote them. */
  readonly about?: string | undefined;
  readonly run: string;
  readonly submit: Submit;
  /** What happens after it was sent; the form closes by default. */
  readonly onDone?: (() => void) | undefined;
  /** Buttons beside the one that sends. */
  readonly more?: ReactNode;
  readonly isDanger?: boolean;
  readonly children: (send: () => void) => ReactNode;
}) {
  const t = useText();
  const block = useWriteBlock();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const send = async (): Promise<void> => {
    if (isBusy || block !== null) return;
    const command = props.submit();
    if (command === null) return;
    setBusy(true);
    const answer = await runCommand(command);
    setBusy(false);
    setRefusal(answer.done ? null : reasonOf(answer.code));
    if (answer.done) (props.onDone ?? closeDeskForm)();
  };
  const onSend = (): void => void send();

  return (
    <Dialog
      title={props.title}
      isOpen
      onClose={closeDeskForm}
      testId={`desk-form-${props.name}`}
      actions={
        <>
          {props.more}
          <Button onPress={closeDeskForm}>{t('kit.cancel')}</Button>
          <Button
            look={props.isDanger ? 'danger' : 'primary'}
            shortcut="Ctrl+Enter"
            isDisabled={isBusy || block !== null}
            onPress={onSend}
            testId="desk-form-run"
          >
            {props.run}
          </Button>
        </>
      }
    >
      <div
        role="presentation"
        className={styles['form']}
        onKeyDown={(event) => {
          // A field of one line has sent it already.
          if (event.isDefaultPrevented()) return;
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          event.stopPropagation();
          onSend();
        }}
      >
        {block ? <Banner tone="review" title={t(`desk.blocked.${block}`)} /> : null}
        {refusal === null ? null : (
          <Banner tone="critical" title={refusal} testId="desk-form-refusal" />
        )}
        {props.about ? (
          <p className={styles['about']}>
            <ForeignText text={props.about} />
          </p>
        ) : null}
        {props.children(onSend)}
      </div>
    </Dialog>
  );
}

/** The sentence for a refusal or an error; a code that nobody knows is shown as it is. */
function reasonOf(code: string): string {
  const key = [`refusal.${code}`, `error.${code}`].find(hasText);
  return key === undefined ? text('refusal.other', { code }) : text(key);
}
