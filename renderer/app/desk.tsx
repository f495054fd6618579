import { Group, Panel as Sized, Separator, type Layout } from 'react-resizable-panels';
import { useText } from '../i18n/text.ts';
import { setLayout, useLayout } from '../room/session.ts';
import { AlertsPanel } from '../views/alerts/alerts-panel.tsx';
import { IncidentPanel } from '../views/incident/incident-panel.tsx';
import { MapView } from '../views/map/map-view.tsx';
import { RunPanel } from '../views/runbooks/run-panel.tsx';
import { TimelinePanel } from '../views/timeline/timeline-panel.tsx';
import styles from './desk.module.css';
import { FailureBoundary } from './failure-boundary.tsx';

/** The view in which an incident is led: map, timeline below, incident, alerts and run beside. */
export function DeskView() {
  const t = useText();
  const columns = useStoredLayout('desk.columns');
  const left = useStoredLayout('desk.left');
  const right = useStoredLayout('desk.right');
  return (
    <Group
      className={styles['desk']}
      id="desk-columns"
      orientation="horizontal"
      {...columns}
      aria-label={t('view.desk')}
    >
      <Sized id="main" className={styles['column']} defaultSize="68" minSize="30">
        <Group id="desk-left" orientation="vertical" {...left}>
          <Sized id="map" className={styles['part']} defaultSize="66" minSize="15">
            <FailureBoundary name={t('view.map')}>
              <MapView place="desk" />
            </FailureBoundary>
          </Sized>
          <Separator className={styles['horizontal']} aria-label={t('app.resize')} />
          <Sized id="timeline" className={styles['part']} defaultSize="34" minSize="10">
            <FailureBoundary name={t('view.timeline')}>
              <TimelinePanel />
            </FailureBoundary>
          </Sized>
        </Group>
      </Sized>
      <Separator className={styles['vertical']} aria-label={t('app.resize')} />
      <Sized id="side" className={styles['column']} defaultSize="32" minSize="18">
        <Group id="desk-right" orientation="vertical" {...right}>
          <Sized id="incident" className={styles['part']} defaultSize="28" minSize="8">
            <FailureBoundary name={t('commands.group.incident')}>
              <IncidentPanel />
            </FailureBoundary>
          </Sized>
          <Separator className={styles['horizontal']} aria-label={t('app.resize')} />
          <Sized id="alerts" className={styles['part']} defaultSize="32" minSize="10">
            <FailureBoundary name={t('view.alerts')}>
              <AlertsPanel />
            </FailureBoundary>
          </Sized>
          <Separator className={styles['horizontal']} aria-label={t('app.resize')} />
          <Sized id="run" className={styles['part']} defaultSize="40" minSize="10">
            <FailureBoundary name={t('view.runbooks')}>
              <RunPanel />
            </FailureBoundary>
          </Sized>
        </Group>
      </Sized>
    </Group>
  );
}

/** Sizes of a group as they were left, kept over a restart. */
function useStoredLayout(name: string): {
  defaultLayout?: Layout;
  onLayoutChanged: (layout: Layout) => void;
} {
  const stored = useLayout(name);
  const onLayoutChanged = (layout: Layout): void => setLayout(name, layout);
  return isLayout(stored) ? { defaultLayout: stored, onLayoutChanged } : { onLayoutChanged };
}

function isLayout(value: unknown): value is Layout {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((size) => typeof size === 'number')
  );
}
