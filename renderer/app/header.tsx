import { useText } from '../i18n/text.ts';
import { ClockStrip } from '../views/clock/clock-strip.tsx';
import { IncidentHeader } from '../views/incident/incident-header.tsx';
import { useIncident } from '../views/incident/incident-store.ts';
import { ActionReminder } from '../views/post-mortem/action-reminder.tsx';
import { ConnectionBlock } from './connection-block.tsx';
import { FailureBoundary } from './failure-boundary.tsx';
import styles from './header.module.css';
import { HeaderCadence } from './people-desk.tsx';
import { PositionBlock } from './position-block.tsx';
import { SourcesBlock } from './sources-block.tsx';

/** What must be seen from two metres: the incident, how far to trust the screen, and which moment. */
export function Header() {
  const t = useText();
  const incident = useIncident();
  return (
    <header className={styles['header']} aria-label={t('app.header')}>
      <div className={styles['incident']}>
        <FailureBoundary name={t('app.header')}>
          <IncidentHeader />
        </FailureBoundary>
      </div>
      <FailureBoundary name={t('updates.header')}>
        <HeaderCadence />
      </FailureBoundary>
      <FailureBoundary name={t('clock.title')}>
        <ClockStrip incident={incident} />
      </FailureBoundary>
      <ActionReminder />
      <ConnectionBlock />
      <SourcesBlock />
      <PositionBlock />
    </header>
  );
}
