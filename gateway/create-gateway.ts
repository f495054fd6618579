import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { createAccess, type TokenEntry } from './access/tokens.ts';
import { createWitness, witnessKeyIn } from './access/witness.ts';
import { createHttp } from './http.ts';
import type { AdapterSettings } from '../shared/adapters/adapter.ts';
import type { TurnLimits } from './ingest/turns.ts';
import { openIngest } from './ingest/ingest.ts';
import { openPull, type Pull, type PullSource, type PullTimings } from './ingest/pull.ts';
import { openBlobStore } from './journal/blob-store.ts';
import type { BrokerCredentials, BrokerTls } from './journal/jetstream-broker.ts';
import type { JetStreamTimings } from './journal/jetstream-journal.ts';
import type { Journal } from './journal/journal.ts';
import { openSqliteJournal } from './journal/sqlite-journal.ts';
import { ownLeases, type Lease, type Leases } from './leases/lease.ts';
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
  /** The journal is a JetStream stream, shared by any number of gateways of this room. */
  readonly jetstream?: JetStreamPlace;
  /** Sources that are asked, by one of the room's gateways at a time. */
  readonly pulls?: readonly PullSource[];
  readonly pullTimings?: Partial<PullTimings>;
  /** The key of the room's witness, shared by its replicas; `witness.key` in the data folder else. */
  readonly witnessKeyFile?: string;
  /** The journal was restored from a backup: every desktop is to compare anew. */
  readonly newEpoch?: boolean;
  /** Other bounds for what senders may have under way. */
  readonly turnLimits?: Partial<TurnLimits>;
  /** Bytes of attachments that are kept at most. */
  readonly attachmentQuota?: number;
  /** What is stated of sources, by name. */
  readonly sourceSettings?: ReadonlyMap<string, AdapterSettings>;
}

export interface JetStreamPlace {
  readonly servers: readonly string[];
  readonly credentials?: BrokerCredentials;
  readonly tls?: BrokerTls;
  /** Made of the room's name unless given. */
  readonly stream?: string;
  /** Copies of the streams that this gateway makes; 3 unless told otherwise. */
  readonly replicas?: number;
  readonly timings?: Partial<JetStreamTimings>;
  readonly leaseTtlMs?: number;
}

export interface Gateway {
  readonly address: { readonly host: string; readonly port: number; readonly url: string };
  readonly journal: Journal;
  /** Looks at the folder of runbooks now, without waiting for the next turn. */
  pollRunbooks(): Promise<void>;
  /** Stops in good order: no new requests, those under way finish, clients hear of it; ≤ 5 s. */
  close(reason?: string): Promise<void>;
}

/** What a room may keep as evidence unless told otherwise (20 GiB, 4,000 large pictures). */
const ATTACHMENT_QUOTA_BYTES = 20 * 1024 ** 3;
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
  const { journal, leases, closePlace } = await openPlace(options, logger, now);
  const metrics = createRegistry();
  let runbooks: RunbookLibrary | null = null;
  let poll: NodeJS.Timeout | null = null;
  let runbooksLease: Lease | null = null;
  const pulls: Pull[] = [];
  const pullLeases: Lease[] = [];
  const stopAsking = async (): Promise<void> => {
    if (poll !== null) clearInterval(poll);
    await Promise.all(pulls.map((pull) => pull.close()));
    await Promise.all(
      [...pullLeases, ...(runbooksLease ? [runbooksLease] : [])].map((lease) => lease.close()),
    );
  };
  try {
    if (options.newEpoch === true) await journal.renewEpoch();
    const blobs = await openBlobStore(join(dataFolder, 'blobs'));
    const attachments = await openBlobStore(join(dataFolder, 'attachments'), {
      quota: options.attachmentQuota ?? ATTACHMENT_QUOTA_BYTES,
    });
    const ingest = await openIngest(journal, now);
    const access = createAccess(options.tokens);
    const witness = createWitness(
      witnessKeyIn(options.witnessKeyFile ?? join(dataFolder, 'witness.key')),
    );
    if (options.runbooksFolder !== undefined) {
      const lease = leases.open('runbooks');
      runbooksLease = lease;
      runbooks = await openRunbookLibrary({
        folder: options.runbooksFolder,
        journal,
        blobs,
        now,
        onProblem: (fileName, reason) => logger.warn({ fileName, reason }, 'runbook not published'),
        publishes: lease.held,
      });
      await runbooks.poll();
    }
    let clients = (): number => 0;
    const app = createHttp({
      journal,
      ingest,
      access,
      blobs,
      attachments,
      runbooks,
      metrics,
      clients: () => clients(),
      startedAt: now(),
      now,
      logger,
      ...(options.turnLimits && { turnLimits: options.turnLimits }),
      ...(options.sourceSettings && { sourceSettings: options.sourceSettings }),
    });
    await app.ready();
    const feed = openFeed({
      server: app.server,
      room,
      journal,
      blobs,
      attachments,
      access,
      witness,
      metrics,
      now,
      timings: { ...FEED_TIMINGS, ...options.timings },
      log: (message, about) => logger.info(about, message),
    });
    clients = feed.clients;
    await app.listen({ host, port: options.port });
    const counter = metrics.counter(
      'holdfast_gateway_pulls_total',
      'Questions to sources that are asked, by source and outcome.',
    );
    for (const source of options.pulls ?? []) {
      const lease = leases.open(`pull ${source.format} ${source.name}`);
      pullLeases.push(lease);
      pulls.push(
        openPull({
          source: withSettings(source, options.sourceSettings),
          ingest,
          lease,
          pulls: counter,
          now,
          log: (level, message, about) => logger[level](about, message),
          ...(options.pullTimings === undefined ? {} : { timings: options.pullTimings }),
        }),
      );
    }
    const { port } = app.server.address() as AddressInfo;
    const look = (): void => {
      runbooks?.poll().catch((error: unknown) => logger.warn({ error }, 'runbooks not read'));
    };
    poll = setInterval(look, options.runbooksPollMs ?? RUNBOOKS_POLL_MS);
    runbooksLease?.onChange((held) => {
      if (held) look();
    });

    let closing: Promise<void> | null = null;
    const stop = async (reason: string): Promise<void> => {
      const asked = stopAsking();
      // Listening ends at once; what is under way finishes while the clients hear of the stop.
      const served = app.close();
      await feed.close(reason);
      const late = setTimeout(() => app.server.closeAllConnections(), CLOSE_WITHIN_MS - 1_000);
      await served;
      clearTimeout(late);
      await asked;
      await journal.close();
      await closePlace();
    };
    return {
      address: { host, port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` },
      journal,
      pollRunbooks: async () => runbooks?.poll(),
      close: (reason = 'the gateway is stopping') => (closing ??= stop(reason)),
    };
  } catch (error) {
    await stopAsking();
    await journal.close();
    await closePlace();
    throw error;
  }
}

/** The journal, and who may do what only one of a room's gateways should do. */
async function openPlace(
  { dataFolder, room, journal, jetstream }: GatewayOptions,
  logger: Logger,
  now: () => number,
): Promise<{ journal: Journal; leases: Leases; closePlace: () => Promise<void> }> {
  if (journal !== undefined || jetstream === undefined) {
    return {
      journal: journal ?? openSqliteJournal({ path: join(dataFolder, 'gateway.db'), now }),
      leases: ownLeases,
      closePlace: async () => undefined,
    };
  }
  // Loaded by those alone who use it: a desktop's own gateway does not.
  const { openBroker } = await import('./journal/jetstream-broker.ts');
  const { openJetStreamJournal } = await import('./journal/jetstream-journal.ts');
  const { createJetStreamLeases } = await import('./leases/jetstream-lease.ts');
  const { servers, credentials, tls, stream, replicas = 3, timings, leaseTtlMs } = jetstream;
  const log = (level: 'info' | 'warn' | 'error', message: string, about: object): void =>
    logger[level](about, message);
  const broker = await openBroker({
    servers,
    name: `holdfast gateway, room ${room}`,
    log,
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
  });
  const place = { broker, room, replicas, log, ...(stream === undefined ? {} : { stream }) };
  try {
    return {
      journal: await openJetStreamJournal({
        ...place,
        folder: dataFolder,
        now,
        ...(timings === undefined ? {} : { timings }),
      }),
      leases: createJetStreamLeases({
        ...place,
        ...(leaseTtlMs === undefined ? {} : { ttlMs: leaseTtlMs }),
      }),
      closePlace: () => broker.close(),
    };
  } catch (error) {
    await broker.close();
    throw error;
  }
}

function withSettings(source: PullSource, settings: GatewayOptions['sourceSettings']): PullSource {
  const stated = settings?.get(source.name);
  return stated === undefined ? source : { ...source, settings: stated };
}
