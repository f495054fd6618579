import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import type { OnCall } from '../../../shared/people/directory.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';
import { runCommand } from '../../room/run-command.ts';
import { closePeopleDialog } from './people-store.ts';
import { MOST_EXPECTED, readExpected, suggestExpected, writeExpected } from './roll-call.ts';

/** Who is expected: filled in, corrected by hand, and called. */
export function StartDialog(props: {
  readonly incident: IncidentRow;
  readonly onCall: readonly OnCall[];
}) {
  const t = useText();
  const [text, setText] = useState(() =>
    writeExpected(suggestExpected(props.incident, props.onCall)),
  );
  const [isBusy, setBusy] = useState(false);
  const { expected, twice } = readExpected(text);
  const error =
    twice !== null
      ? t('people.start.twice', { name: twice })
      : expected.length > MOST_EXPECTED
        ? t('people.start.tooMany', { count: MOST_EXPECTED })
        : null;
  const isReady = error === null && expected.length > 0 && !isBusy;
  const start = async (): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    const answer = await runCommand({
      name: 'roll-call.start',
      incident: props.incident.key,
      expected,
    });
    setBusy(false);
    if (answer.done) closePeopleDialog();
  };
  return (
    <Dialog
      title={t('people.start.title')}
      isOpen
      onClose={closePeopleDialog}
      testId="roll-call-dialog"
      actions={
        <>
          <Button onPress={closePeopleDialog}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={!isReady}
            onPress={() => void start()}
            testId="roll-call-run"
          >
            {t('people.start.run')}
          </Button>
        </>
      }
    >
      <TextArea
        label={t('people.start.people')}
        value={text}
        onChange={setText}
        rows={12}
        hint={`${t('people.start.count', { count: expected.length })} · ${t('people.start.hint')}`}
        error={error}
        onSubmit={() => void start()}
        autoFocus
        testId="roll-call-people"
      />
    </Dialog>
  );
}
