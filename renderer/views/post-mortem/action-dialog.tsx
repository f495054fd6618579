import { useState } from 'react';
import { useStore } from 'zustand';
import {
  followUpAimSchema,
  followUpStateSchema,
  type FollowUpState,
} from '../../../shared/facts/follow-up.ts';
import type { FollowUpRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { formatDate } from '../../kit/format.ts';
import { Select } from '../../kit/select.tsx';
import { useRow } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { readDay } from './day.ts';
import { closeAction, postMortemStore } from './post-mortem-store.ts';
import styles from './post-mortem.module.css';

const AIMS = followUpAimSchema.options;
const STATES = followUpStateSchema.options;

/** Opens or changes one action item. */
export function ActionDialog() {
  const action = useStore(postMortemStore, (state) => state.action);
  const row = useRow('followUps', action?.key ?? null);
  if (action === null || (action.key !== null && row === undefined)) return null;
  return <Open key={action.key ?? 'new'} incident={action.incident} row={row ?? null} />;
}

function Open(props: { readonly incident: string; readonly row: FollowUpRow | null }) {
  const t = useText();
  const { row } = props;
  const [text, setText] = useState(row?.text ?? '');
  const [owner, setOwner] = useState(row?.owner ?? '');
  const [due, setDue] = useState(row?.dueAt == null ? '' : formatDate(row.dueAt));
  const [aim, setAim] = useState(row?.aim ?? 'prevent');
  const [state, setState] = useState<FollowUpState>(row?.state ?? 'open');
  const [isTried, setTried] = useState(false);
  const dueAt = due.trim() === '' ? null : readDay(due);
  const isDueBad = dueAt === undefined;
  const save = async (): Promise<void> => {
    setTried(true);
    if (text.trim() === '' || dueAt === undefined) return;
    const what = { text: text.trim(), owner: owner.trim(), dueAt, aim };
    const answer = await runCommand(
      row === null
        ? { name: 'follow-up.open', incident: props.incident, ...what }
        : { name: 'follow-up.change', followUp: row.key, ...what, state },
    );
    if (answer.done) closeAction();
  };
  return (
    <Dialog
      title={t(row === null ? 'postmortem.action.new' : 'postmortem.action.edit')}
      isOpen
      onClose={closeAction}
      testId="pm-action"
      actions={
        <>
          <Button onPress={closeAction}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            onPress={() => void save()}
            testId="pm-action-save"
          >
            {t('postmortem.action.save')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <TextArea
          label={t('postmortem.action.text')}
          value={text}
          onChange={setText}
          rows={2}
          isRequired
          autoFocus
          error={isTried && text.trim() === '' ? t('postmortem.action.text.missing') : null}
          onSubmit={() => void save()}
          testId="pm-action-text"
        />
        <TextField
          label={t('postmortem.action.owner')}
          value={owner}
          onChange={setOwner}
          onSubmit={() => void save()}
          testId="pm-action-owner"
        />
        <TextField
          label={t('postmortem.action.due')}
          value={due}
          onChange={setDue}
          isMono
          hint={t('postmortem.action.due.how')}
          error={isTried && isDueBad ? t('postmortem.action.due.bad') : null}
          onSubmit={() => void save()}
          testId="pm-action-due"
        />
        <Select
          label={t('postmortem.action.aim')}
          value={aim}
          options={AIMS.map((value) => ({ value, label: t(`postmortem.action.aim.${value}`) }))}
          onChange={setAim}
        />
        {row === null ? null : (
          <Select
            label={t('postmortem.action.state')}
            value={state}
            options={STATES.map((value) => ({
              value,
              label: t(`postmortem.action.state.${value}`),
            }))}
            onChange={setState}
            testId="pm-action-state"
          />
        )}
      </div>
    </Dialog>
  );
}
