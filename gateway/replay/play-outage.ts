import type { Outage, OutagePost } from './outage.ts';

export interface PlayProgress {
  readonly index: number;
  readonly total: number;
  readonly post: OutagePost;
  /** The answer's status, or null when the gateway did not answer before the play was stopped. */
  readonly status: number | null;
  /** The answer's text when the post was refused, shortened. */
  readonly refusal: string | null;
  readonly attempts: number;
}

export interface PlayOptions {
  readonly outage: Outage;
  /** The gateway, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** An ingest token; absent: no Authorization header. */
  readonly token?: string | undefined;
  /** 1 is real time, 30 plays 45 minutes in 90 seconds. Scales the moments inside the bodies too. */
  readonly speed?: number | undefined;
  /**
   * The moment of the outage's start, ms since the epoch; default now. With a start in the past, what
   * is due is posted at once: `Date.now() - outage.durationMs` fills in a whole outage.
   */
  readonly startAt?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PlayProgress) => void) | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** For tests: the clock, and a wait that ends early when the signal aborts. */
  readonly now?: (() => number) | undefined;
  readonly sleep?:
    | ((durationMs: number, signal: AbortSignal | undefined) => Promise<void>)
    | undefined;
}

export interface PlayResult {
  readonly posted: number;
  /** Posts that the gateway refused with a 4xx; they are not repeated. */
  readonly refused: number;
  readonly retries: number;
  /** The play was stopped by its signal. */
  readonly aborted: boolean;
}

/**
 * Posts an outage to a gateway, one post at a time and in order. A gateway that is away, overloaded
 * or failing (connection refused, 429, 5xx) is tried again until it answers or the signal aborts,
 * with a pause that doubles from 250 ms to 10 s (or what `Retry-After` says): later posts wait, so
 * nothing is lost and the order holds.
 */
export async function playOutage(options: PlayOptions): Promise<PlayResult> {
  const { outage, signal } = options;
  const speed = options.speed ?? 1;
  if (!(speed > 0) || !Number.isFinite(speed)) throw new RangeError('speed is a number above 0');
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? sleepFor;
  const send = options.fetch ?? globalThis.fetch;
  const startAt = options.startAt ?? now();
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;

  let posted = 0;
  let refused = 0;
  let retries = 0;
  const stopped = (): PlayResult => ({ posted, refused, retries, aborted: true });
  const total = outage.posts.length;

  for (const [index, post] of outage.posts.entries()) {
    const due = startAt + post.afterMs / speed;
    while (now() < due && !signal?.aborted) await sleep(due - now(), signal);
    const body = JSON.stringify(resolveOffsets(post.body, { startAt, speed }));
    const address = new URL(post.path, options.url);
    let attempts = 0;
    for (;;) {
      if (signal?.aborted) return stopped();
      attempts += 1;
      const answer = await attempt(send, address, post.method, headers, body, signal);
      if (answer.status !== null && answer.status < 500 && answer.status !== 429) {
        const isRefused = answer.status >= 400;
        if (isRefused) refused += 1;
        else posted += 1;
        const refusal = isRefused ? answer.text : null;
        options.onProgress?.({ index, total, post, status: answer.status, refusal, attempts });
        break;
      }
      if (signal?.aborted) {
        options.onProgress?.({ index, total, post, status: null, refusal: null, attempts });
        return stopped();
      }
      retries += 1;
      await sleep(answer.retryAfterMs ?? Math.min(10_000, 250 * 2 ** (attempts - 1)), signal);
    }
  }
  return { posted, refused, retries, aborted: false };
}

/**
 * The body with every string that is exactly `@+<ms>` replaced by the RFC 3339 time of
 * `startAt + ms / speed`. Other values are as they were; the body itself is not changed.
 */
export function resolveOffsets(
  body: unknown,
  clock: { readonly startAt: number; readonly speed: number },
): unknown {
  if (typeof body === 'string') {
    const match = /^@\+(\d{1,12})$/.exec(body);
    if (!match) return body;
    return new Date(Math.round(clock.startAt + Number(match[1]) / clock.speed)).toISOString();
  }
  if (Array.isArray(body)) return body.map((member) => resolveOffsets(member, clock));
  if (typeof body === 'object' && body !== null) {
    return Object.fromEntries(
      Object.entries(body).map(([key, member]) => [key, resolveOffsets(member, clock)]),
    );
  }
  return body;
}

interface Answer {
  /** null: no answer. */
  readonly status: number | null;
  readonly text: string;
  readonly retryAfterMs: number | null;
}

async function attempt(
  send: typeof globalThis.fetch,
  address: URL,
  method: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    const response = await send(address, { method, headers, body, signal: signal ?? null });
    // Read to its end, so that the connection can be used again.
    const text = await response.text();
    const after = Number(response.headers.get('retry-after') ?? Number.NaN);
    return {
      status: response.status,
      text: text.slice(0, 500),
      retryAfterMs: after >= 0 ? Math.min(60_000, after * 1_000) : null,
    };
  } catch {
    return { status: null, text: '', retryAfterMs: null };
  }
}

function sleepFor(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, durationMs);
    signal?.addEventListener('abort', finish);
  });
}
