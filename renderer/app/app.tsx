import { I18nProvider } from 'react-aria-components';
import { useText } from '../i18n/text.ts';
import { KitTextContext } from '../kit/kit-text.ts';
import { Spinner } from '../kit/spinner.tsx';
import { ToastRegion } from '../kit/toast-region.tsx';
import { useSession } from '../room/session.ts';
import { StepActionContext } from '../room/step-action.ts';
import { ExecutionPanel } from '../views/actions/execution-panel.tsx';
import { StartView } from '../views/start/start-view.tsx';
import styles from './app.module.css';
import { EvidenceLayer } from '../room/evidence/evidence-layer.tsx';
import { ImportLogDialog } from '../views/imports/import-log-dialog.tsx';
import { AppCommands } from './app-commands.tsx';
import { CommandDeskParts } from './command-desk.tsx';
import { FileDrop } from './file-drop.tsx';
import { Dialogs } from './dialogs.tsx';
import { FailureBoundary } from './failure-boundary.tsx';
import { Frame } from './frame.tsx';
import { PeopleParts } from './people-desk.tsx';

/** The first start, or the room. */
export function App() {
  const t = useText();
  const session = useSession();
  return (
    <I18nProvider locale={session?.language ?? 'en'}>
      <KitTextContext value={t}>
        <FailureBoundary>
          {session === null ? (
            <div className={styles['opening']}>
              <Spinner label={t('app.loading')} />
            </div>
          ) : session.room === 'none' ? (
            <StartView />
          ) : (
            <StepActionContext value={ExecutionPanel}>
              <Frame />
            </StepActionContext>
          )}
          {session !== null ? <AppCommands /> : null}
          {session !== null && session.room !== 'none' ? (
            <>
              <FileDrop />
              <CommandDeskParts />
              <PeopleParts />
              <EvidenceLayer />
              <ImportLogDialog />
            </>
          ) : null}
          <Dialogs />
        </FailureBoundary>
        <ToastRegion />
      </KitTextContext>
    </I18nProvider>
  );
}
