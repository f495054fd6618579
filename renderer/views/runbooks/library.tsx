import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { TextField } from '../../kit/field.tsx';
import { sortRows, type Sort } from '../../kit/grid-keys.ts';
import { Icon } from '../../kit/icons.tsx';
import { Age } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { core } from '../../room/core.ts';
import { useNow } from '../../room/now.ts';
import { chooseRunbookFolder } from '../../room/room-actions.ts';
import { useRowList, useRowMap, useRowsLoading } from '../../room/rows.ts';
import styles from './library.module.css';
import { searchRunbooks } from './run-model.ts';
import { openRunbook, runStore } from './run-store.ts';

const NO_LINES: ReadonlyMap<string, string> = new Map();
const SEARCH_PAUSE_MS = 120;
/** A rehearsal that lies longer back than half a year says little of today. */
const REHEARSAL_MS = 183 * 24 * 3_600_000;

/** All runbooks of this desk, found by their names and by their text. */
export function Library() {
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
  const isShort = query.trim().length < 2;
  useEffect(() => {
    if (isShort) return;
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
  }, [query, isShort, runbooks]);
  return isShort ? NO_LINES : found;
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
