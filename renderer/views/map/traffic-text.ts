import type { EdgeRow } from '../../../shared/ipc/rows.ts';

/** `12/s · 0.8 % · 84 ms`: calls, the share that failed, how long they took (mean, else p95). */
export function trafficText(traffic: NonNullable<EdgeRow['traffic']>): string {
  const { requestsPerSecond, errorsPerSecond, latencyMs, latencyP95Ms } = traffic;
  const parts: string[] = [];
  if (requestsPerSecond !== null) parts.push(`${short(requestsPerSecond)}/s`);
  if (errorsPerSecond !== null && requestsPerSecond !== null && requestsPerSecond > 0) {
    parts.push(`${short((errorsPerSecond / requestsPerSecond) * 100)} %`);
  }
  const latency = latencyMs ?? latencyP95Ms;
  if (latency !== null) parts.push(`${short(latency)} ms`);
  return parts.join(' · ');
}

/** Two digits that count; thousands whole. */
function short(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(2)));
}
