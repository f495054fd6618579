import { useMemo, useState } from 'react';
import type { RollCallRow } from '../../../shared/ipc/rows.ts';
import { nameKey, type Reach } from '../../../shared/people/directory.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { runCommand } from '../../room/run-command.ts';
import { closePeopleDialog } from './people-store.ts';
import styles from './people.module.css';

/** An answer with a word to it, or somebody who came without being called. */
export function AnswerDialog(props: {
  readonly call: RollCallRow;
  /** Whom it is about; null: somebody who is not on the list. */
  readonly person: string | null;
  readonly directory: readonly Reach[];
}) {
  const t = useText();
  const { call, directory } = props;
  const known = call.people.find((one) => one.person === props.person);
  const [person, setPerson] = useState(known?.person ?? '');
  const [team, setTeam] = useState(known?.team ?? '');
  const [comment, setComment] = useState(known?.comment ?? '');
  const [isBusy, setBusy] = useState(false);
  const names = useMemo(() => directory.map((reach) => reach.person), [directory]);
  const isReady = person.trim() !== '' && !isBusy;
  const save = async (present: boolean): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    const name = person.trim().slice(0, 200);
    const listed = call.people.find((one) => nameKey(one.person) === nameKey(name));
    const inBook = directory.find((reach) => nameKey(reach.person) === nameKey(name));
    const answer = await runCommand({
      name: 'roll-call.answer',
      rollCall: call.key,
      person: listed?.person ?? name,
      team: (team.trim() || listed?.team || inBook?.team || '').slice(0, 100),
      present,
      comment: comment.trim().slice(0, 1_000),
    });
    setBusy(false);
    if (answer.done) closePeopleDialog();
  };
  return (
    <Dialog
      title={t(known === undefined ? 'people.answer.join' : 'people.answer.title')}
      isOpen
      onClose={closePeopleDialog}
      testId="answer-dialog"
      actions={
        <>
          <Button onPress={closePeopleDialog}>{t('kit.cancel')}</Button>
          <Button isDisabled={!isReady} onPress={() => void save(false)} testId="answer-absent">
            {t('people.absent')}
          </Button>
          <Button
            look="primary"
            shortcut="Enter"
            isDisabled={!isReady}
            onPress={() => void save(true)}
            testId="answer-present"
          >
            {t('people.present')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <TextField
          label={t('people.column.person')}
          value={person}
          onChange={setPerson}
          isDisabled={known !== undefined}
          suggestions={names}
          onSubmit={() => void save(true)}
          autoFocus={known === undefined}
          testId="answer-person"
        />
        {known === undefined ? (
          <TextField
            label={t('people.column.team')}
            value={team}
            onChange={setTeam}
            onSubmit={() => void save(true)}
            testId="answer-team"
          />
        ) : null}
        <TextField
          label={t('people.answer.comment')}
          value={comment}
          onChange={setComment}
          onSubmit={() => void save(true)}
          autoFocus={known !== undefined}
          testId="answer-comment"
        />
      </div>
    </Dialog>
  );
}
