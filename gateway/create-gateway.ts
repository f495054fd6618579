import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { createAccess, type TokenEntry } from './access/tokens.ts';
import { createHttp } from './http.ts';
import { openIngest } from './ingest/ingest.ts';
import { openBlobStore } from './journal/blob-store.ts';
import type { Journal } from './journal/journal.ts';
import { openSqliteJournal } from './journal/sqlite-journal.ts';
import { createRegistry } from './metrics.ts';
import { FEED_TIMINGS, openFeed, type FeedTimings } from './rooms/feed.ts';
import { openRunbookLibrary, type RunbookLibrary } from './rooms/runbook-library.ts';

export interface GatewayOptions {
  /** Where journal and texts lie; made when it is not there. One gateway a folder. */
  readonly dataFolder: string;
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly room: string;
  readonly tokens: readonly TokenEntry[];
  /** The team's runbooks (Markdown), published to every desktop. */
  readonly runbooksFolder?: string;
  readonly runbooksPollMs?: number;
  readonly timings?: Partial<FeedTimings>;
  /** Silent unless given. */
  readonly logger?: Logger;
  /** The gateway's clock (ms since the epoch). */
  readonly now?: () => number;
  /** Another journal than the folder's SQLite file; the gateway closes it. */
  readonly journal?: Journal;
  /** The journal was restored from a backup: every desktop is to compare anew. */
  readonly newEpoch?: boolean;
}

export interface Gateway {
  readonly address: { readonly host: string; readonly port: number; readonly url: string };
  readonly journal: Journal;
  /** Looks at the folder of runbooks now, without waiting for the next turn. */
  pollRunbooks(): Promise<void>;
  /** Stops in good order: no new requests, those under way finish, clients hear of it; ≤ 5 s. */
  close(reason?: string): Promise<void>;
}

const RUNBOOKS_POLL_MS = 10_000;
const CLOSE_WITHIN_MS = 4_000;

/**
 * Starts a gateway that listens. It can run as a process of its own (server.ts), inside the
 * desktop's core, and in a test.
 * @throws when the port is taken or the journal belongs to something else
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { dataFolder, room, host = '127.0.0.1', now = Date.now } = options;
  const logger = options.logger ?? pino({ level: 'silent' });
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const journal =
    options.journal ?? openSqliteJournal({ path: join(dataFolder, 'gateway.db'), now });
  const metrics = createRegistry();
  let runbooks: RunbookLibrary | null = null;
  let poll: NodeJS.Timeout | null = null;
  try {
    if (options.newEpoch === true) await journal.renewEpoch();
    const blobs = await openBlobStore(join(dataFolder, 'blobs'));
    const ingest = await openIngest(journal, now);
    const access = createAccess(options.tokens);
    if (options.runbooksFolder !== undefined) {
      runbooks = await openRunbookLibrary({
        folder: options.runbooksFolder,
        journal,
        blobs,
        now,
        onProblem: (fileName, reason) => logger.warn({ fileName, reason }, 'runbook not published'),
      });
      await runbooks.poll();
    }
    let clients = (): number => 0;
    const app = createHttp({
      journal,
      ingest,
      access,
      blobs,
      runbooks,
      metrics,
      clients: () => clients(),
      startedAt: now(),
      now,
      logger,
    });
    await app.ready();
    const feed = openFeed({
      server: app.server,
      room,
      journal,
      blobs,
      access,
      metrics,
      now,
      timings: { ...FEED_TIMINGS, ...options.timings },
      log: (message, about) => logger.info(about, message),
    });
    clients = feed.clients;
    await app.listen({ host, port: options.port });
    const { port } = app.server.address() as AddressInfo;
    poll = setInterval(() => {
      runbooks?.poll().catch((error: unknown) => logger.warn({ error }, 'runbooks not read'));
    }, options.runbooksPollMs ?? RUNBOOKS_POLL_MS);

    let closing: Promise<void> | null = null;
    const stop = async (reason: string): Promise<void> => {
      if (poll !== null) clearInterval(poll);
      // Listening ends at once; what is under way finishes while the clients hear of the stop.
      const served = app.close();
      await feed.close(reason);
      const late = setTimeout(() => app.server.closeAllConnections(), CLOSE_WITHIN_MS - 1_000);
      await served;
      clearTimeout(late);
      await journal.close();
    };
    return {
      address: { host, port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` },
      journal,
      pollRunbooks: async () => runbooks?.poll(),
      close: (reason = 'the gateway is stopping') => (closing ??= stop(reason)),
    };
  } catch (error) {
    if (poll !== null) clearInterval(poll);
    await journal.close();
    throw error;
  }
}
