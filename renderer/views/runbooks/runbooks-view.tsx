import { useEffect, useMemo, useRef, useState } from 'react';
import { Group, Panel as Sized, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import type { RunbookRow, RunRow } from '../../../shared/ipc/rows.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { TextField } from '../../kit/field.tsx';
import { classes } from '../../kit/classes.ts';
import { formatClock } from '../../kit/format.ts';
import { sortRows, type Sort } from '../../kit/grid-keys.ts';
import { Icon } from '../../kit/icons.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { chooseRunbookFolder } from '../../room/room-actions.ts';
import { core } from '../../room/core.ts';
import { useNow } from '../../room/now.ts';
import { useRow, useRowList, useRowMap, useRowsLoading } from '../../room/rows.ts';
import { sessionStore, useSession } from '../../room/session.ts';
import { AlertOffer } from './alert-offer.tsx';
import styles from './library.module.css';
import { Coverage } from './coverage.tsx';
import { editorStore, newRunbook } from './edited.ts';
import { RunbookEditor } from './editor.tsx';
import { ImportPanel } from './import-panel.tsx';
import { importStore, readRunbookFiles } from './imports.ts';
import { LinkDialog } from './link-dialog.tsx';
import { RunView } from './run-view.tsx';
import { searchRunbooks, sortRuns } from './run-model.ts';
import { openRun, openRunbook, runStore } from './run-store.ts';
import { RunbookPreview } from './runbook-preview.tsx';
import { useShownRun } from './shown-run.ts';
import { visibleText } from '../../kit/visible-text.ts';

const NO_LINES: ReadonlyMap<string, string> = new Map();
const SEARCH_PAUSE_MS = 120;
/** A rehearsal that lies longer back than half a year says little of today. */
const REHEARSAL_MS = 183 * 24 * 3_600_000;

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

function Library() {
  const t = useText();
  const rows = useRowList('runbooks');
  const isLoading = useRowsLoading('runbooks');
  const current = useStore(runStore, (state) => state.runbook);
  const [query, setQuery] = useState('');
  const [sort, setSort] = useState<Sort>({ column: 'title', direction: 'ascending' });
  const search = useRef<HTMLDivElement>(null);
  const lines = useLinesWith(query);
  const shown = useMemo(() => {
    const named = new Set(searchRunbooks(rows, query).map(({ key }) => key));
    const found = rows.filter(({ key }) => named.has(key) || lines.has(key));
    return sortRows(found, sort, valueOf);
  }, [rows, query, sort, lines]);
  useCommands([
    {
      id: 'runbooks.search',
      group: 'runbooks',
      titleKey: 'runbooks.search',
      shortcut: '/',
      run: () => search.current?.querySelector('input')?.focus(),
    },
  ]);
  const columns = useMemo<readonly GridColumn<RunbookRow>[]>(
    () => [
      {
        id: 'title',
        title: t('runbooks.column.title'),
        width: 'minmax(0, 5fr)',
        isSortable: true,
        render: (row) => (
          <span
            className={styles['titleCell']}
            data-testid="runbook-row"
            data-runbook-id={row.id}
            data-held={row.held}
            title={`${row.title} · ${row.fileName}`}
          >
            <bdi className={styles['titleText']}>{visibleText(row.title)}</bdi>
            {row.apart.length > 0 ? (
              <Badge tone="warning">{t('runbooks.apart', { count: row.apart.length + 1 })}</Badge>
            ) : null}
            {lines.has(row.key) ? (
              <span className={styles['foundLine']}>{visibleText(lines.get(row.key) ?? '')}</span>
            ) : null}
            {row.held ? null : <Badge isDashed>{t('runbooks.notHeld')}</Badge>}
            {row.held && row.problems > 0 ? (
              <span
                className={styles['problemMark']}
                role="img"
                aria-label={t('runbooks.problems', { count: row.problems })}
                title={t('runbooks.problems', { count: row.problems })}
              >
                <Icon name="warning" size="s" />
                {row.problems}
              </span>
            ) : null}
          </span>
        ),
      },
      {
        id: 'alerts',
        title: t('runbooks.column.alerts'),
        width: 'minmax(0, 2.9fr)',
        render: (row) => <bdi title={row.alerts.join(', ')}>{alertsText(row, t)}</bdi>,
      },
      {
        id: 'origin',
        title: t('runbooks.column.origin'),
        width: 'minmax(0, 1.7fr)',
        isSortable: true,
        render: (row) => t(`runbooks.origin.${row.origin}`),
      },
      {
        id: 'steps',
        title: t('runbooks.column.steps'),
        width: 'minmax(0, 1.3fr)',
        align: 'end',
        isSortable: true,
        render: (row) => (row.held ? row.steps : '–'),
      },
      {
        id: 'rehearsed',
        title: t('runbooks.column.rehearsed'),
        width: 'minmax(0, 2.8fr)',
        isSortable: true,
        render: (row) => <Rehearsed day={row.lastRehearsed} />,
      },
      {
        id: 'asOf',
        title: t('runbooks.column.asOf'),
        width: 'minmax(0, 1.4fr)',
        isSortable: true,
        render: (row) => <Age moment={row.asOf} />,
      },
    ],
    [t, lines],
  );
  return (
    <div className={styles['list']}>
      <div className={styles['searchBar']} ref={search}>
        <TextField
          className={styles['search']}
          label={t('runbooks.search')}
          isLabelHidden
          type="search"
          placeholder={t('runbooks.search')}
          value={query}
          onChange={setQuery}
          testId="runbook-search"
        />
        {query === '' ? null : (
          <span className={styles['faint']}>
            {t('runbooks.shown', { shown: shown.length, count: rows.length })}
          </span>
        )}
      </div>
      <VirtualGrid
        label={t('runbooks.library')}
        columns={columns}
        rows={shown}
        sort={sort}
        onSort={setSort}
        currentKey={current}
        onCurrent={openRunbook}
        onOpen={(row) => openRunbook(row.key)}
        isRowDim={(row) => !row.held}
        isBusy={isLoading}
        empty={
          rows.length === 0 ? (
            isLoading ? null : (
              <EmptyState
                icon="runbooks"
                title={t('runbooks.empty.title')}
                why={t('runbooks.empty.why')}
                what={t('runbooks.empty.what')}
                actions={
                  <Button icon="folder" onPress={() => void chooseRunbookFolder()}>
                    {t('runbooks.folder')}
                  </Button>
                }
              />
            )
          ) : (
            <EmptyState
              icon="search"
              title={t('runbooks.nothing.title')}
              actions={<Button onPress={() => setQuery('')}>{t('runbooks.nothing.clear')}</Button>}
            />
          )
        }
        testId="runbook-grid"
      />
    </div>
  );
}

/** The first line of each runbook whose text has every word; the core looks into the texts. */
function useLinesWith(query: string): ReadonlyMap<string, string> {
  const runbooks = useRowMap('runbooks');
  const [found, setFound] = useState<ReadonlyMap<string, string>>(NO_LINES);
  useEffect(() => {
    if (query.trim().length < 2) {
      setFound(NO_LINES);
      return;
    }
    let isOver = false;
    const timer = setTimeout(() => {
      core
        .ask('runbook.search', { query: query.slice(0, 300) })
        .then((answer) => {
          if (!isOver) setFound(new Map(answer.found.map(({ key, line }) => [key, line])));
        })
        .catch(() => {
          // What the names give is shown meanwhile.
        });
    }, SEARCH_PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [query, runbooks]);
  return found;
}

/** A day of rehearsal; one that lies long back, or never was, is told. */
function Rehearsed(props: { readonly day: string | null }) {
  const t = useText();
  const now = useNow();
  const { day } = props;
  if (day === null) return <span className={styles['stale']}>{t('runbooks.never')}</span>;
  const isOld = now - Date.parse(`${day}T00:00:00Z`) > REHEARSAL_MS;
  return (
    <span
      className={classes(isOld && styles['stale'])}
      title={isOld ? t('runbooks.rehearsed.long') : undefined}
    >
      {day}
    </span>
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

function valueOf(row: RunbookRow, column: string): string | number {
  switch (column) {
    case 'origin':
      return row.origin;
    case 'steps':
      return row.steps;
    case 'rehearsed':
      return row.lastRehearsed ?? '';
    case 'asOf':
      return row.asOf;
    default:
      return row.title.toLowerCase();
  }
}

function alertsText(row: RunbookRow, t: ReturnType<typeof useText>): string {
  const first = row.alerts[0];
  if (first === undefined) return '';
  const more = row.alerts.length - 1;
  return more === 0
    ? visibleText(first)
    : t('runbooks.alerts.more', { name: visibleText(first), count: more });
}
