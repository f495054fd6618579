import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import type { IncidentChoice } from '../../room/chosen-incident.ts';
import { byUrgency, goesOnIn, isStranded, mergedAt } from '../../room/incident-family.ts';

/**
 * The incident that the desk is about: the chosen one, else the worst active one (the newest among
 * equals), else none. A choice of something that is over gives way to what began after it was made:
 * nobody may miss a new incident because an old one is still on the screen. One that was merged goes
 * on in the other, also for those who did not merge it themselves; one whose other is over as well is
 * shown itself, as what waits for a person. Where nothing was ever chosen and all is over, `whenOver` decides whether the newest is shown (in a file: yes).
 */
export function pickIncident(
  incidents: readonly IncidentRow[],
  choice: IncidentChoice | null,
  whenOver: boolean,
): IncidentRow | null {
  const active = byUrgency(incidents.filter((incident) => incident.status === 'active'));
  const named = incidents.find((incident) => incident.key === choice?.key);
  const stranded = byUrgency(incidents.filter((incident) => isStranded(incidents, incident)));
  const chosen = named && (stranded.includes(named) ? named : goesOnIn(incidents, named));
  if (chosen && choice) {
    if (chosen.status === 'active') return chosen;
    const newer = active.find((incident) => incident.declaredAt > choice.at);
    if (newer || stranded.includes(chosen)) return newer ?? chosen;
    return stranded.find((incident) => mergedAt(incident) > choice.at) ?? chosen;
  }
  const first = active[0] ?? stranded[0];
  if (first) return first;
  if (!whenOver) return null;
  return [...incidents].sort((left, right) => right.declaredAt - left.declaredAt)[0] ?? null;
}

/** How long an incident has lasted at a moment (ms), and whether it still goes on then. */
export function durationOf(
  incident: Pick<IncidentRow, 'declaredAt' | 'resolvedAt'>,
  now: number,
): { readonly lastedMs: number; readonly isRunning: boolean } {
  const { declaredAt, resolvedAt } = incident;
  const isRunning = resolvedAt === null;
  return { lastedMs: Math.max(0, (resolvedAt ?? now) - declaredAt), isRunning };
}

/** `00:27:04`; hours go on counting after a day. */
export function formatHours(durationMs: number): string {
  const total = Math.max(0, Math.floor(durationMs / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(total / 3_600))}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
}
