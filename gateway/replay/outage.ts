/** A recorded outage: what sources posted, and when. */

/** One request of the recording. */
export interface OutagePost {
  /** When it is sent, ms after the start of the outage. */
  readonly afterMs: number;
  readonly method: 'POST';
  /** Absolute path on the gateway. */
  readonly path: '/ingest/topology' | '/ingest/change' | '/ingest/alertmanager';
  /** JSON; strings that are exactly `@+<ms>` stand for a moment after the start. */
  readonly body: unknown;
}

export interface Outage {
  readonly version: 1;
  readonly title: string;
  readonly seed: number;
  readonly durationMs: number;
  readonly counts: OutageCounts;
  /** In the order of `afterMs`. */
  readonly posts: readonly OutagePost[];
}

export interface OutageCounts {
  /** Nodes of kind `service`. */
  readonly services: number;
  readonly nodes: number;
  readonly edges: number;
  readonly changes: number;
  /** Distinct (fingerprint, startsAt). */
  readonly firings: number;
  readonly resolutions: number;
}
