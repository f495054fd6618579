import { EmptyState } from '../../kit/empty-state.tsx';

export function RunbooksView() {
  return <EmptyState title="RunbooksView" />;
}
