import type { SourceRow } from '../../../shared/ipc/rows.ts';

const RANK: Record<SourceRow['freshness'], number> = { silent: 0, never: 1, fresh: 2 };

/** What needs a look first: silent, never heard, then the heard ones; each by name. */
export function sourceOrder(sources: readonly SourceRow[]): readonly SourceRow[] {
  return [...sources].sort(
    (left, right) =>
      RANK[left.freshness] - RANK[right.freshness] || left.source.localeCompare(right.source),
  );
}

/** What a column sorts by. */
export function valueOfSource(source: SourceRow, column: string): string | number | null {
  switch (column) {
    case 'source':
      return source.source;
    case 'speaks':
      return source.speaks;
    case 'freshness':
      return RANK[source.freshness];
    case 'lastHeardAt':
      return source.lastHeardAt;
    case 'completeness':
      return source.completeness;
    case 'lagMs':
      return source.lagMs;
    case 'facts':
      return source.facts;
    case 'quarantined':
      return source.quarantined;
    default:
      return null;
  }
}
