import type { IncidentRow } from '../../shared/ipc/rows.ts';

/** How incidents hang on one another. Pure; desks apart may have tied a circle, and none hangs here. */

type Related = Pick<
  IncidentRow,
  'key' | 'severity' | 'declaredAt' | 'parent' | 'duplicateOf' | 'carries'
>;

/** The worst first; among equals the newest. */
export function byUrgency<Row extends Pick<Related, 'severity' | 'declaredAt'>>(
  incidents: readonly Row[],
): readonly Row[] {
  return [...incidents].sort(
    (left, right) =>
      left.severity.localeCompare(right.severity) || right.declaredAt - left.declaredAt,
  );
}

/** Where an incident that was merged goes on: itself where it was not, or where they go round. */
export function goesOnIn<Row extends Related>(incidents: readonly Row[], start: Row): Row {
  const seen = new Set<string>();
  let current = start;
  while (current.carries && current.duplicateOf !== null && !seen.has(current.key)) {
    seen.add(current.key);
    const next = incidents.find(({ key }) => key === current.duplicateOf);
    if (next === undefined) break;
    current = next;
  }
  return seen.has(current.key) ? start : current;
}

type Merged = Related & Pick<IncidentRow, 'status' | 'phases' | 'resolvedAt'>;

/** When it was merged or marked as a duplicate, the last time (ms since the epoch). */
export function mergedAt({ phases }: Pick<IncidentRow, 'phases'>): number {
  return phases.findLast(({ phase }) => phase === 'duplicate')?.at ?? 0;
}

/**
 * Whether an incident was merged into something that was over already, or that was merged into it:
 * desks apart did so, what was open in it is open nowhere, and only a person can say what goes on.
 */
export function isStranded(incidents: readonly Merged[], incident: Merged): boolean {
  const seen = new Set<string>();
  let end = incident;
  while (end.carries && end.duplicateOf !== null) {
    if (seen.has(end.key)) return true;
    seen.add(end.key);
    const next = incidents.find(({ key }) => key === end.duplicateOf);
    if (next === undefined) return false;
    end = next;
  }
  if (end === incident || end.status === 'active') return false;
  return mergedAt(incident) > (end.resolvedAt ?? Infinity);
}

export interface TreeLine<Row> {
  readonly incident: Row;
  /** 0 for what is no part of another that is listed. */
  readonly depth: number;
}

/** Parts under what they are parts of; the worst first in each place. Every incident once. */
export function treeOf<Row extends Related>(incidents: readonly Row[]): readonly TreeLine<Row>[] {
  const sorted = byUrgency(incidents);
  const listed = new Set(sorted.map(({ key }) => key));
  const lines: TreeLine<Row>[] = [];
  const placed = new Set<string>();
  const place = (incident: Row, depth: number): void => {
    if (placed.has(incident.key)) return;
    placed.add(incident.key);
    lines.push({ incident, depth });
    for (const part of sorted) if (part.parent === incident.key) place(part, depth + 1);
  };
  for (const incident of sorted) {
    if (incident.parent === null || !listed.has(incident.parent)) place(incident, 0);
  }
  // What is left goes round: it stands at the top, so that it can be seen and untied.
  for (const incident of sorted) place(incident, 0);
  return lines;
}
