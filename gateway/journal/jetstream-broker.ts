import { createHash, randomBytes } from 'node:crypto';
import {
  jetstream,
  jetstreamManager,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import {
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';

/** How a gateway reaches its brokers. Secrets come from a file or the environment, never argv. */
export interface BrokerOptions {
  /** `nats://host:port` of every node: one that is away is passed over. */
  readonly servers: readonly string[];
  /** What the connection is called in the broker's own lists. */
  readonly name: string;
  readonly credentials?: BrokerCredentials;
  readonly tls?: BrokerTls;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, about: object) => void;
}

export interface BrokerCredentials {
  readonly token?: string;
  readonly user?: string;
  readonly password?: string;
  /** Content of a `.creds` file (JWT and nkey seed). */
  readonly creds?: Uint8Array;
}

/** Paths of PEM files; with any of them the connection is encrypted or not made at all. */
export interface BrokerTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** One connection for everything that a gateway asks of its brokers; it is made again for ever. */
export interface Broker {
  readonly isConnected: () => boolean;
  /** Version and limits of the node that is connected to; null before the first contact. */
  readonly server: () => BrokerServer | null;
  readonly client: () => JetStreamClient;
  /** @param timeoutMs of every request that is made through it */
  readonly manager: (timeoutMs: number) => Promise<JetStreamManager>;
  /** Hears when the connection is lost (false) and made again (true). */
  onConnection(listener: (connected: boolean) => void): () => void;
  close(): Promise<void>;
}

export interface BrokerServer {
  readonly version: string;
  /** Largest message, headers included (bytes). */
  readonly maxPayload: number;
  readonly jetstream: boolean;
}

/** The broker cannot be asked now; what was wanted may be tried again. */
export class BrokerAwayError extends Error {
  constructor(message = 'NATS is not reachable') {
    super(message);
    this.name = 'BrokerAwayError';
  }
}

/** The place that was named is somebody else's, or cannot be used: trying again helps nothing. */
export class ForeignStreamError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForeignStreamError';
  }
}

const CONNECT_TIMEOUT_MS = 2_000;
const CONNECT_AGAIN_MS = 500;

/**
 * Begins to connect and goes on for as long as it takes.
 * @throws Error when a node refuses the credentials at the first attempt
 */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const listeners = new Set<(connected: boolean) => void>();
  let connection: NatsConnection | null = null;
  let connected = false;
  let closed = false;
  let again: NodeJS.Timeout | null = null;

  const say = (now: boolean): void => {
    if (connected === now) return;
    connected = now;
    for (const listener of listeners) listener(now);
  };

  async function watch(watched: NatsConnection): Promise<void> {
    for await (const status of watched.status()) {
      if (status.type === 'disconnect') {
        options.log('warn', 'the connection to NATS is lost', { server: status.server });
        say(false);
      } else if (status.type === 'reconnect') {
        options.log('info', 'connected to NATS again', { server: status.server });
        say(true);
      }
    }
  }

  async function attempt(): Promise<void> {
    const made = await connect(connectionOptions(options));
    if (closed) {
      await made.close();
      return;
    }
    connection = made;
    void watch(made);
    // Closed by itself (credentials withdrawn, for one): begin anew rather than stay away.
    void made.closed().then((error) => {
      if (closed) return;
      say(false);
      options.log('error', 'NATS closed the connection', { reason: reasonOf(error) });
      connection = null;
      retry();
    });
    options.log('info', 'connected to NATS', {
      server: made.getServer(),
      version: made.info?.version,
    });
    say(true);
  }

  function retry(): void {
    if (closed) return;
    again = setTimeout(() => {
      attempt().catch(retry);
    }, CONNECT_AGAIN_MS);
  }

  try {
    await attempt();
  } catch (error) {
    if (error instanceof errors.AuthorizationError) {
      throw new Error(`NATS refused the credentials: ${error.message}`, { cause: error });
    }
    options.log('warn', 'NATS is not reachable yet', {
      servers: options.servers.join(', '),
      reason: reasonOf(error),
    });
    retry();
  }

  const there = (): NatsConnection => {
    if (connection === null || connection.isClosed()) throw new BrokerAwayError();
    return connection;
  };
  return {
    isConnected: () => connected,
    server() {
      const info = connection?.info;
      if (info === undefined) return null;
      const { version, max_payload, jetstream: enabled } = info;
      return { version, maxPayload: max_payload, jetstream: enabled === true };
    },
    client: () => jetstream(there()),
    manager: async (timeoutMs) =>
      jetstreamManager(there(), { checkAPI: false, timeout: timeoutMs }),
    onConnection(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      if (again !== null) clearTimeout(again);
      await connection?.close().catch(() => undefined);
    },
  };
}

function connectionOptions({
  servers,
  name,
  credentials,
  tls,
}: BrokerOptions): NodeConnectionOptions {
  return {
    servers: [...servers],
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    timeout: CONNECT_TIMEOUT_MS,
    // A node that hangs is known as such within 6 s.
    pingInterval: 2_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    ...(credentials?.token === undefined ? {} : { token: credentials.token }),
    ...(credentials?.user === undefined ? {} : { user: credentials.user }),
    ...(credentials?.password === undefined ? {} : { pass: credentials.password }),
    ...(credentials?.creds === undefined
      ? {}
      : { authenticator: credsAuthenticator(credentials.creds) }),
  };
}

/**
 * Whether the same request may succeed a little later. While a leader is chosen nobody answers
 * ("jetstream is not enabled" is how the client words that), or a node that just lost its majority
 * answers with an error of its own.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ForeignStreamError) return false;
  if (error instanceof JetStreamApiError) {
    return error.status >= 500 || RETRYABLE_CODES.has(error.code);
  }
  if (error instanceof errors.InvalidArgumentError) return false;
  if (error instanceof errors.PermissionViolationError) return false;
  // No responders, time-outs, connections that are closed, drained or not there yet.
  return true;
}

/** JetStream's own error numbers (nats-server, server/errors.json) that pass by themselves. */
const RETRYABLE_CODES: ReadonlySet<number> = new Set([
  10_008, // JetStream system temporarily unavailable
  10_009, // no suitable peers for placement
  10_039, // not enabled for the account: also said while the meta leader is chosen
  10_059, // stream not found: whoever follows it makes it again
  10_076, // not enabled
]);

/** An error's words, bounded. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  return (text === '' ? 'no reason given' : text).slice(0, 300);
}

/** The oldest version that can be told to sync before it acknowledges, and does so rightly. */
const REAL_USE = [2, 12] as const;

/** What is to be said of a broker that acknowledges what a power cut may take; null when fine. */
export function versionDoubt(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > REAL_USE[0] || (major === REAL_USE[0] && minor >= REAL_USE[1])) return null;
  return `nats-server ${version} is a test broker only: it acknowledges before the disk has it. Real use needs ${REAL_USE.join('.')} or newer with sync_interval: always`;
}

/** Names of a room's streams and subjects, made of the room's name unless one is given. */
export interface RoomNames {
  readonly facts: string;
  readonly factSubject: string;
  /** In the same stream: a message here begins another epoch. */
  readonly epochSubject: string;
  readonly leases: string;
  readonly leaseSubject: (lease: string) => string;
  readonly allLeases: string;
}

export function roomNames(room: string, stream?: string): RoomNames {
  const facts = stream ?? `HOLDFAST_${plain(room).toUpperCase()}`;
  const problem = streamNameProblem(facts);
  if (problem !== null) throw new Error(problem);
  const subject = `holdfast.${facts}`;
  return {
    facts,
    factSubject: `${subject}.fact`,
    epochSubject: `${subject}.epoch`,
    leases: `${facts}_LEASES`,
    leaseSubject: (lease) => `${subject}.lease.${plain(lease)}`,
    allLeases: `${subject}.lease.*`,
  };
}

/** Why this cannot be a stream's name, or null. */
export function streamNameProblem(name: string): string | null {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(name)) return null;
  return `a stream's name has 1 to 100 letters, digits, - and _: ${JSON.stringify(name.slice(0, 120))}`;
}

/** Letters and digits as they are, all else by its code: two names never become one. */
function plain(name: string): string {
  const text = Array.from(name)
    .map((letter) =>
      /[A-Za-z0-9-]/.test(letter) ? letter : `_${(letter.codePointAt(0) ?? 0).toString(16)}_`,
    )
    .join('');
  if (text.length <= 60) return text;
  return `${text.slice(0, 40)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

const MARK = 'holdfast room';

/** What a room's stream says of itself, in its description. */
export function describe(room: string): string {
  return `${MARK} ${JSON.stringify({ room })}`;
}

/**
 * Makes sure that a stream is this room's.
 * @throws ForeignStreamError when it is not
 */
export function checkStream({ config }: StreamInfo, room: string): void {
  const said = config.description ?? '';
  let named: unknown;
  try {
    if (said.startsWith(MARK)) {
      named = (JSON.parse(said.slice(MARK.length)) as { room?: unknown }).room;
    }
  } catch {
    // Told below as not ours.
  }
  if (typeof named !== 'string') {
    throw new ForeignStreamError(
      `the stream ${config.name} was not made by Holdfast; it is left untouched. Choose another with --stream`,
    );
  }
  if (named !== room) {
    throw new ForeignStreamError(
      `the stream ${config.name} is of the room ${JSON.stringify(named.slice(0, 200))}, not of ${JSON.stringify(room)}; it is left untouched. Choose another with --stream`,
    );
  }
}

export function newNonce(): string {
  return randomBytes(12).toString('hex');
}

/**
 * Which history a stream is: its making, which a copy of its configuration does not carry over, and
 * the nonce of the last message that began the epoch anew ('' before the first).
 */
export function epochOf(made: string, nonce: string): string {
  return createHash('sha256').update(`${made}\n${nonce}`).digest('hex').slice(0, 24);
}
