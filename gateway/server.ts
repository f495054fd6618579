import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { makeTokensFile, readTokensFile, type TokenEntry } from './access/tokens.ts';
import { createGateway } from './create-gateway.ts';
import { readSourceSettings } from './ingest/source-settings.ts';
import { pullTokenVariable, readPull, type PullSource } from './ingest/pull.ts';
import { readJetStreamPlace } from './jetstream-place.ts';

/**
 * The gateway as a process of its own. Standard output carries one line of JSON when it listens;
 * the log goes to standard error.
 */
const USAGE = `node gateway/server.ts [options]
  --data DIR       journal and texts (HOLDFAST_GATEWAY_DATA; ./holdfast-gateway)
  --host HOST      address to listen on (HOLDFAST_GATEWAY_HOST; 127.0.0.1)
  --port PORT      0 takes a free one (HOLDFAST_GATEWAY_PORT; 7411)
  --tokens FILE    who may do what (HOLDFAST_GATEWAY_TOKENS; made in DIR on loopback)
  --runbooks DIR   the team's Markdown runbooks (HOLDFAST_GATEWAY_RUNBOOKS)
  --room NAME      the room's name (HOLDFAST_GATEWAY_ROOM; room)
  --witness-key FILE  the key of the room's witness, shared by its replicas
                   (HOLDFAST_GATEWAY_WITNESS_KEY; made as witness.key in DIR)
  --person NAME    for whom the made token speaks (HOLDFAST_GATEWAY_PERSON; commander)
  --pull FORMAT:NAME=URL  a source that is asked, for example
                   alertmanager:prod=http://alertmanager:9093; may be given again
                   (HOLDFAST_GATEWAY_PULL, separated by spaces; its token: HOLDFAST_PULL_TOKEN_NAME)
  --pull-interval SECONDS  how often such sources are asked, 1 to 3600
                   (HOLDFAST_GATEWAY_PULL_INTERVAL; each format has its own)
  --source-settings FILE  what is stated of sources, as JSON by name
                   (HOLDFAST_GATEWAY_SOURCE_SETTINGS; see README: "Sources that are asked")
  --journal WHAT   sqlite (in DIR), or jetstream (HOLDFAST_GATEWAY_JOURNAL; sqlite)
  --nats URLS      jetstream: nats://a:4222,nats://b:4222,nats://c:4222 (HOLDFAST_GATEWAY_NATS)
  --stream NAME    jetstream: the stream (HOLDFAST_GATEWAY_STREAM; made of the room's name)
  --replicas N     jetstream: copies of a stream that is made here (HOLDFAST_GATEWAY_REPLICAS; 3)
  --nats-token-file FILE, --nats-user NAME, --nats-password-file FILE, --nats-creds FILE
                   jetstream: who we are (HOLDFAST_GATEWAY_NATS_TOKEN, …_NATS_USER, …_NATS_PASSWORD)
  --nats-ca FILE, --nats-cert FILE, --nats-key FILE
                   jetstream: TLS
  --new-epoch      after a journal was restored from a backup: every desktop compares anew
  --help
`;

const STOP_WITHIN_MS = 5_000;

await main().catch((error: unknown) => {
  process.stderr.write(`gateway: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      tokens: { type: 'string' },
      runbooks: { type: 'string' },
      room: { type: 'string' },
      person: { type: 'string' },
      'witness-key': { type: 'string' },
      pull: { type: 'string', multiple: true },
      'pull-interval': { type: 'string' },
      'source-settings': { type: 'string' },
      journal: { type: 'string' },
      nats: { type: 'string' },
      stream: { type: 'string' },
      replicas: { type: 'string' },
      'nats-token-file': { type: 'string' },
      'nats-user': { type: 'string' },
      'nats-password-file': { type: 'string' },
      'nats-creds': { type: 'string' },
      'nats-ca': { type: 'string' },
      'nats-cert': { type: 'string' },
      'nats-key': { type: 'string' },
      'new-epoch': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const option = (name: 'data' | 'host' | 'port' | 'tokens' | 'runbooks' | 'room' | 'person') =>
    values[name] ?? process.env[`HOLDFAST_GATEWAY_${name.toUpperCase()}`];
  const data = option('data') ?? 'holdfast-gateway';
  const host = option('host') ?? '127.0.0.1';
  const port = Number(option('port') ?? 7411);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port: ${option('port')} is not a port`);
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const access = tokensFor(option('tokens'), data, host, option('person') ?? 'commander');
  const logger = pino({ name: 'gateway' }, destination({ fd: 2, sync: true }));
  const runbooks = option('runbooks');
  const witnessKey = values['witness-key'] ?? process.env['HOLDFAST_GATEWAY_WITNESS_KEY'];
  const environment = (name: string): string | undefined => process.env[`HOLDFAST_GATEWAY_${name}`];
  const backend = values.journal ?? environment('JOURNAL') ?? 'sqlite';
  if (backend !== 'sqlite' && backend !== 'jetstream') {
    throw new Error(`--journal: ${backend} is neither sqlite nor jetstream`);
  }
  const nats = values.nats ?? environment('NATS');
  if (backend === 'sqlite' && nats !== undefined) {
    throw new Error('--nats is given: add --journal jetstream, or leave it out');
  }
  const jetstream =
    backend === 'jetstream'
      ? readJetStreamPlace({
          nats,
          stream: values.stream ?? environment('STREAM'),
          replicas: values.replicas ?? environment('REPLICAS'),
          user: values['nats-user'] ?? environment('NATS_USER'),
          tokenFile: values['nats-token-file'],
          passwordFile: values['nats-password-file'],
          credsFile: values['nats-creds'] ?? environment('NATS_CREDS'),
          caFile: values['nats-ca'] ?? environment('NATS_CA'),
          certFile: values['nats-cert'] ?? environment('NATS_CERT'),
          keyFile: values['nats-key'] ?? environment('NATS_KEY'),
          token: environment('NATS_TOKEN'),
          password: environment('NATS_PASSWORD'),
        })
      : null;
  const pulls = pullsOf(values.pull ?? (environment('PULL') ?? '').split(/\s+/));
  const pullText = values['pull-interval'] ?? environment('PULL_INTERVAL');
  const pullSeconds = pullText === undefined ? undefined : Number(pullText);
  if (pullSeconds !== undefined && !(pullSeconds >= 1 && pullSeconds <= 3_600)) {
    throw new Error(`--pull-interval: ${pullText} is not a number of seconds from 1 to 3600`);
  }
  const settingsFile = values['source-settings'] ?? environment('SOURCE_SETTINGS');
  const gateway = await createGateway({
    dataFolder: data,
    host,
    port,
    room: option('room') ?? 'room',
    tokens: access.entries,
    logger,
    newEpoch: values['new-epoch'] === true,
    ...(runbooks === undefined ? {} : { runbooksFolder: runbooks }),
    ...(witnessKey === undefined ? {} : { witnessKeyFile: witnessKey }),
    ...(jetstream === null ? {} : { jetstream }),
    ...(pulls.length === 0 ? {} : { pulls }),
    ...(pullSeconds === undefined ? {} : { pullTimings: { intervalMs: pullSeconds * 1_000 } }),
    ...(settingsFile === undefined ? {} : { sourceSettings: readSourceSettings(settingsFile) }),
  });

  process.stdout.write(
    `${JSON.stringify({
      event: 'listening',
      url: gateway.address.url,
      host: gateway.address.host,
      port: gateway.address.port,
      pid: process.pid,
      data,
      tokensFile: access.file,
      // Once, when they are made: later only the file has them.
      ...(access.made ? { tokens: access.entries } : {}),
    })}\n`,
  );

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    const late = setTimeout(() => {
      logger.error('not stopped in time');
      process.exit(1);
    }, STOP_WITHIN_MS);
    gateway.close().then(
      () => {
        clearTimeout(late);
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ error }, 'stopped with an error');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function pullsOf(texts: readonly string[]): PullSource[] {
  const sources = texts
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const source = readPull(text);
      const token = process.env[pullTokenVariable(source.name)];
      return token === undefined ? source : { ...source, token };
    });
  const names = new Set(sources.map(({ name }) => name));
  if (names.size < sources.length) throw new Error('--pull: two sources of one name');
  return sources;
}

interface GivenTokens {
  readonly file: string;
  readonly entries: TokenEntry[];
  readonly made: boolean;
}

function tokensFor(
  given: string | undefined,
  data: string,
  host: string,
  person: string,
): GivenTokens {
  if (given !== undefined) return { file: given, entries: readTokensFile(given), made: false };
  if (!isLoopback(host)) {
    throw new Error(`--tokens is needed to listen on ${host}: it is not this machine alone`);
  }
  const file = join(data, 'tokens.json');
  if (existsSync(file)) return { file, entries: readTokensFile(file), made: false };
  return { file, entries: makeTokensFile(file, person), made: true };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
