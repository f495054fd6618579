import type { IncidentSeverity } from '../facts/incident.ts';
import type { IncidentRow } from '../ipc/rows.ts';

/** `4:07`, `1:02:07`; hours go on counting after a day. */
export function clockText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3_600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0
    ? `${String(hours)}:${two(minutes)}:${two(total % 60)}`
    : `${String(minutes)}:${two(total % 60)}`;
}

/** `2026-03-01 02:14:07`, UTC. */
export function utcText(moment: number): string {
  return new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * How long an incident stood at each severity (ms), the gravest first; while nobody worked on it, it
 * stood at none.
 * @param until the moment up to which one that goes on is counted (ms since the epoch)
 */
export function timeBySeverity(
  incident: Pick<IncidentRow, 'severities' | 'phases'>,
  until: number,
): readonly { readonly severity: IncidentSeverity; readonly ms: number }[] {
  const steps = [...incident.severities].sort((left, right) => left.at - right.at);
  const spent = new Map<IncidentSeverity, number>();
  steps.forEach(({ severity, at }, index) => {
    const next = steps[index + 1]?.at ?? Infinity;
    for (const open of openTimes(incident, until)) {
      const ms = Math.min(next, open.to) - Math.max(at, open.from);
      if (ms > 0) spent.set(severity, (spent.get(severity) ?? 0) + ms);
    }
  });
  return [...spent]
    .map(([severity, ms]) => ({ severity, ms }))
    .sort((left, right) => left.severity.localeCompare(right.severity));
}

const OVER = new Set(['resolved', 'closed', 'cancelled', 'duplicate']);

function openTimes(
  { phases }: Pick<IncidentRow, 'phases'>,
  until: number,
): { from: number; to: number }[] {
  const times: { from: number; to: number }[] = [];
  let from: number | null = null;
  for (const { phase, at } of [...phases].sort((left, right) => left.at - right.at)) {
    if (OVER.has(phase)) {
      if (from !== null) times.push({ from, to: at });
      from = null;
    } else {
      from ??= at;
    }
  }
  if (from !== null) times.push({ from, to: Math.max(from, until) });
  return times;
}
