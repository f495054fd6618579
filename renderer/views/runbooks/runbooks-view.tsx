import { useMemo, useRef, useState } from 'react';
import { Group, Panel as Sized, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import type { RunbookRow, RunRow } from '../../../shared/ipc/rows.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatClock } from '../../kit/format.ts';
import { sortRows, type Sort } from '../../kit/grid-keys.ts';
import { Icon } from '../../kit/icons.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Tabs } from '../../kit/tabs.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { chooseRunbookFolder } from '../../room/room-actions.ts';
import { useRow, useRowList, useRowsLoading } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';
import { AlertOffer } from './alert-offer.tsx';
import styles from './library.module.css';
import { LinkDialog } from './link-dialog.tsx';
import { RunView } from './run-view.tsx';
import { searchRunbooks, sortRuns } from './run-model.ts';
import { openRun, openRunbook, runStore } from './run-store.ts';
import { RunbookPreview } from './runbook-preview.tsx';
import { useShownRun } from './shown-run.ts';
import { visibleText } from '../../kit/visible-text.ts';

/** The library of runbooks and the runs, the one that is looked at beside them. */
export function RunbooksView() {
  const t = useText();
  const runs = useRowList('runs');
  const runbooks = useRowList('runbooks');
  return (
    <>
      <Group id="runbooks-columns" orientation="horizontal" className={styles['view']}>
        <Sized id="list" className={styles['column']} defaultSize="46" minSize="25">
          <Panel
            title={t('runbooks.title')}
            isScrolled={false}
            testId="runbooks-view"
            toolbar={<FolderButton />}
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
              ]}
            />
          </Panel>
        </Sized>
        <Separator className={styles['separator']} aria-label={t('app.resize')} />
        <Sized id="side" className={styles['column']} defaultSize="54" minSize="25">
          <Side />
        </Sized>
      </Group>
      <LinkDialog />
    </>
  );
}

function FolderButton() {
  const t = useText();
  const folder = useSession()?.runbookFolder ?? null;
  return (
    <>
      {folder === null ? null : (
        <span className={styles['folder']} title={folder}>
          {t('runbooks.folder.now', { path: folder })}
        </span>
      )}
      <Button
        size="s"
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
  const shown = useMemo(
    () => sortRows(searchRunbooks(rows, query), sort, valueOf),
    [rows, query, sort],
  );
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
        render: (row) => row.lastRehearsed ?? t('runbooks.never'),
      },
      {
        id: 'asOf',
        title: t('runbooks.column.asOf'),
        width: 'minmax(0, 1.4fr)',
        isSortable: true,
        render: (row) => <Age moment={row.asOf} />,
      },
    ],
    [t],
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
        render: (run) => <bdi>{run.startedBy}</bdi>,
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
