import { EmptyState } from '../../kit/empty-state.tsx';

export function RunPanel() {
  return <EmptyState title="RunPanel" />;
}
