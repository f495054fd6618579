import { useEffect, useRef, type RefObject } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import { useText } from '../i18n/text.ts';
import { classes } from '../kit/classes.ts';
import { dialogStore, useView, viewStore, type ViewName } from '../room/navigation.ts';
import { incidentForRun, useIncidentChoice } from '../room/chosen-incident.ts';
import { usePosition } from '../room/position.ts';
import { useRowList } from '../room/rows.ts';
import { ROOM_WAS_OPEN, setLayout, useLayout } from '../room/session.ts';
import { AlertsView } from '../views/alerts/alerts-view.tsx';
import { CommandOffers } from '../views/incident/command-offers.tsx';
import { MapView } from '../views/map/map-view.tsx';
import { PostMortemView } from '../views/post-mortem/post-mortem-view.tsx';
import { RecordView } from '../views/record/record-view.tsx';
import { RunbooksView } from '../views/runbooks/runbooks-view.tsx';
import { SourcesView } from '../views/sources/sources-view.tsx';
import { TimelineView } from '../views/timeline/timeline-view.tsx';
import { UnitsView } from '../views/units/units-view.tsx';
import { Banners } from './banners.tsx';
import { CommandDesk } from './command-desk.tsx';
import { DeskView } from './desk.tsx';
import { FailureBoundary } from './failure-boundary.tsx';
import styles from './frame.module.css';
import { Header } from './header.tsx';
import { PeopleDesk, UpdatesDesk } from './people-desk.tsx';
import { Rail } from './rail.tsx';

const VIEW_PARTS: Record<ViewName, () => React.ReactNode> = {
  desk: () => <DeskView />,
  command: () => <CommandDesk />,
  map: () => <MapView />,
  alerts: () => <AlertsView />,
  timeline: () => <TimelineView />,
  runbooks: () => <RunbooksView />,
  sources: () => <SourcesView />,
  record: () => <RecordView />,
  units: () => <UnitsView />,
  people: () => <PeopleDesk />,
  updates: () => <UpdatesDesk />,
  postmortem: () => <PostMortemView />,
};

/** Header above, rail at the left, one view; a frame around everything while under review. */
export function Frame() {
  const t = useText();
  const view = useView();
  const position = usePosition();
  useWindowTitle();
  useMarkOfUse();
  const main = useKeyboardInView(view);
  return (
    <div
      className={classes(styles['frame'], position.mode !== 'live' && styles['review'])}
      data-position={position.mode}
    >
      <Header />
      <div className={styles['middle']}>
        <Rail />
        <div className={styles['content']}>
          <CommandOffers />
          <Banners />
          <main
            ref={main}
            className={styles['view']}
            tabIndex={-1}
            aria-label={t(`view.${view}`)}
            data-view={view}
          >
            <VisuallyHidden elementType="h1">{t(`view.${view}`)}</VisuallyHidden>
            <FailureBoundary key={view} name={t(`view.${view}`)}>
              {VIEW_PARTS[view]()}
            </FailureBoundary>
          </main>
        </div>
      </div>
    </div>
  );
}

/** A desk that had a room is known again when it cannot be opened: that is no first start. */
function useMarkOfUse(): void {
  const wasInUse = useLayout(ROOM_WAS_OPEN) === true;
  useEffect(() => {
    if (!wasInUse) setLayout(ROOM_WAS_OPEN, true);
  }, [wasInUse]);
}

/** By then a dialog has given the keyboard back, if it could. */
const AFTER_DIALOG_MS = 150;

/** What takes the keyboard in a view that is made of one thing. */
const KEYBOARD_PLACES: Partial<Record<ViewName, string>> = {
  alerts: '[role=grid]',
  command: '[data-desk-row]',
  map: 'canvas[tabindex], [role=grid]',
  sources: '[role=grid]',
  units: '[role=grid]',
  people: '[role=grid]',
};

/**
 * Whoever changes the view by a shortcut goes on with the keyboard in it: where nothing has the
 * focus any more, the view's list or map takes it.
 */
function useKeyboardInView(view: ViewName): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) takeKeyboard(main.current, view);
  }, [view]);
  // A dialog gives the keyboard back to what opened it; where that is gone, the view takes it.
  useEffect(
    () =>
      dialogStore.subscribe(({ dialog }, before) => {
        if (dialog !== null || before.dialog === null) return;
        setTimeout(() => {
          if (document.activeElement === document.body) {
            takeKeyboard(main.current, viewStore.getState().view);
          }
        }, AFTER_DIALOG_MS);
      }),
    [],
  );
  return main;
}

/** The view's one list or map takes the keyboard; where there is none, the view as a whole. */
function takeKeyboard(main: HTMLElement | null, view: ViewName): void {
  const place = KEYBOARD_PLACES[view];
  const taker = place === undefined ? null : main?.querySelector<HTMLElement>(place);
  (taker ?? main)?.focus({ preventScroll: true });
}

/** The window's title says what the window is about, for the task bar and for screen readers. */
function useWindowTitle(): void {
  const t = useText();
  const isReview = usePosition().mode !== 'live';
  const incident = incidentForRun(useRowList('incidents'), useIncidentChoice()?.key ?? null);
  const parts = [
    isReview ? t('position.review') : null,
    incident ? `${incident.severity} ${incident.title}` : null,
    'Holdfast',
  ];
  const title = parts.filter((part) => part !== null).join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
