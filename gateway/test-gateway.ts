import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenEntry } from './access/tokens.ts';
import { createGateway, type Gateway, type GatewayOptions } from './create-gateway.ts';

/** For tests: a gateway on a free loopback port, in a folder of its own. */
export const TOKENS = {
  ingest: 'ingest-token-for-tests',
  read: 'read-token-for-tests',
  ada: 'person-token-of-ada',
} as const;

const ENTRIES: readonly TokenEntry[] = [
  { kind: 'ingest', name: 'prom', token: TOKENS.ingest },
  { kind: 'read', name: 'screen', token: TOKENS.read },
  { kind: 'person', name: 'Ada', token: TOKENS.ada },
];

export interface TestGateway {
  readonly gateway: Gateway;
  readonly folder: string;
  /** Posts JSON (or the text as it is) with the ingest token. */
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly get: (path: string, token?: string) => Promise<Answer>;
  /** Kinds of all facts in the journal, in order. */
  readonly kinds: () => Promise<string[]>;
  readonly stop: () => Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON, an empty object where it is none. */
  readonly json: Record<string, unknown>;
}

export async function startTestGateway(
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const folder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'holdfast-gateway-')));
  const gateway = await createGateway({
    dataFolder: folder,
    port: 0,
    room: 'test',
    tokens: ENTRIES,
    ...options,
  });
  const { url } = gateway.address;
  const answerOf = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    let json: Record<string, unknown> = {};
    try {
      json = JSON.parse(text) as Record<string, unknown>;
    } catch {
      // Not every answer is JSON.
    }
    return { status: response.status, text, json };
  };
  return {
    gateway,
    folder,
    post: async (path, body, headers = {}) =>
      answerOf(
        await fetch(url + path, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${TOKENS.ingest}`,
            'content-type': 'application/json',
            ...headers,
          },
          body:
            typeof body === 'string' || body instanceof Uint8Array
              ? (body as string)
              : JSON.stringify(body),
        }),
      ),
    get: async (path, token) =>
      answerOf(
        await fetch(url + path, {
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        }),
      ),
    async kinds() {
      const { last } = await gateway.journal.bounds();
      const facts = await gateway.journal.range(1, last, { facts: 100_000, length: 1e9 });
      return facts.map(({ fact }) => fact.kind);
    },
    async stop() {
      await gateway.close();
      if (options.dataFolder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An alert as Alertmanager's webhook carries it. */
export function firingAlert(
  instance: string,
  startsAt: number,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    status: 'firing',
    labels: { alertname: 'HighErrorRate', service: 'pay-core', severity: 'critical', instance },
    annotations: { summary: '5xx above 5 %' },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: '',
    ...more,
  };
}
