import { EmptyState } from '../../kit/empty-state.tsx';

export function IncidentPanel() {
  return <EmptyState title="IncidentPanel" />;
}
