import type { Answer, LaneKindName, TimelineEntry } from '../../shared/ipc/contract.ts';

/** Lanes of the mock's entries, every one of them. */
export function mockLanes(
  entries: readonly TimelineEntry[],
  by: LaneKindName,
  from: number,
  to: number,
  columns: number,
): Answer<'timeline.lanes'> {
  const shown = entries.filter((entry) => entry.at >= from && entry.at < to);
  const lanes = [...new Set(shown.map((entry) => valueOf(entry, by)))].sort().slice(0, 12);
  const counts = new Uint32Array(lanes.length * columns * 5);
  const columnMs = Math.max(1, Math.ceil((to - from) / columns));
  for (const entry of shown) {
    const lane = lanes.indexOf(valueOf(entry, by));
    if (lane < 0) continue;
    const place = (lane * columns + Math.floor((entry.at - from) / columnMs)) * 5 + groupOf(entry);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const placed = shown.filter((entry) => lanes.includes(valueOf(entry, by)));
  return {
    from,
    to: from + columns * columnMs,
    columns,
    columnMs,
    lanes: lanes.map((value) => ({
      is: value === '' ? ('none' as const) : ('named' as const),
      value,
      count: shown.filter((entry) => valueOf(entry, by) === value).length,
    })),
    counts,
    events: {
      seq: Float64Array.from(placed, ({ seq }) => seq),
      at: Float64Array.from(placed, ({ at }) => at),
      heardAt: Float64Array.from(placed, ({ heardAt }) => heardAt),
      lane: Uint8Array.from(placed, (entry) => lanes.indexOf(valueOf(entry, by))),
      group: Uint8Array.from(placed, groupOf),
      pinned: Uint8Array.from(placed, ({ pinned }) => (pinned ? 1 : 0)),
    },
  };
}

function valueOf(entry: TimelineEntry, by: LaneKindName): string {
  if (by === 'source') return entry.source;
  if (by === 'person') return entry.author?.person ?? '';
  const service = entry.body['service'];
  return typeof service === 'string' ? service : '';
}

function groupOf(entry: TimelineEntry): number {
  if (entry.author) return 3;
  if (entry.kind === 'change.reported') return 4;
  const severity = entry.kind === 'alert.fired' ? entry.body['severity'] : null;
  return severity === 'critical' ? 0 : severity === 'warning' ? 1 : 2;
}
