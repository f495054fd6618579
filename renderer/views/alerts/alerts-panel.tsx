import { useCallback, useMemo } from 'react';
import { useStore } from 'zustand';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { IconButton, ToggleButton } from '../../kit/button.tsx';
import { formatCount } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { SeverityMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age } from '../../kit/time.tsx';
import type { GridColumn } from '../../kit/virtual-grid.tsx';
import { goTo } from '../../room/navigation.ts';
import { useRowList, useRowMap, useRowsLoading } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { AlertDialogs } from './alert-dialogs.tsx';
import { AlertFlags, HeldMark, NameCell, UnknownMark } from './alert-cells.tsx';
import { useAlertCommands } from './alert-commands.ts';
import { AlertGrid } from './alert-grid.tsx';
import {
  countAlerts,
  filterAlerts,
  groupAlerts,
  isGroupLine,
  NO_FILTER,
  SEVERITIES,
  type AlertLine,
} from './alert-order.ts';
import styles from './alerts.module.css';
import { alertsStore, toggled } from './alerts-store.ts';
import { MarkedBar } from './marked-bar.tsx';
import { NoAlerts } from './no-alerts.tsx';
import { sortAlerts } from './sorted-alerts.ts';

/** How many alerts of a group the desk shows before the rest is one line. */
const PREVIEW = 3;

/** What is wrong now, by likely cause, the worst first: the alerts of the desk. */
export function AlertsPanel() {
  const t = useText();
  const alerts = useRowList('alerts');
  const isLoading = useRowsLoading('alerts');
  const collapsed = useStore(alertsStore, (state) => state.panelCollapsed);
  const whole = useStore(alertsStore, (state) => state.panelWhole);
  const causes = useRowMap('groups');
  const unacknowledgedOnly = useStore(alertsStore, (state) => state.filter.unacknowledgedOnly);
  useAlertCommands();

  const worstFirst = useMemo(() => sortAlerts(alerts), [alerts]);
  const counts = useMemo(() => countAlerts(alerts), [alerts]);
  const lines = useMemo(() => {
    const open = filterAlerts(worstFirst, { ...NO_FILTER, unacknowledgedOnly });
    return groupAlerts(open, { causes, collapsed, whole, preview: PREVIEW });
  }, [worstFirst, causes, collapsed, whole, unacknowledgedOnly]);
  const columns = useColumns();
  const onToggle = useCallback(
    (group: string) =>
      alertsStore.setState((state) => ({ panelCollapsed: toggled(state.panelCollapsed, group) })),
    [],
  );
  const onMore = useCallback(
    (group: string) =>
      alertsStore.setState((state) => ({ panelWhole: toggled(state.panelWhole, group) })),
    [],
  );
  const onOpen = useCallback((key: string) => {
    select(key);
    goTo('alerts');
  }, []);

  return (
    <Panel
      title={t('alerts.title')}
      isScrolled={false}
      testId="alerts-panel"
      summary={
        <>
          {SEVERITIES.filter((severity) => counts.severity[severity] > 0).map((severity) => (
            <span key={severity} className={styles['inline']}>
              <SeverityMark severity={severity} isWordHidden />{' '}
              {formatCount(counts.severity[severity])}
            </span>
          ))}
          {counts.status.unknown > 0 ? (
            <Badge isDashed title={t('alerts.unknown.hint')}>
              ? {formatCount(counts.status.unknown)}
            </Badge>
          ) : null}
        </>
      }
      toolbar={
        <>
          <ToggleButton
            size="s"
            icon="person"
            isSelected={unacknowledgedOnly}
            onChange={(isOn) =>
              alertsStore.setState((state) => ({
                filter: { ...state.filter, unacknowledgedOnly: isOn },
              }))
            }
          >
            {t('alerts.unacknowledged', { count: formatCount(counts.unacknowledged) })}
          </ToggleButton>
          <IconButton
            size="s"
            icon="arrow-right"
            label={t('alerts.command.open')}
            onPress={() => goTo('alerts')}
          />
        </>
      }
    >
      <MarkedBar />
      <AlertGrid
        columns={columns}
        lines={lines}
        onToggle={onToggle}
        onMore={onMore}
        onOpen={onOpen}
        isBusy={isLoading}
        empty={<NoAlerts isFiltered={unacknowledgedOnly} isLoading={isLoading} />}
        testId="alerts-panel-grid"
      />
      <AlertDialogs />
    </Panel>
  );
}

function useColumns(): readonly GridColumn<AlertLine>[] {
  const t = useText();
  return useMemo(() => {
    const of =
      (render: (alert: AlertRow) => React.ReactNode) =>
      (row: AlertLine): React.ReactNode =>
        isGroupLine(row) ? null : render(row);
    return [
      {
        id: 'alert',
        title: t('alerts.column.name'),
        width: 'minmax(0, 1fr)',
        render: of((alert) => (
          <span className={styles['panelCell']}>
            <SeverityMark severity={alert.severity} isWordHidden />
            <NameCell alert={alert} withSummary />
            <span className={styles['marks']}>
              <AlertFlags alert={alert} />
              <HeldMark alert={alert} />
              {alert.status === 'unknown' ? <UnknownMark asOf={alert.asOf} /> : null}
              {alert.acknowledged === null ? null : (
                <span
                  className={styles['people']}
                  role="img"
                  aria-label={`${t('alerts.card.acknowledged')}: ${alert.acknowledged.by}`}
                  title={`${t('alerts.card.acknowledged')}: ${alert.acknowledged.by}`}
                >
                  <Icon name="person" size="s" />
                </span>
              )}
            </span>
          </span>
        )),
      },
      {
        id: 'since',
        title: t('alerts.column.since'),
        width: 'calc(4.5 * var(--space-4))',
        align: 'end',
        render: of((alert) => <Age moment={alert.startsAt} />),
      },
    ];
  }, [t]);
}
