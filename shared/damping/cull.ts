/**
 * Culling of bad nodes among equal ones (SOFARPC, `fault/fault-tolerance`): a node whose share of
 * errors is a multiple of its peers' mean loses weight, at most a few of a service at once, and comes
 * back by doubling. A comparison between peers cannot see what strikes all of them, nor one dead node
 * among five: an absolute limit stands beside it.
 */
export interface NodeWindow {
  /** Calls and failed calls of one window. */
  readonly calls: number;
  readonly errors: number;
}

export interface CullSettings {
  /** Bad from so many times the peers' mean on. */
  readonly multiple: number;
  /** Fewer calls in a window say nothing. */
  readonly least: number;
  /** Bad from this share of errors on, whatever the peers do (0 to 1). */
  readonly absolute: number;
}

export const CULL_DEFAULTS: CullSettings = { multiple: 6, least: 10, absolute: 0.5 };

export type PeerVerdict = 'healthy' | 'abnormal' | 'ignored';

/** What the comparison between peers says alone, in the reference's arithmetic of two decimals. */
export function comparePeers(
  nodes: readonly NodeWindow[],
  { multiple, least }: Pick<CullSettings, 'multiple' | 'least'>,
): PeerVerdict[] {
  const counted = nodes.filter(({ calls }) => calls >= least);
  const calls = sum(counted.map((node) => node.calls));
  const mean = calls === 0 ? 0 : hundredths(sum(counted.map(({ errors }) => errors)) / calls);
  return nodes.map((node) => {
    if (node.calls < least) return 'ignored';
    if (mean === 0) return 'healthy';
    const share = hundredths(node.errors / node.calls);
    return hundredths(share / mean) >= multiple ? 'abnormal' : 'healthy';
  });
}

/** Peers compared, and each node against the absolute limit: either finds it. */
export function findBadNodes(
  nodes: readonly NodeWindow[],
  settings: CullSettings = CULL_DEFAULTS,
): PeerVerdict[] {
  const compared = comparePeers(nodes, settings);
  return nodes.map((node, index) => {
    const verdict = compared[index] ?? 'ignored';
    if (verdict === 'ignored') return verdict;
    return node.errors / node.calls >= settings.absolute ? 'abnormal' : verdict;
  });
}

/** A whole weight is 100. */
export const FULL_WEIGHT = 100;

/** A node's weight after one more window. */
export function weightAfter(weight: number, isBad: boolean): number {
  return isBad
    ? Math.max(1, Math.floor(weight * 0.05))
    : Math.min(FULL_WEIGHT, Math.max(1, weight) * 2);
}

/** Of the nodes that are bad, those that lose weight: the worst, at most `most`; the rest are told. */
export function degraded(
  nodes: readonly NodeWindow[],
  verdicts: readonly PeerVerdict[],
  most = 2,
): Set<number> {
  const bad = [...nodes.keys()].filter((index) => verdicts[index] === 'abnormal');
  const share = (index: number): number => {
    const node = nodes[index];
    return node === undefined ? 0 : node.errors / node.calls;
  };
  return new Set(bad.toSorted((a, b) => share(b) - share(a) || a - b).slice(0, most));
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function sum(values: readonly number[]): number {
  return values.reduce((left, right) => left + right, 0);
}
