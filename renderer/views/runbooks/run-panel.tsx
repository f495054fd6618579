import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Panel } from '../../kit/panel.tsx';
import { goTo } from '../../room/navigation.ts';
import { usePosition } from '../../room/position.ts';
import { useRowList } from '../../room/rows.ts';
import { useSelection } from '../../room/selection.ts';
import { AlertOffer } from './alert-offer.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { RunView } from './run-view.tsx';
import { openRun, runStore, startRunbookFor } from './run-store.ts';
import { useShownRun } from './shown-run.ts';
import { visibleText } from '../../kit/visible-text.ts';

const MENU_LIMIT = 12;

/** The run that goes on, on the desk. */
export function RunPanel() {
  const t = useText();
  const run = useShownRun();
  const runs = useRowList('runs');
  const offer = useStore(runStore, (state) => state.offer);
  const offers = useStore(runStore, (state) => state.offers);
  const position = usePosition();
  const { thing } = useSelection();
  const alert = thing?.startsWith('alert:') ? thing : null;
  const isLive = position.mode === 'live';
  const running = runs.filter((row) => row.status === 'running').length;
  const others = [...runs].reverse().slice(0, MENU_LIMIT);
  return (
    <Panel
      title={t('run.title')}
      isScrolled={false}
      testId="run-panel"
      toolbar={
        <>
          {runs.length > 1 ? (
            <Menu
              label={t('run.others')}
              trigger={
                <Button size="s" look="quiet" icon="chevron-down" testId="run-others">
                  {`${t('run.others')} ${String(running)}`}
                </Button>
              }
              entries={others.map((row) => ({
                id: row.key,
                label: `${visibleText(row.title)} · ${t(`run.status.${row.status}`)}`,
                run: () => openRun(row.key),
              }))}
            />
          ) : null}
          {alert !== null && isLive && offer === null ? (
            <Button
              size="s"
              icon="play"
              onPress={() => startRunbookFor(alert)}
              testId="start-for-alert"
            >
              {t('run.none.start')}
            </Button>
          ) : null}
          <Button size="s" look="quiet" icon="runbooks" onPress={() => goTo('runbooks')}>
            {t('runbooks.library')}
          </Button>
        </>
      }
    >
      {offer !== null ? (
        <AlertOffer key={`${offer} ${String(offers)}`} alert={offer} />
      ) : run ? (
        <RunView run={run} size="panel" />
      ) : (
        <EmptyState
          icon="runbooks"
          title={t(isLive ? 'run.none.title' : 'run.noneAt.title')}
          why={t('run.none.why')}
        />
      )}
      <LinkDialog />
    </Panel>
  );
}
