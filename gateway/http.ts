import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { isObject, problem, sourceNameProblem, textMember } from '../shared/adapters/record.ts';
import type { AdapterSettings, Problem } from '../shared/adapters/adapter.ts';
import { parseJsonBytes } from '../shared/adapters/json-text.ts';
import { adapters, type FormatName } from '../shared/adapters/registry.ts';
import type { ProblemCode } from '../shared/facts/problem-code.ts';
import { tokenOfHeader, type Access, type Bearer, type TokenKind } from './access/tokens.ts';
import type { Ingest, Outcome } from './ingest/ingest.ts';
import { createTurns, type Sender, type TurnLimits } from './ingest/turns.ts';
import type { BlobStore } from './journal/blob-store.ts';
import { JournalUnavailableError, type Journal } from './journal/journal.ts';
import type { Registry } from './metrics.ts';
import type { RunbookLibrary } from './rooms/runbook-library.ts';

/** Largest body that is read; an answer of 413 names it. */
export const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** Problems that an answer lists; the quarantine keeps the others. */
const LISTED_PROBLEMS = 100;

/** Which adapter stands behind which path. */
const INGEST_ROUTES: Readonly<Record<string, FormatName>> = {
  '/ingest/alertmanager': 'alertmanager-webhook',
  '/api/v2/alerts': 'alertmanager-alerts',
  '/ingest/alertmanager-groups': 'alertmanager-groups',
  '/ingest/alertmanager-silences': 'alertmanager-silences',
  '/ingest/alertmanager-events': 'alertmanager-events',
  '/ingest/prometheus-alerts': 'prometheus-alerts',
  '/ingest/prometheus-rules': 'prometheus-rules',
  '/ingest/prometheus-series': 'prometheus-series',
  '/ingest/grafana': 'grafana-webhook',
  '/v2/enqueue': 'pagerduty-event',
  '/v2/change/enqueue': 'pagerduty-change',
  '/ingest/pagerduty-webhook': 'pagerduty-webhook',
  '/ingest/holoinsight': 'holoinsight',
  '/ingest/cloudevents': 'cloudevents',
  '/ingest/cdevents': 'cdevents',
  '/v1/traces': 'otlp-traces',
  '/ingest/service-graph': 'service-graph',
  '/ingest/jaeger-dependencies': 'jaeger-dependencies',
  '/ingest/jaeger-trace': 'jaeger-trace',
  '/ingest/kiali-graph': 'kiali-graph',
  '/ingest/backstage': 'backstage',
  '/ingest/kubernetes-events': 'kubernetes-events',
  '/ingest/topology': 'topology',
  '/ingest/change': 'change',
};
/** Formats whose senders also use another method, or another form than JSON. */
const PUT_ROUTES: ReadonlySet<string> = new Set(['/ingest/grafana']);
const BODY_TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/yaml',
  'application/x-yaml',
  'text/yaml',
];
/** Answers in the words that the senders of a format wait for. */
const ANSWERS: Partial<Record<FormatName, (body: unknown, outcome: Outcome) => Reply>> = {
  'pagerduty-event': (body, { rejected }) =>
    pagerdutyReply(rejected, {
      message: 'Event processed',
      dedup_key: textMember(body, 'dedup_key') ?? '',
    }),
  'pagerduty-change': (_body, { rejected }) =>
    pagerdutyReply(rejected, { message: 'Change event processed' }),
  'otlp-traces': (_body, { rejected, problems }) =>
    rejected === null
      ? {
          code: 200,
          body:
            problems.length === 0
              ? { partialSuccess: {} }
              : {
                  partialSuccess: {
                    rejectedSpans: String(problems.length),
                    errorMessage: problems[0]?.reason,
                  },
                },
        }
      : { code: 400, body: { code: 3, message: `${rejected.place}: ${rejected.reason}` } },
};
interface Reply {
  readonly code: number;
  readonly body: object;
}

/** As events.pagerduty.com answers (api-schema, events-v2). */
function pagerdutyReply(rejected: Problem | null, taken: object): Reply {
  if (rejected === null) return { code: 202, body: { status: 'success', ...taken } };
  const { place, reason } = rejected;
  const errors = [`${place}: ${reason}`];
  return { code: 400, body: { status: 'invalid event', message: reason, errors } };
}

declare module 'fastify' {
  interface FastifyRequest {
    bearer: Bearer | null;
  }
}

export interface HttpOptions {
  readonly journal: Journal;
  readonly ingest: Ingest;
  readonly access: Access;
  readonly blobs: BlobStore;
  readonly attachments: BlobStore;
  readonly runbooks: RunbookLibrary | null;
  readonly metrics: Registry;
  readonly clients: () => number;
  readonly startedAt: number;
  readonly now: () => number;
  readonly logger: Logger;
  /** What is stated of sources, by name. */
  readonly sourceSettings?: ReadonlyMap<string, AdapterSettings>;
  /** Other bounds for what senders may have under way. */
  readonly turnLimits?: Partial<TurnLimits>;
}

/** What every answer but 2xx carries. */
interface Failure {
  readonly error: string;
  /** Of a body that was read and refused: what is wrong in it, from the closed list. */
  readonly code?: ProblemCode;
  readonly place: string;
  readonly reason: string;
}

/** The gateway's HTTP side: what sources post, and what people and monitors ask. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { journal, ingest, metrics, logger } = options;
  let journalFails = false;
  const outcomes = metrics.counter(
    'holdfast_gateway_ingested_total',
    'Records by source, format and outcome.',
  );
  const posts = metrics.counter('holdfast_gateway_posts_total', 'Posts by format and status.');
  const durations = metrics.histogram(
    'holdfast_gateway_http_seconds',
    'Duration of HTTP requests.',
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  );
  const turns = createTurns(options.turnLimits ? { limits: options.turnLimits } : {});
  metrics.gauge(
    'holdfast_gateway_bodies_bytes',
    'Bytes of bodies that are read or worked on.',
    turns.bytes,
  );
  metrics.gauge(
    'holdfast_gateway_bodies_waiting',
    'Bodies that wait for their turn.',
    turns.waiting,
  );
  let lastSeq = 0;
  journal.onAppend((stored) => {
    lastSeq = stored.at(-1)?.seq ?? lastSeq;
  });
  void journal.bounds().then(({ last }) => {
    lastSeq = Math.max(lastSeq, last);
  });
  metrics.gauge('holdfast_gateway_facts', 'Facts in the journal.', () => lastSeq);
  const isWritable = (): boolean => journal.status?.().writable ?? !journalFails;
  metrics.gauge('holdfast_gateway_journal_failing', '1 while the journal cannot be written.', () =>
    isWritable() ? 0 : 1,
  );
  if (journal.status) {
    const behind = (): number => journal.status?.().behind ?? -1;
    const help = 'Sequences of the stream that this replica has not read yet; -1: not known.';
    metrics.gauge('holdfast_gateway_journal_behind', help, behind);
  }

  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.decorateRequest('bearer', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    BODY_TYPES,
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => done(null, body),
  );

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const status = String(reply.statusCode);
    durations.observe({ method: request.method, route }, reply.elapsedTime / 1_000);
    const format = INGEST_ROUTES[route];
    if (format !== undefined) posts.add({ format, status });
  });

  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const failure = failureOf(error, request);
    if (failure.status === 503) journalFails = true;
    if (failure.status >= 500) logger.error({ error: failure.body.reason }, 'request failed');
    const format = INGEST_ROUTES[request.routeOptions.url ?? ''];
    if (failure.status === 413 && request.bearer !== null && format !== undefined) {
      const { place, reason } = failure.body;
      const source = sourceOf(request) ?? request.bearer.name;
      try {
        await ingest.refuse(source, format, problem('refused', 'too-large', place, reason, ''));
      } catch (caught) {
        logger.error({ error: String(caught) }, 'a refusal was not recorded');
      }
    }
    // A sender that is still writing would else see a broken connection and not the answer.
    if (failure.status === 413) void reply.header('connection', 'close');
    if (failure.status === 503) void reply.header('retry-after', '5');
    return reply.code(failure.status).send(failure.body);
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send({
      error: 'not-found',
      place: '',
      reason: `there is no ${request.method} ${request.url.split('?')[0] ?? ''}`,
    } satisfies Failure),
  );

  /** Lets in who has a token of one of these kinds. */
  const admit =
    (...kinds: TokenKind[]) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
      const token = tokenOfHeader(request.headers.authorization) ?? routingKeyOf(request);
      const bearer = token === null ? null : options.access.bearerOf(token);
      if (bearer === null) {
        void reply.header('www-authenticate', 'Bearer realm="holdfast"');
        const reason =
          token === null
            ? 'a bearer token (or Basic with the token as password) is needed'
            : 'the token is not known here';
        return reply.code(401).send({ error: 'unauthorized', place: 'authorization', reason });
      }
      if (!kinds.includes(bearer.kind)) {
        const reason = `a token of kind ${kinds.join(' or ')} is needed, this one is of kind ${bearer.kind}`;
        return reply.code(403).send({ error: 'forbidden', place: 'authorization', reason });
      }
      request.bearer = bearer;
      return undefined;
    };

  /** Lets a body in while there is room for it: else what waits to be stored would fill the memory. */
  const makeRoom = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> => {
    const stated = Number(request.headers['content-length'] ?? Number.NaN);
    const size = Math.min(Number.isFinite(stated) ? stated : Infinity, BODY_LIMIT_BYTES);
    const giveBack = turns.admit(senderOf(request), size);
    if (giveBack === null) {
      const reason = `${turns.bytes()} bytes are being worked on: send it again in a moment`;
      void reply.header('retry-after', '1');
      return reply.code(503).send({ error: 'busy', place: '', reason } satisfies Failure);
    }
    // Also called where the sender broke off.
    reply.raw.once('close', giveBack);
    return undefined;
  };

  for (const [path, format] of Object.entries(INGEST_ROUTES)) {
    // A routing key stands in the body, so that has to be read first, and may not be large.
    const hooks = KEY_ROUTES.has(path)
      ? { onRequest: [makeRoom], preHandler: [admit('ingest')], bodyLimit: KEY_BODY_BYTES }
      : { onRequest: [admit('ingest'), makeRoom] };
    const method = PUT_ROUTES.has(path) ? (['POST', 'PUT'] as const) : (['POST'] as const);
    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const refuse = (code: number, error: string, place: string, reason: string): FastifyReply =>
        reply.code(code).send({ error, place, reason } satisfies Failure);
      const encoding = request.headers['content-encoding'] ?? 'identity';
      if (encoding !== 'identity') {
        const reason = `bodies are taken as they are, not as ${encoding}`;
        return refuse(415, 'unsupported-media-type', 'content-encoding', reason);
      }
      const source = sourceOf(request) ?? request.bearer?.name ?? '';
      const nameProblem = sourceNameProblem(source);
      if (nameProblem !== null) return refuse(400, 'not-understood', 'source', nameProblem);
      const intervalMs = intervalOf(request);
      if (intervalMs === null) {
        const reason = 'an interval is a number of s, m, h or d, between 1s and 7d';
        return refuse(400, 'not-understood', 'interval', reason);
      }
      const settings = options.sourceSettings?.get(source);
      const outcome = await turns.take(senderOf(request), async () => {
        const result = await ingest.receive({
          adapter: adapters[format],
          bytes: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
          source,
          ...(intervalMs === undefined ? {} : { intervalMs }),
          header: (name) => {
            const value = request.headers[name];
            return typeof value === 'string' ? value : undefined;
          },
          ...(settings === undefined ? {} : { settings }),
        });
        return { result, facts: result.accepted };
      });
      journalFails = false;
      const refused = outcome.problems.filter(({ weight }) => weight === 'refused').length;
      for (const [name, count] of [
        ['accepted', outcome.accepted],
        ['duplicate', outcome.duplicates],
        ['quarantined', refused],
        ['doubted', outcome.problems.length - refused],
      ] as const) {
        if (count > 0) outcomes.add({ source: outcome.source, format, outcome: name }, count);
      }
      const { rejected } = outcome;
      const answer = ANSWERS[format]?.(parsedBody(request), outcome);
      if (answer !== undefined) return reply.code(answer.code).send(answer.body);
      if (rejected !== null) {
        const { code, place, reason } = rejected;
        return reply.code(400).send({ error: 'not-understood', code, place, reason });
      }
      return reply.send({
        accepted: outcome.accepted,
        duplicates: outcome.duplicates,
        problems: outcome.problems.slice(0, LISTED_PROBLEMS).map(printProblem),
        ...(outcome.problems.length > LISTED_PROBLEMS
          ? { problemCount: outcome.problems.length }
          : {}),
      });
    };
    app.route({ method: [...method], url: path, ...hooks, handler });
  }

  app.get('/healthz', async (_request, reply) => {
    const ok = isWritable();
    return reply.code(ok ? 200 : 503).send({
      ok,
      journal: { backend: journal.backend, epoch: journal.epoch(), ...journal.status?.() },
      lastSeq,
      clients: options.clients(),
      uptime: Math.round((options.now() - options.startedAt) / 1_000),
    });
  });

  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text()),
  );

  app.get('/runbooks', { onRequest: admit('read', 'person') }, async () => ({
    runbooks: options.runbooks?.list() ?? [],
  }));

  app.get<{ Params: { digest: string } }>(
    '/runbooks/:digest',
    { onRequest: admit('read', 'person') },
    async (request, reply) => {
      const text = await options.blobs.read(request.params.digest);
      if (text === null) {
        const reason = 'no text of this digest is here';
        return reply.code(404).send({ error: 'not-found', place: 'digest', reason });
      }
      // Never as something that a browser would run.
      return reply
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'private, immutable, max-age=31536000')
        .type('text/plain; charset=utf-8')
        .send(text);
    },
  );

  app.get<{ Params: { digest: string } }>(
    '/attachments/:digest',
    { onRequest: admit('read', 'person') },
    async (request, reply) => {
      const bytes = await options.attachments.readBytes(request.params.digest);
      if (bytes === null) {
        const reason = 'no attachment of this digest is here';
        return reply.code(404).send({ error: 'not-found', place: 'digest', reason });
      }
      // To be saved, whatever it holds: never something that a browser would show by itself.
      return reply
        .header('x-content-type-options', 'nosniff')
        .header('content-disposition', 'attachment')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cache-control', 'private, immutable, max-age=31536000')
        .type('application/octet-stream')
        .send(Buffer.from(bytes));
    },
  );
  return app;
}

function printProblem({ code, place, reason, weight }: Problem): object {
  return { code, place, reason, weight };
}

function failureOf(
  error: FastifyError,
  request: FastifyRequest,
): { status: number; body: Failure } {
  if (error instanceof JournalUnavailableError) {
    return { status: 503, body: { error: 'unavailable', place: '', reason: error.message } };
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        status: 413,
        body: {
          error: 'too-large',
          place: 'body',
          reason: `larger than the limit of ${BODY_LIMIT_BYTES} bytes (8 MiB)`,
        },
      };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return {
        status: 415,
        body: {
          error: 'unsupported-media-type',
          place: 'content-type',
          reason: `${BODY_TYPES.join(', ')} are taken, not ${(request.headers['content-type'] ?? 'nothing').slice(0, 100)}`,
        },
      };
    default: {
      const status = error.statusCode ?? 500;
      const own = status < 500;
      return {
        status,
        body: {
          error: own ? 'not-understood' : 'internal',
          place: '',
          // What goes wrong inside is for the log, not for the sender.
          reason: own ? error.message : 'the gateway could not do this',
        },
      };
    }
  }
}

/** Formats whose senders name their token in the body, as PagerDuty's do. */
const KEY_ROUTES: ReadonlySet<string> = new Set(['/v2/enqueue', '/v2/change/enqueue']);
const KEY_BODY_BYTES = 512 * 1024;

function routingKeyOf(request: FastifyRequest): string | null {
  if (!KEY_ROUTES.has(request.routeOptions.url ?? '')) return null;
  return textMember(parsedBody(request), 'routing_key') ?? null;
}

/** The body as JSON where it is an object of JSON; what else it is, is the adapter's to say. */
function parsedBody(request: FastifyRequest): unknown {
  if (!(request.body instanceof Uint8Array)) return null;
  const parsed = parseJsonBytes(request.body);
  return parsed.ok && isObject(parsed.value) ? parsed.value : null;
}

function senderOf(request: FastifyRequest): Sender {
  const token = request.bearer?.name ?? '';
  return { token, source: sourceOf(request) ?? token };
}

function sourceOf(request: FastifyRequest): string | undefined {
  const query = (request.query as Record<string, unknown>)['source'];
  const header = request.headers['x-holdfast-source'];
  const named = typeof query === 'string' ? query : header;
  return typeof named === 'string' ? named : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `?interval=90s`: how often this source is to be heard; null when it is not understood. */
function intervalOf(request: FastifyRequest): number | null | undefined {
  const query = (request.query as Record<string, unknown>)['interval'];
  if (query === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(typeof query === 'string' ? query : '') ?? [];
  const intervalMs = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  return intervalMs >= 1_000 && intervalMs <= 7 * 86_400_000 ? intervalMs : null;
}
