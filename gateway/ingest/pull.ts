import type { AdapterSettings } from '../../shared/adapters/adapter.ts';
import { problem, sourceNameProblem } from '../../shared/adapters/record.ts';
import { adapters } from '../../shared/adapters/registry.ts';
import type { Lease } from '../leases/lease.ts';
import type { Counter } from '../metrics.ts';
import type { Ingest } from './ingest.ts';
import {
  pullFormats,
  SETTINGS_EVERY_MS,
  type PullFormat,
  type PullFormatName,
  type PullQuestion,
} from './pull-formats.ts';
import { minuteOf } from '../../shared/kit/time.ts';

/** A source that is asked, instead of sending. */
export interface PullSource {
  readonly format: PullFormatName;
  /** The source's name in the room. */
  readonly name: string;
  /** Where it answers, without the format's own path. */
  readonly url: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** What somebody states of it; it goes before what the source says of itself. */
  readonly settings?: AdapterSettings;
}

export interface PullTimings {
  readonly intervalMs: number;
  /** Of one question, body included. */
  readonly timeoutMs: number;
  /** After failures the interval doubles up to this. */
  readonly backoffMaxMs: number;
}

export const PULL_TIMINGS: PullTimings = {
  intervalMs: 15_000,
  timeoutMs: 10_000,
  backoffMaxMs: 60_000,
};

export interface PullOptions {
  readonly source: PullSource;
  readonly ingest: Ingest;
  /** Only the replica that holds it asks. */
  readonly lease: Lease;
  readonly pulls: Counter;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, about: object) => void;
  readonly timings?: Partial<PullTimings>;
  readonly fetch?: typeof fetch;
  /** The receiver's clock (ms since the epoch). */
  readonly now?: () => number;
}

export interface Pull {
  /** Asks now, if the lease is held; resolves when the answer is in the journal or failed. */
  once(): Promise<void>;
  close(): Promise<void>;
}

/** Larger listings are refused, as larger posts are. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** A source counts as silent after so many intervals without an answer. */
const SILENT_AFTER = 4;
/** Heartbeats are one a minute: no source can be expected more often than that. */
const SHORTEST_SILENCE_MS = 120_000;

/** One loop a source, so that a slow one delays nobody else. */
export function openPull(options: PullOptions): Pull {
  const { source, ingest, lease, log, pulls } = options;
  const format: PullFormat = pullFormats[source.format];
  const timings = {
    ...PULL_TIMINGS,
    ...(format.intervalMs !== undefined && { intervalMs: format.intervalMs }),
    ...options.timings,
  };
  const now = options.now ?? Date.now;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let failures = 0;
  let toldReason: string | null = null;
  let closed = false;
  const stop = new AbortController();
  /** The answers before, for a source that says that nothing changed since; a path may carry the time. */
  const before = new Map<
    PullQuestion,
    { readonly path: string; readonly etag: string; readonly body: Uint8Array }
  >();
  let settings: AdapterSettings | undefined = source.settings;
  let settingsAskedAt = Number.NEGATIVE_INFINITY;
  let counting: { minute: number; expected: number; received: number } | null = null;

  async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await (options.fetch ?? fetch)(new URL(path, withSlash(source.url)), {
      headers: {
        accept: 'application/json',
        ...(source.token === undefined ? {} : { authorization: `Bearer ${source.token}` }),
        ...headers,
      },
      redirect: 'error',
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(timings.timeoutMs)]),
    });
    if (!answer.ok && answer.status !== 304) {
      await answer.body?.cancel();
      throw new Error(`answered ${answer.status}`);
    }
    return answer;
  }

  async function answerTo(question: PullQuestion): Promise<Uint8Array> {
    const path = question.path(now());
    const last = before.get(question);
    const known = last?.path === path ? last : undefined;
    const answer = await get(path, known === undefined ? {} : { 'if-none-match': known.etag });
    if (answer.status === 304) {
      await answer.body?.cancel();
      if (known === undefined) throw new Error('answered 304 to a question without a tag');
      return known.body;
    }
    const body = await readBody(answer);
    const etag = answer.headers.get('etag');
    if (etag === null) before.delete(question);
    else before.set(question, { path, etag, body });
    return body;
  }

  async function askSettings(): Promise<void> {
    if (format.settings === undefined) return;
    const known = settings !== undefined && settings !== source.settings;
    if (known && performance.now() - settingsAskedAt < SETTINGS_EVERY_MS) return;
    settingsAskedAt = performance.now();
    try {
      // What a person states of it goes before what it says itself.
      settings = { ...(await format.settings(get)), ...source.settings };
    } catch (error) {
      // Read with other labels its alerts would be other alerts.
      if (!known && source.settings === undefined) throw error;
    }
  }

  async function ask(): Promise<void> {
    const began = performance.now();
    const answers: { question: PullQuestion; bytes: Uint8Array }[] = [];
    let complete: boolean;
    count('expected');
    try {
      await askSettings();
      for (const question of format.questions) {
        const bytes = await answerTo(question).catch((error: unknown) => {
          // What only tells more about the listing must not cost it.
          if (question === format.questions[0]) throw error;
          const reason = reasonOf(error, timings.timeoutMs);
          log('warn', 'a question was not answered', { source: source.name, reason });
          return null;
        });
        if (bytes !== null) answers.push({ question, bytes });
      }
      complete = await format.isComplete(get);
    } catch (error) {
      failures += 1;
      pulls.add({ source: source.name, outcome: 'failed' });
      if (closed) return;
      const reason = reasonOf(error, timings.timeoutMs);
      log('warn', 'a source did not answer', { source: source.name, reason });
      // Told once, not at every turn: that it stays silent is seen by its missing heartbeats.
      if (reason === toldReason) return;
      toldReason = reason;
      const told = problem('refused', 'missing', '', `${source.url}: ${reason}`, '');
      await ingest.refuse(source.name, format.questions[0]?.adapter ?? source.format, told);
      return;
    }
    // Whoever holds the lease now has asked as well, and what it heard is newer.
    if (closed || !lease.held()) return;
    failures = 0;
    toldReason = null;
    count('received');
    let rejected = false;
    for (const { question, bytes } of answers) {
      const outcome = await ingest.receive({
        adapter: adapters[question.adapter],
        bytes,
        source: source.name,
        intervalMs: Math.max(SHORTEST_SILENCE_MS, SILENT_AFTER * timings.intervalMs),
        complete: complete && question.isListing,
        ageMs: Math.ceil(performance.now() - began),
        ...(settings && { settings }),
      });
      rejected ||= outcome.rejected !== null;
    }
    pulls.add({ source: source.name, outcome: rejected ? 'refused' : 'ok' });
  }

  /** Counts questions and answers of a minute; one that is over is told. */
  function count(what: 'expected' | 'received'): void {
    const minute = minuteOf(now());
    if (counting !== null && counting.minute !== minute) {
      const over = counting;
      counting = null;
      ingest.count(source.name, over).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : 'unknown';
        log('warn', 'a minute was not counted', { source: source.name, reason });
      });
    }
    counting ??= { minute, expected: 0, received: 0 };
    // An answer to a question of the minute before belongs to that one.
    if (what === 'expected' || counting.received < counting.expected) counting[what] += 1;
  }

  function once(): Promise<void> {
    if (closed || !lease.held()) return Promise.resolve();
    running ??= ask()
      .catch((error: unknown) => {
        // The journal takes nothing now: the next turn asks anew and nothing is lost by it.
        failures += 1;
        log('warn', 'what a source said was not stored', {
          source: source.name,
          reason: error instanceof Error ? error.message : 'unknown',
        });
      })
      .finally(() => {
        running = null;
      });
    return running;
  }

  function schedule(inMs: number): void {
    if (closed) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      void once().then(() => schedule(pauseAfter(failures, timings)));
    }, inMs);
  }

  const stopHearing = lease.onChange((held) => {
    if (held) schedule(0);
    else before.clear();
  });
  schedule(0);
  return {
    once,
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      stopHearing();
      stop.abort();
      await running;
    },
  };
}

/** The pause until the next question: doubled by failures, and never in step with other gateways. */
export function pauseAfter(
  failures: number,
  { intervalMs, backoffMaxMs }: PullTimings,
  random: () => number = Math.random,
): number {
  const most = Math.max(intervalMs, backoffMaxMs);
  const pause = Math.min(most, intervalMs * 2 ** Math.min(failures, 10));
  return Math.round(pause * (0.9 + random() * 0.2));
}

/**
 * `alertmanager:<name>=<url>`, as `--pull` takes it.
 * @throws Error that says what is wrong with it
 */
export function readPull(text: string): PullSource {
  const parts = /^([a-z-]+):([^=]+)=(.+)$/.exec(text.trim());
  const form = `<format>:<name>=<url>, for example alertmanager:prod=http://alertmanager:9093`;
  if (parts === null) throw new Error(`--pull: ${JSON.stringify(text)} is not ${form}`);
  const [, format = '', name = '', address = ''] = parts;
  if (!isPullFormat(format)) {
    const known = Object.keys(pullFormats).join(', ');
    throw new Error(`--pull: ${format} is not a format that can be asked (${known})`);
  }
  const nameProblem = sourceNameProblem(name);
  if (nameProblem !== null) throw new Error(`--pull: ${nameProblem}`);
  const url = URL.parse(address);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`--pull: ${JSON.stringify(address)} is not an http address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      `--pull: name and password do not belong into the address of ${name}: every user of this machine can read them there. Give a token as ${pullTokenVariable(name)}`,
    );
  }
  return { format, name, url: url.href };
}

/** The environment's name for a pulled source's token. */
export function pullTokenVariable(name: string): string {
  return `HOLDFAST_PULL_TOKEN_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

function isPullFormat(format: string): format is PullFormatName {
  return Object.hasOwn(pullFormats, format);
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

async function readBody(answer: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > MAX_BODY_BYTES)
      throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'not reachable';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
