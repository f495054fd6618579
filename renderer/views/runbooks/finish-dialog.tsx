import { useState } from 'react';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { Runbook } from '../../../shared/runbooks/format.ts';
import type { RunPosition } from '../../../shared/runbooks/next-step.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { runCommand } from '../../room/run-command.ts';
import { LeftOutList } from './left-out.tsx';
import { leftOutOf } from './run-model.ts';
import { runStore } from './run-store.ts';

/** Ends a run for good, with what is still open said before. */
export function FinishDialog(props: {
  readonly run: RunRow;
  readonly runbook: Runbook;
  readonly position: RunPosition;
  readonly outcome: 'completed' | 'abandoned';
  readonly onClose: () => void;
}) {
  const t = useText();
  const { run, runbook, position, outcome, onClose } = props;
  const [isBusy, setBusy] = useState(false);
  const open = leftOutOf(runbook, run, position).length > 0;
  const word = outcome === 'completed' ? 'finish' : 'abandon';
  const end = async (): Promise<void> => {
    setBusy(true);
    // It stays on the screen: what became of it is to be read now.
    runStore.setState({ run: run.key, side: 'run' });
    const answer = await runCommand({ name: 'run.finish', run: run.key, outcome });
    setBusy(false);
    if (answer.done) onClose();
  };
  return (
    <Dialog
      title={t(`run.${word}.title`)}
      role="alertdialog"
      size="s"
      isOpen
      onClose={onClose}
      testId="run-end-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t('kit.cancel')}</Button>
          <Button
            look={outcome === 'completed' ? 'primary' : 'danger'}
            autoFocus
            isDisabled={isBusy}
            onPress={() => void end()}
            testId="run-end-confirm"
          >
            {t(outcome === 'completed' ? 'run.finish' : 'run.abandon.run')}
          </Button>
        </>
      }
    >
      {outcome === 'abandoned' ? <p>{t('run.abandon.why')}</p> : null}
      {open ? <p>{t('run.finish.why')}</p> : null}
      <LeftOutList run={run} runbook={runbook} position={position} />
      {!open && outcome === 'completed' ? <p>{t('run.finish.ready')}</p> : null}
    </Dialog>
  );
}
