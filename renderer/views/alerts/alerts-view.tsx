import { EmptyState } from '../../kit/empty-state.tsx';

export function AlertsView() {
  return <EmptyState title="AlertsView" />;
}
