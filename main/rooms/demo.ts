import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openIngest } from '../../gateway/ingest/ingest.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import type { Outage } from '../../gateway/replay/outage.ts';
import { playOutage } from '../../gateway/replay/play-outage.ts';
import { adapters } from '../../shared/adapters/registry.ts';
import type { Adapter } from '../../shared/adapters/adapter.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { Room } from './room.ts';

export interface Demo {
  stop(): void;
}

const ADAPTER_OF_PATH: Record<string, Adapter> = {
  '/ingest/alertmanager': adapters['alertmanager-webhook'],
  '/ingest/topology': adapters.topology,
  '/ingest/change': adapters.change,
};

/**
 * Plays the recorded outage into a room of its own, through the gateway's own intake but without a
 * socket: nothing listens, and it works with everything else dead.
 */
export function startDemo(options: {
  resources: string;
  /** A folder that is not there yet. */
  folder: string;
  speed: number;
  now: () => number;
  open: (folder: string) => Room;
  onError: (error: unknown) => void;
}): Demo {
  const outage = JSON.parse(
    readFileSync(join(options.resources, 'demo', 'outage.json'), 'utf8'),
  ) as Outage;
  mkdirSync(options.folder, { recursive: true });
  const room = options.open(join(options.folder, 'room'));
  const stop = new AbortController();
  void play(outage, room, options, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) options.onError(error);
    stop.abort();
  });
  return { stop: () => stop.abort() };
}

async function play(
  outage: Outage,
  room: Room,
  options: { folder: string; speed: number; now: () => number },
  signal: AbortSignal,
): Promise<void> {
  const journal = openSqliteJournal({
    path: join(options.folder, 'intake.sqlite'),
    now: options.now,
  });
  let waiting: Fact[] = [];
  journal.onAppend((stored) => {
    if (signal.aborted) return;
    waiting.push(...stored.map(({ fact }) => fact));
    try {
      room.receive(waiting);
      waiting = [];
    } catch {
      // The room's status row tells it; these go with the next ones.
    }
  });
  const ingest = await openIngest(journal, options.now);
  const take: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    const adapter = ADAPTER_OF_PATH[pathname];
    if (!adapter) return new Response(`no adapter for ${pathname}`, { status: 404 });
    const bytes = new TextEncoder().encode(String(init?.body));
    await ingest.receive({ adapter, bytes, source: 'demo' });
    return new Response('{}');
  };
  try {
    await playOutage({
      outage,
      url: 'http://demo.invalid',
      speed: options.speed,
      startAt: options.now(),
      signal,
      fetch: take,
    });
  } finally {
    await journal.close();
  }
}
