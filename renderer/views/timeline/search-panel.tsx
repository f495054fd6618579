import { useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Icon } from '../../kit/icons.tsx';
import { SeverityMark } from '../../kit/marks.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { entryText, iconOf, severityOf } from '../../room/entry-text.ts';
import { namesOf } from '../../room/names.ts';
import {
  closeSearch,
  readMore,
  revealEntry,
  searchStore,
  setSearchText,
} from '../../room/search.ts';
import styles from './timeline.module.css';

type Row = TimelineEntry & { readonly key: string };

/** Words looked for in all of the record, newest first, in place of the timeline's entries. */
export function SearchPanel() {
  const t = useText();
  const state = useStore(searchStore);
  const place = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const rows = useMemo(
    (): readonly Row[] => state.hits.map((entry) => ({ ...entry, key: entry.id })),
    [state.hits],
  );
  const columns = useColumns();
  const toResults = (): void => {
    place.current?.querySelector<HTMLElement>('[role=grid]')?.focus({ preventScroll: true });
  };
  const isBehind = state.answered !== null && state.indexed < state.facts;
  return (
    <div
      className={styles['search']}
      ref={place}
      role="search"
      aria-label={t('search.title')}
      data-testid="search-panel"
    >
      <div className={styles['filterBar']}>
        <TextField
          label={t('search.title')}
          isLabelHidden
          placeholder={t('search.hint')}
          value={state.text}
          onChange={setSearchText}
          type="search"
          className={styles['filterText'] ?? ''}
          autoFocus
          isPreselected
          onSubmit={toResults}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              toResults();
            } else if (event.key === 'Escape') {
              event.preventDefault();
              event.stopPropagation();
              closeSearch();
            }
          }}
          testId="search-text"
        />
        <span className={styles['found']} role="status">
          {state.text.trim() === '' || state.answered === null
            ? null
            : t(state.hasMore ? 'search.found.more' : 'search.found', { count: rows.length })}
        </span>
        <Button size="s" look="quiet" onPress={closeSearch} shortcut="Esc">
          {t('kit.close')}
        </Button>
      </div>
      {isBehind ? (
        <p className={styles['behind']} role="status" data-testid="search-behind">
          <Icon name="refresh" size="s" />
          {t('search.behind', { count: state.indexed, facts: state.facts })}
        </p>
      ) : null}
      <VirtualGrid
        label={t('search.results')}
        columns={columns}
        rows={rows}
        currentKey={current}
        onCurrent={setCurrent}
        onOpen={revealEntry}
        rowTone={(row) => severityOf(row) ?? 'none'}
        isBusy={state.isReading}
        testId="search-results"
        empty={<Nothing />}
      />
      {rows.length > 0 ? (
        <div className={styles['searchFoot']}>
          <span>{t('search.open')}</span>
          {state.hasMore ? (
            <Button size="s" onPress={readMore} isDisabled={state.isReading} testId="search-more">
              {t('search.more')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function Nothing() {
  const t = useText();
  const { text, answered, isReading, error, indexed, facts } = useStore(searchStore);
  if (error !== null) {
    return <EmptyState icon="warning" title={t('search.failed')} why={t(`error.${error}`)} />;
  }
  if (text.trim() === '') {
    return <EmptyState icon="search" title={t('search.start')} why={t('search.start.why')} />;
  }
  if (isReading || answered === null) return <Spinner label={t('search.reading')} />;
  return (
    <EmptyState
      icon="search"
      title={t('search.none', { text })}
      why={t(indexed < facts ? 'search.none.behind' : 'search.none.why')}
    />
  );
}

function useColumns(): readonly GridColumn<Row>[] {
  const t = useText();
  return useMemo((): readonly GridColumn<Row>[] => {
    const said = (row: Row): ReturnType<typeof entryText> => entryText(row, t, namesOf(row));
    return [
      {
        id: 'at',
        title: t('search.column.at'),
        width: '15ch',
        render: (row) => <Time moment={row.at} />,
      },
      {
        id: 'kind',
        title: t('search.column.kind'),
        width: '13ch',
        render: (row) => {
          const severity = severityOf(row);
          return (
            <span className={styles['hitKind']}>
              {severity === null ? (
                <Icon name={iconOf(row.kind)} size="s" />
              ) : (
                <SeverityMark severity={severity} isWordHidden />
              )}
              {said(row).kind}
            </span>
          );
        },
      },
      {
        id: 'text',
        title: t('search.column.text'),
        width: 'minmax(0, 1fr)',
        render: (row) => {
          const { subject, text } = said(row);
          return (
            <>
              {subject === null ? null : (
                <strong className={styles['hitSubject']}>
                  <ForeignText text={subject} />
                </strong>
              )}{' '}
              <ForeignText text={row.currentText ?? text} />
            </>
          );
        },
      },
      {
        id: 'service',
        title: t('search.column.service'),
        width: 'minmax(0, 16ch)',
        render: (row) => <ForeignText text={said(row).services.join(', ')} />,
      },
      {
        id: 'who',
        title: t('search.column.who'),
        width: 'minmax(0, 11ch)',
        render: (row) => <ForeignText text={said(row).who} />,
      },
    ];
  }, [t]);
}
