import { useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Command } from '../../../shared/commands/command.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { closeForm } from './incident-store.ts';
import { reasonOf } from './reason.ts';
import styles from './incident.module.css';

interface Sending {
  readonly refusal: string | null;
  readonly isBusy: boolean;
  /** Sends one after the other; stops at the first that is refused. @returns whether all were done */
  readonly send: (...commands: readonly Command[]) => Promise<boolean>;
}

/** Sends what a form asks for, and keeps why it was refused. */
export function useSending(): Sending {
  const block = useWriteBlock();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  return {
    refusal,
    isBusy: isBusy || block !== null,
    send: async (...commands) => {
      if (isBusy || block !== null) return false;
      setBusy(true);
      for (const command of commands) {
        const answer = await runCommand(command);
        if (!answer.done) {
          setBusy(false);
          setRefusal(reasonOf(answer.code));
          return false;
        }
      }
      setBusy(false);
      return true;
    },
  };
}

/** A form about one incident: what it is about, what was refused, and the key that sends it. */
export function FormDialog(props: {
  readonly testId: string;
  readonly title: string;
  readonly incident: IncidentRow;
  readonly sending: Sending;
  /** The word on the button that sends it. */
  readonly saveLabel?: string;
  readonly isSaveDisabled?: boolean;
  readonly onSave: () => void;
  /** How Enter sends it; `Ctrl+Enter` where Enter begins a line. */
  readonly saveKey?: 'Enter' | 'Ctrl+Enter';
  readonly size?: 's' | 'm' | 'l';
  readonly otherActions?: ReactNode;
  /** Sees every key first; one that it prevents goes no further by itself. */
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly children: ReactNode;
}) {
  const t = useText();
  const block = useWriteBlock();
  const { sending, incident } = props;
  return (
    <Dialog
      title={props.title}
      isOpen
      onClose={closeForm}
      size={props.size ?? 'm'}
      testId={props.testId}
      actions={
        <>
          {props.otherActions}
          <Button onPress={closeForm}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut={props.saveKey ?? 'Enter'}
            isDisabled={sending.isBusy || (props.isSaveDisabled ?? false)}
            onPress={props.onSave}
            testId="incident-form-save"
          >
            {props.saveLabel ?? t('incident.form.save')}
          </Button>
        </>
      }
    >
      <div
        role="presentation"
        className={styles['form']}
        // On the way down: a group of radio buttons keeps every key to itself on the way up.
        onKeyDownCapture={(event) => {
          props.onKeyDown?.(event);
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
          const isRadio = (event.target as HTMLElement).matches('[type=radio]');
          if (isRadio || event.ctrlKey || event.metaKey) {
            event.preventDefault();
            event.stopPropagation();
            props.onSave();
          }
        }}
      >
        {block ? <Banner tone="review" title={t(`incident.blocked.${block}`)} /> : null}
        {sending.refusal === null ? null : (
          <Banner tone="critical" title={sending.refusal} testId="incident-form-refusal" />
        )}
        <p className={styles['which']}>
          <IncidentSeverityMark severity={incident.severity} />
          <ForeignText text={incident.title} className={styles['whichTitle']} />
        </p>
        {props.children}
      </div>
    </Dialog>
  );
}
