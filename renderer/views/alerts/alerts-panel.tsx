import { EmptyState } from '../../kit/empty-state.tsx';

export function AlertsPanel() {
  return <EmptyState title="AlertsPanel" />;
}
