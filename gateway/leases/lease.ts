/**
 * Who among a room's replicas does what only one of them should do: ask a source, publish the
 * runbooks. A lease only saves work and noise: were two to hold it for a moment, the facts of both
 * would still be one set.
 */
export interface Lease {
  /** Whether this process may act now: false as soon as it could not renew in time. */
  readonly held: () => boolean;
  onChange(listener: (held: boolean) => void): () => void;
  /** Gives it up, so that another takes it at once. */
  close(): Promise<void>;
}

export interface Leases {
  open(name: string): Lease;
}

/** Where there is one gateway only, it holds every lease from the beginning. */
export const ownLeases: Leases = {
  open: () => ({
    held: () => true,
    onChange(listener) {
      listener(true);
      return () => undefined;
    },
    close: async () => undefined,
  }),
};
