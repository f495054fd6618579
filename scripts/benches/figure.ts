/** One measured figure; `ratio` is value / peerValue where there is a peer. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: string | null;
  readonly peerValue: number | null;
  readonly ratio: number | null;
}

export function figure(
  name: string,
  value: number,
  unit: string,
  peer: { name: string; value: number } | null = null,
): Figure {
  return {
    name,
    value: round(value),
    unit,
    peer: peer?.name ?? null,
    peerValue: peer === null ? null : round(peer.value),
    ratio: peer === null ? null : round(value / peer.value),
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** CPU seconds (user and system) that a piece of work took in this process. */
export async function cpuSeconds(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
