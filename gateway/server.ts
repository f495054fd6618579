import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { destination, pino } from 'pino';
import { makeTokensFile, readTokensFile, type TokenEntry } from './access/tokens.ts';
import { createGateway } from './create-gateway.ts';

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
  --person NAME    for whom the made token speaks (HOLDFAST_GATEWAY_PERSON; commander)
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
  const gateway = await createGateway({
    dataFolder: data,
    host,
    port,
    room: option('room') ?? 'room',
    tokens: access.entries,
    logger,
    newEpoch: values['new-epoch'] === true,
    ...(runbooks === undefined ? {} : { runbooksFolder: runbooks }),
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
