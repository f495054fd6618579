import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { openDialog } from '../../room/navigation.ts';
import { useRowList } from '../../room/rows.ts';
import { STATUSES } from './alert-order.ts';
import { changeFilter, clearFilter } from './alerts-store.ts';

/** Why no alert is listed. Nothing to show and nothing known are not the same. */
export function NoAlerts(props: {
  readonly isFiltered: boolean;
  readonly isLoading: boolean;
  /** The list can show resolved alerts too. */
  readonly offersResolved?: boolean;
}) {
  const t = useText();
  const alerts = useRowList('alerts');
  const sources = useRowList('sources');
  if (props.isLoading && alerts.length === 0) return <Spinner />;
  if (alerts.length === 0 && sources.length === 0) {
    return (
      <EmptyState
        icon="alerts"
        title={t('alerts.blank.title')}
        why={t('alerts.blank.why')}
        what={t('alerts.blank.what')}
        actions={<Button onPress={() => openDialog('connect')}>{t('alerts.blank.connect')}</Button>}
      />
    );
  }
  if (props.isFiltered) {
    return (
      <EmptyState
        icon="filter"
        title={t('alerts.nothing.title')}
        actions={<Button onPress={clearFilter}>{t('alerts.filter.clear')}</Button>}
      />
    );
  }
  const isEverySourceHeard = sources.every((source) => source.freshness === 'fresh');
  return (
    <EmptyState
      icon={isEverySourceHeard ? 'check' : 'warning'}
      title={t('alerts.empty.title')}
      why={t(isEverySourceHeard ? 'alerts.empty.why' : 'alerts.empty.silent')}
      actions={
        props.offersResolved && alerts.length > 0 ? (
          <Button onPress={() => changeFilter({ statuses: STATUSES })}>
            {t('alerts.empty.resolved')}
          </Button>
        ) : null
      }
    />
  );
}
