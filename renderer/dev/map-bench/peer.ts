import type { Condition } from '../../views/map/filter.ts';

/** One graph for every library: where services stand, in which condition, and who calls whom. */
export interface BenchGraph {
  readonly names: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly conditions: readonly Condition[];
  /** Caller and callee by turns, as places in `names`. */
  readonly ends: readonly number[];
}

export interface Peer {
  /** Moves the view by so many CSS pixels. */
  pan(dx: number, dy: number): void;
  change(changes: readonly (readonly [node: number, condition: Condition])[]): void;
  /** Of ours: what it is painted on. */
  readonly surface?: string;
}

export type StartPeer = (stage: HTMLElement, graph: BenchGraph) => Promise<Peer> | Peer;

/** The same colours for all. */
export const COLORS: Readonly<Record<Condition, string>> = {
  critical: '#f0525a',
  warning: '#f0b33a',
  info: '#5aa9f8',
  healthy: '#36b37e',
  unknown: '#8a97a6',
};
