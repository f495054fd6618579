import { openPull, type Pull, type PullSource } from '../../gateway/ingest/pull.ts';
import type { StoredFact } from '../../gateway/journal/fact-store.ts';
import { ownLeases } from '../../gateway/leases/lease.ts';
import { createRegistry } from '../../gateway/metrics.ts';
import type { Journal } from '../journal/journal.ts';
import { openDeskIngest } from './desk-ingest.ts';

/**
 * The gateway inside the desk: while the gateway is silent the desk asks the sources itself, with the
 * same adapters and under the same names. What it hears are the facts that the gateway would have made
 * of it; what only this desk heard the gateway gets in the exchange that follows its return.
 */
export interface DirectSources {
  /** Which sources are asked now; empty while the gateway speaks. */
  asked(): readonly string[];
  /** To be called again and again: whether the gateway is heard, and how long it has not been (ms). */
  follow(silentMs: number | null): void;
  /** Other sources from now on. */
  set(sources: readonly PullSource[]): void;
  close(): void;
}

export interface DirectOptions {
  readonly journal: Journal;
  readonly now: () => number;
  /** Everything that this desk holds of a source, in any order: what it says again is no news. */
  readonly heldOf: (source: string) => readonly StoredFact[];
  readonly onFacts: () => void;
  readonly onChange: () => void;
  /** The gateway must be silent for so long before sources are asked (ms). */
  readonly silentMs?: number;
  readonly fetch?: typeof fetch;
}

/** A gateway that is started anew is back within this time. */
const SILENT_MS = 15_000;

export function openDirectSources(options: DirectOptions): DirectSources {
  const { now } = options;
  const silentMs = options.silentMs ?? SILENT_MS;
  let sources: readonly PullSource[] = [];
  let asking: { pulls: Promise<Pull[]>; names: readonly string[] } | null = null;
  let isSilent = false;
  let closed = false;

  async function begin(asked: readonly PullSource[]): Promise<Pull[]> {
    const held = asked.flatMap(({ name }) => options.heldOf(name));
    const ingest = await openDeskIngest({ ...options, held, isOver: () => closed });
    return asked.map((source) =>
      openPull({
        source,
        ingest,
        lease: ownLeases.open(source.name),
        pulls: createRegistry().counter('direct_pulls', ''),
        log: (level, message, about) => {
          if (level !== 'info') console.error(message, about);
        },
        now,
        ...(options.fetch && { fetch: options.fetch }),
      }),
    );
  }

  function decide(): void {
    const wanted = isSilent && !closed && sources.length > 0;
    if (wanted === (asking !== null)) return;
    if (wanted) {
      const pulls = begin(sources).catch((error: unknown) => {
        console.error('sources could not be asked:', error);
        return [];
      });
      asking = { pulls, names: sources.map(({ name }) => name) };
    } else {
      stop();
    }
    options.onChange();
  }

  function stop(): void {
    const before = asking;
    asking = null;
    void before?.pulls.then(async (pulls) => {
      for (const pull of pulls) await pull.close();
    });
  }

  return {
    asked: () => asking?.names ?? [],
    follow(silentFor) {
      isSilent = silentFor !== null && silentFor >= silentMs;
      decide();
    },
    set(next) {
      sources = next;
      stop();
      decide();
    },
    close() {
      closed = true;
      stop();
    },
  };
}
