import { EmptyState } from '../../kit/empty-state.tsx';

export function TimelineView() {
  return <EmptyState title="TimelineView" />;
}
