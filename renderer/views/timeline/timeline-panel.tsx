import { EmptyState } from '../../kit/empty-state.tsx';

export function TimelinePanel() {
  return <EmptyState title="TimelinePanel" />;
}
