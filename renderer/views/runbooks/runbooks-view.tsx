import { useMemo } from 'react';
import { Group, Panel as Sized, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { formatClock } from '../../kit/format.ts';
import { Panel } from '../../kit/panel.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { chooseRunbookFolder } from '../../room/room-actions.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import { sessionStore, useSession } from '../../room/session.ts';
import { AlertOffer } from './alert-offer.tsx';
import styles from './library.module.css';
import { Coverage } from './coverage.tsx';
import { editorStore, newRunbook } from './edited.ts';
import { RunbookEditor } from './editor.tsx';
import { ImportPanel } from './import-panel.tsx';
import { importStore, readRunbookFiles } from './imports.ts';
import { Library } from './library.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { RunView } from './run-view.tsx';
import { sortRuns } from './run-model.ts';
import { openRun, runStore } from './run-store.ts';
import { RunbookPreview } from './runbook-preview.tsx';
import { useShownRun } from './shown-run.ts';
import { visibleText } from '../../kit/visible-text.ts';

/** The library of runbooks and the runs, the one that is looked at beside them. */
export function RunbooksView() {
  const files = useStore(importStore, (state) => state.files);
  const field = useStore(editorStore, (state) => state.field);
  useImportCommand();
  return (
    <>
      {files !== null ? (
        <ImportPanel files={files} />
      ) : field !== null ? (
        <RunbookEditor key={field} field={field} />
      ) : (
        <LibraryView />
      )}
      <LinkDialog />
    </>
  );
}

function LibraryView() {
  const t = useText();
  const runs = useRowList('runs');
  const runbooks = useRowList('runbooks');
  return (
    <Group id="runbooks-columns" orientation="horizontal" className={styles['view']}>
      <Sized id="list" className={styles['column']} defaultSize="46" minSize="25">
        <Panel
          title={t('runbooks.title')}
          isScrolled={false}
          testId="runbooks-view"
          toolbar={<Toolbar />}
        >
          <Tabs
            className={styles['tabs'] ?? ''}
            label={t('runbooks.title')}
            tabs={[
              {
                id: 'library',
                label: t('runbooks.library'),
                count: runbooks.length,
                content: <Library />,
              },
              { id: 'runs', label: t('runbooks.runs'), count: runs.length, content: <Runs /> },
              { id: 'coverage', label: t('coverage.title'), content: <Coverage /> },
            ]}
          />
        </Panel>
      </Sized>
      <Separator className={styles['separator']} aria-label={t('app.resize')} />
      <Sized id="side" className={styles['column']} defaultSize="54" minSize="25">
        <Side />
      </Sized>
    </Group>
  );
}

/** Import by a command and a dialog; files that are dropped take the same way. */
function useImportCommand(): void {
  useCommands([
    {
      id: 'runbooks.import',
      group: 'runbooks',
      titleKey: 'import.runbooks.command',
      shortcut: 'Alt+I',
      isEnabled: () => isRoomOpen(),
      run: chooseFiles,
    },
    {
      id: 'runbooks.new',
      group: 'runbooks',
      titleKey: 'editor.new',
      shortcut: 'Alt+N',
      isEnabled: () => isRoomOpen(),
      run: newRunbook,
    },
  ]);
}

/** Asks for files; a picker of the page needs no path and gives none away. */
function chooseFiles(): void {
  document.querySelector<HTMLInputElement>('input[data-runbook-files]')?.click();
}

function Toolbar() {
  const t = useText();
  const folder = useSession()?.runbookFolder ?? null;
  return (
    <>
      {folder === null ? null : (
        <span className={styles['folder']} title={folder}>
          {t('runbooks.folder.now', { path: folder })}
        </span>
      )}
      <Button size="s" icon="plus" onPress={newRunbook} testId="runbook-new">
        {t('editor.new')}
      </Button>
      <Button size="s" icon="file" onPress={chooseFiles} testId="runbook-import">
        {t('import.runbooks.run')}
      </Button>
      <input
        type="file"
        multiple
        hidden
        accept=".md,.markdown,.yaml,.yml,.json"
        aria-label={t('import.runbooks.command')}
        data-runbook-files
        data-testid="runbook-files"
        onChange={(event) => {
          void readRunbookFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <Button
        size="s"
        look="quiet"
        icon="folder"
        onPress={() => void chooseRunbookFolder()}
        testId="runbook-folder"
      >
        {t('runbooks.folder')}
      </Button>
    </>
  );
}

function Side() {
  const t = useText();
  const { offer, side, runbook } = useStore(runStore);
  const row = useRow('runbooks', runbook);
  const run = useShownRun();
  if (offer !== null) {
    return (
      <Panel title={t('run.title')} testId="runbooks-side">
        <AlertOffer key={offer} alert={offer} />
      </Panel>
    );
  }
  if (side === 'runbook' && row) {
    return (
      <section className={styles['side']} data-testid="runbooks-side">
        <RunbookPreview key={row.key} row={row} />
      </section>
    );
  }
  return (
    <Panel title={t('run.title')} isScrolled={false} testId="runbooks-side">
      {run ? (
        <RunView run={run} size="full" />
      ) : (
        <EmptyState
          icon="runbooks"
          title={t('runbooks.choose.title')}
          why={t('runbooks.choose.why')}
        />
      )}
    </Panel>
  );
}

function Runs() {
  const t = useText();
  const runs = useRowList('runs');
  const shownRun = useShownRun();
  const isRunShown = useStore(runStore, (state) => state.side === 'run');
  const rows = useMemo(() => sortRuns(runs), [runs]);
  const columns = useMemo<readonly GridColumn<RunRow>[]>(
    () => [
      {
        id: 'title',
        title: t('run.column.run'),
        width: 'minmax(0, 5fr)',
        render: (run) => (
          <span data-testid="run-row" data-run={run.key} data-status={run.status}>
            <bdi>{visibleText(run.title)}</bdi>
          </span>
        ),
      },
      {
        id: 'status',
        title: t('run.column.status'),
        width: 'minmax(0, 2fr)',
        render: (run) =>
          run.status === 'running' ? (
            <strong>{t('run.status.running')}</strong>
          ) : (
            t(`run.status.${run.status}`)
          ),
      },
      {
        id: 'progress',
        title: t('run.column.progress'),
        width: 'minmax(0, 1.6fr)',
        align: 'end',
        render: (run) => run.steps.length,
      },
      {
        id: 'started',
        title: t('run.column.started'),
        width: 'minmax(0, 2.4fr)',
        render: (run) => <Time moment={run.startedAt} />,
      },
      {
        id: 'lasted',
        title: t('run.column.lasted'),
        width: 'minmax(0, 1.4fr)',
        align: 'end',
        render: (run) => (run.endedAt === null ? '' : formatClock(run.endedAt - run.startedAt)),
      },
      {
        id: 'by',
        title: t('run.column.by'),
        width: 'minmax(0, 2fr)',
        render: (run) => <bdi>{visibleText(run.heldBy || run.startedBy)}</bdi>,
      },
    ],
    [t],
  );
  return (
    <div className={styles['list']}>
      <VirtualGrid
        label={t('runbooks.runs')}
        columns={columns}
        rows={rows}
        currentKey={isRunShown ? (shownRun?.key ?? null) : null}
        onCurrent={(key) => runStore.setState({ run: key, side: 'run', offer: null })}
        onOpen={(run) => openRun(run.key)}
        isRowDim={(run) => run.status !== 'running'}
        empty={<EmptyState icon="runbooks" title={t('run.none.title')} why={t('run.none.why')} />}
        testId="run-grid"
      />
    </div>
  );
}

function isRoomOpen(): boolean {
  const room = sessionStore.getState().session?.room;
  return room !== undefined && room !== 'none';
}
