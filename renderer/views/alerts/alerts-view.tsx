import { useCallback, useDeferredValue, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton, ToggleButton } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatCount } from '../../kit/format.ts';
import { sortRows } from '../../kit/grid-keys.ts';
import { SeverityMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age } from '../../kit/time.tsx';
import type { GridColumn } from '../../kit/virtual-grid.tsx';
import { useRowList, useRowMap, useRowsLoading } from '../../room/rows.ts';
import { select, useSelection } from '../../room/selection.ts';
import { AlertDialogs } from './alert-dialogs.tsx';
import { AlertCard } from './alert-card.tsx';
import { AcknowledgedCell, HeldMark, NameCell, SourcesCell, StatusCell } from './alert-cells.tsx';
import { useAlertCommands, useListCommands } from './alert-commands.ts';
import { AlertGrid } from './alert-grid.tsx';
import {
  countAlerts,
  filterAlerts,
  groupAlerts,
  isFiltered,
  isGroupLine,
  SEVERITIES,
  STATUSES,
  valueOfAlert,
  type AlertLine,
} from './alert-order.ts';
import styles from './alerts.module.css';
import {
  alertsStore,
  changeFilter,
  clearFilter,
  LENSES,
  NOTHING,
  toggled,
  toggledIn,
} from './alerts-store.ts';
import { MarkedBar } from './marked-bar.tsx';
import { NoAlerts } from './no-alerts.tsx';
import { placeOf } from './place.ts';
import { completions, makeReady, queryProblem } from './query.ts';
import { SavedFilters } from './saved-filters.tsx';
import { sortAlerts } from './sorted-alerts.ts';
import { SilencesList } from './silences-list.tsx';

/** All alerts: filtered, by cause, by service or one by one, with everything about the chosen one beside them. */
export function AlertsView() {
  const t = useText();
  const alerts = useRowList('alerts');
  const causes = useRowMap('groups');
  const isLoading = useRowsLoading('alerts');
  const state = useStore(alertsStore);
  // Typing goes before filtering: with twenty thousand alerts a letter must not wait for the list.
  const filter = useDeferredValue(state.filter);
  const { thing } = useSelection();
  const chosen = thing?.startsWith('alert:') ? thing : null;
  const bar = useRef<HTMLDivElement>(null);

  const problem = queryProblem(filter.text);
  const suggestions = useMemo(() => completions(filter.text, alerts), [filter.text, alerts]);
  const counts = useMemo(() => countAlerts(alerts), [alerts]);
  const worstFirst = useMemo(() => sortAlerts(alerts), [alerts]);
  const passing = useMemo(() => filterAlerts(worstFirst, filter), [worstFirst, filter]);
  const sorted = useMemo(() => {
    return state.sort === null ? passing : sortRows(passing, state.sort, valueOfAlert);
  }, [passing, state.sort]);
  const { lens, collapsed, whole } = state;
  const lines: readonly AlertLine[] = useMemo(() => {
    if (lens === 'causes') {
      // A cause is one line until somebody wants to see what stands under it.
      const folded = new Set([...causes.keys(), ''].filter((key) => !whole.has(key)));
      return groupAlerts(sorted, {
        causes,
        collapsed: folded,
        preview: null,
        whole: NOTHING,
        isBare: true,
      });
    }
    return lens === 'services' || lens === 'units'
      ? groupAlerts(sorted, {
          collapsed,
          preview: null,
          whole: NOTHING,
          by: lens === 'units' ? 'unit' : 'service',
        })
      : sorted;
  }, [sorted, causes, lens, collapsed, whole]);

  useEffect(() => makeReady(alerts), [alerts]);

  // What left the list is no longer marked: nobody acts on what he does not see.
  useEffect(() => {
    const { marked } = alertsStore.getState();
    if (marked.size === 0) return;
    const shown = new Set(passing.map((alert) => alert.key));
    const left = [...marked].filter((key) => shown.has(key));
    if (left.length < marked.size) alertsStore.setState({ marked: new Set(left) });
  }, [passing]);

  const toggleAll = useCallback(() => {
    const { collapsed, lens, whole } = alertsStore.getState();
    const groups = new Set(lines.filter((line) => isGroupLine(line)).map(({ id }) => id));
    if (lens === 'causes') alertsStore.setState({ whole: whole.size > 0 ? NOTHING : groups });
    else alertsStore.setState({ collapsed: collapsed.size > 0 ? NOTHING : groups });
  }, [lines]);
  useAlertCommands();
  useListCommands({
    focusFilter: () => bar.current?.querySelector('input')?.focus(),
    toggleAll,
  });
  const onToggle = useCallback(
    (group: string) =>
      alertsStore.setState((now) =>
        now.lens === 'causes'
          ? { whole: toggled(now.whole, group) }
          : { collapsed: toggled(now.collapsed, group) },
      ),
    [],
  );
  const columns = useColumns(chosen !== null);
  const isFolded = lens === 'causes' ? whole.size === 0 : collapsed.size > 0;

  return (
    <div className={styles['view']}>
      <Panel
        title={t('alerts.title')}
        isScrolled={false}
        testId="alerts-view"
        summary={
          <span data-testid="alerts-summary">
            {t('alerts.summary', {
              firing: formatCount(counts.status.firing),
              unknown: formatCount(counts.status.unknown),
            })}
            {passing.length === counts.status.firing + counts.status.unknown
              ? ''
              : ` · ${t('alerts.shownOf', { shown: formatCount(passing.length), all: formatCount(alerts.length) })}`}
          </span>
        }
        toolbar={
          <>
            {lens === 'causes' || lens === 'services' || lens === 'units' ? (
              <IconButton
                size="s"
                icon={isFolded ? 'chevron-down' : 'chevron-up'}
                label={t(isFolded ? 'alerts.group.expandAll' : 'alerts.group.collapseAll')}
                shortcut="Shift+G"
                onPress={toggleAll}
              />
            ) : null}
            <Button
              size="s"
              look="quiet"
              onPress={() => alertsStore.setState({ isNoiseOpen: true })}
              testId="alerts-noise"
            >
              {t('alerts.noise')}
            </Button>
          </>
        }
      >
        <div
          className={styles['filterBar']}
          ref={bar}
          role="search"
          aria-label={t('alerts.command.filter')}
        >
          <span className={styles['inline']} role="group" aria-label={t('alerts.lens')}>
            {LENSES.map((one) => (
              <ToggleButton
                key={one}
                size="s"
                isSelected={lens === one}
                onChange={() => alertsStore.setState({ lens: one })}
                testId={`alerts-lens-${one}`}
              >
                {t(`alerts.lens.${one}`)}
              </ToggleButton>
            ))}
          </span>
          {lens === 'silences' ? null : (
            <>
              <SavedFilters />
              <TextField
                label={t('alerts.filter.text')}
                isLabelHidden
                placeholder={t('alerts.filter.text')}
                type="search"
                value={state.filter.text}
                onChange={(text) => changeFilter({ text })}
                onKeyDown={(event) => {
                  if (event.key !== 'Escape' || !(event.target instanceof HTMLInputElement)) return;
                  event.stopPropagation();
                  if (state.filter.text === '') event.target.blur();
                  else changeFilter({ text: '' });
                }}
                className={styles['filterText']}
                error={problem === null ? null : t('alerts.filter.wrong', { at: problem })}
                suggestions={suggestions}
                testId="alerts-filter"
              />
              <Toggles label={t('alerts.filter.severity')}>
                {SEVERITIES.map((severity) => (
                  <ToggleButton
                    key={severity}
                    size="s"
                    isSelected={state.filter.severities.includes(severity)}
                    onChange={() =>
                      changeFilter({
                        severities: toggledIn(state.filter.severities, severity, SEVERITIES),
                      })
                    }
                    testId={`alerts-severity-${severity}`}
                  >
                    <span className={styles['inline']}>
                      <SeverityMark severity={severity} /> {formatCount(counts.severity[severity])}
                    </span>
                  </ToggleButton>
                ))}
              </Toggles>
              <Toggles label={t('alerts.filter.status')}>
                {STATUSES.map((status) => (
                  <ToggleButton
                    key={status}
                    size="s"
                    isSelected={state.filter.statuses.includes(status)}
                    onChange={() =>
                      changeFilter({ statuses: toggledIn(state.filter.statuses, status, STATUSES) })
                    }
                    testId={`alerts-status-${status}`}
                  >
                    {`${t(`alerts.status.${status}`)} ${formatCount(counts.status[status])}`}
                  </ToggleButton>
                ))}
              </Toggles>
              <ToggleButton
                size="s"
                icon="person"
                isSelected={state.filter.unacknowledgedOnly}
                onChange={(unacknowledgedOnly) => changeFilter({ unacknowledgedOnly })}
                testId="alerts-unacknowledged"
              >
                {`${t('alerts.filter.unacknowledged')} ${formatCount(counts.unacknowledged)}`}
              </ToggleButton>
              {isFiltered(state.filter) ? (
                <Button size="s" look="quiet" onPress={clearFilter}>
                  {t('alerts.filter.clear')}
                </Button>
              ) : null}
            </>
          )}
        </div>
        {lens === 'silences' ? (
          <SilencesList />
        ) : (
          <>
            <MarkedBar />
            <AlertGrid
              columns={columns}
              lines={lines}
              sort={state.sort}
              onSort={(sort) => alertsStore.setState({ sort })}
              onToggle={onToggle}
              onMore={onToggle}
              onOpen={select}
              isBusy={isLoading}
              empty={
                <NoAlerts isFiltered={isFiltered(filter)} isLoading={isLoading} offersResolved />
              }
              testId="alerts-grid"
            />
          </>
        )}
        <AlertDialogs />
      </Panel>
      {chosen === null ? null : <AlertCard alertKey={chosen} />}
    </div>
  );
}

function Toggles(props: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <span className={styles['gap']} />
      <span className={styles['inline']} role="group" aria-label={props.label}>
        {props.children}
      </span>
    </>
  );
}

/** The severity then is a mark before the name. */
const SPARE_COLUMNS: ReadonlySet<string> = new Set(['severity', 'place', 'sources', 'assigned']);

function useColumns(isNarrow: boolean): readonly GridColumn<AlertLine>[] {
  const t = useText();
  return useMemo(() => {
    const column = (
      id: string,
      title: string,
      width: string,
      render: (alert: AlertRow) => ReactNode,
      align: 'start' | 'end' = 'start',
    ): GridColumn<AlertLine> => ({
      id,
      title,
      width,
      align,
      isSortable: true,
      render: (row) => (isGroupLine(row) ? null : render(row)),
    });
    const all = [
      column('severity', t('alerts.column.severity'), 'calc(6 * var(--space-4))', (alert) => (
        <SeverityMark severity={alert.severity} />
      )),
      column(
        'status',
        t('alerts.column.status'),
        `calc(${isNarrow ? 5 : 9} * var(--space-4))`,
        (alert) => <StatusCell alert={alert} />,
      ),
      column('name', t('alerts.column.name'), 'minmax(0, 2.2fr)', (alert) => (
        <span className={styles['panelCell']}>
          {isNarrow ? <SeverityMark severity={alert.severity} isWordHidden /> : null}
          <NameCell alert={alert} />
          <HeldMark alert={alert} />
        </span>
      )),
      column('service', t('alerts.column.service'), 'minmax(0, 1.5fr)', (alert) => (
        <ForeignText text={alert.service ?? ''} />
      )),
      column('summary', t('alerts.column.summary'), 'minmax(0, 3fr)', (alert) => (
        <ForeignText text={alert.summary} className={styles['soft']} />
      )),
      column('place', t('alerts.column.place'), 'minmax(0, 1.7fr)', (alert) => (
        <ForeignText text={placeOf(alert).join(' · ')} className={styles['soft']} />
      )),
      column(
        'since',
        t('alerts.column.since'),
        'calc(5 * var(--space-4))',
        (alert) => <Age moment={alert.startsAt} />,
        'end',
      ),
      column('sources', t('alerts.column.sources'), 'minmax(0, 1.6fr)', (alert) => (
        <SourcesCell alert={alert} />
      )),
      column('assigned', t('alerts.column.assigned'), 'minmax(0, 0.9fr)', (alert) => (
        <ForeignText text={alert.assigned ?? ''} className={styles['people']} />
      )),
      column(
        'acknowledged',
        t('alerts.column.acknowledged'),
        'minmax(calc(5 * var(--space-4)), 1.2fr)',
        (alert) => <AcknowledgedCell alert={alert} />,
      ),
    ];
    // Beside the card, which says them all, there is no room for them.
    return isNarrow ? all.filter(({ id }) => !SPARE_COLUMNS.has(id)) : all;
  }, [t, isNarrow]);
}
