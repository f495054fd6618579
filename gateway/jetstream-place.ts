import { readFileSync } from 'node:fs';
import type { JetStreamPlace } from './create-gateway.ts';
import type { BrokerCredentials, BrokerTls } from './journal/jetstream-broker.ts';

/** What the command line and the environment say of the brokers. */
export interface BrokerWords {
  readonly nats?: string | undefined;
  readonly stream?: string | undefined;
  readonly replicas?: string | undefined;
  readonly user?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly credsFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** From the environment only: what is in argv can be read by every user of the machine. */
  readonly token?: string | undefined;
  readonly password?: string | undefined;
}

const SCHEMES = new Set(['nats:', 'tls:']);

/**
 * Reads where the brokers are and how to be let in.
 * @throws Error that says what is wrong and what to write
 */
export function readJetStreamPlace(words: BrokerWords): JetStreamPlace {
  const servers = (words.nats ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (servers.length === 0) {
    throw new Error('--journal jetstream needs --nats nats://host:4222[,nats://host:4222…]');
  }
  for (const server of servers) checkServer(server);
  const replicas = Number(words.replicas ?? 3);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 5) {
    throw new Error(`--replicas: ${words.replicas} is not a number from 1 to 5`);
  }
  const credentials = readCredentials(words);
  const tls = readTls(words);
  return {
    servers,
    replicas,
    ...(words.stream === undefined ? {} : { stream: words.stream }),
    ...(credentials === null ? {} : { credentials }),
    ...(tls === null ? {} : { tls }),
  };
}

function checkServer(server: string): void {
  const url = URL.parse(server);
  if (url === null || !SCHEMES.has(url.protocol) || url.hostname === '') {
    throw new Error(`--nats: ${JSON.stringify(server)} is not nats://host:port or tls://host:port`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      '--nats: a token or password does not belong into the address, where every user of this machine can read it. Use --nats-token-file, --nats-creds, or HOLDFAST_GATEWAY_NATS_TOKEN',
    );
  }
}

function readCredentials(words: BrokerWords): BrokerCredentials | null {
  const token = words.tokenFile === undefined ? words.token : secretIn(words.tokenFile);
  const password = words.passwordFile === undefined ? words.password : secretIn(words.passwordFile);
  const credentials: BrokerCredentials = {
    ...(token === undefined ? {} : { token }),
    ...(words.user === undefined ? {} : { user: words.user }),
    ...(password === undefined ? {} : { password }),
    ...(words.credsFile === undefined ? {} : { creds: bytesOf(words.credsFile) }),
  };
  return Object.keys(credentials).length === 0 ? null : credentials;
}

function readTls({ caFile, certFile, keyFile }: BrokerWords): BrokerTls | null {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new Error('--nats-cert and --nats-key belong together');
  }
  const tls: BrokerTls = {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
  for (const file of Object.values(tls) as string[]) bytesOf(file);
  return Object.keys(tls).length === 0 ? null : tls;
}

function secretIn(file: string): string {
  const secret = bytesOf(file).toString('utf8').trim();
  if (secret === '') throw new Error(`${file} is empty`);
  return secret;
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new Error(`${file} cannot be read: ${reason}`, { cause: error });
  }
}
