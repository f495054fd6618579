import type { UpdateRow } from '../../shared/ipc/rows.ts';
import { mayCarryToken, webhookTokenVariable, type Webhook } from './webhooks.ts';

/** How one attempt ended. */
export type Attempt =
  | { readonly taken: true; readonly detail: string }
  | {
      readonly taken: false;
      /** `down`: nothing gets through, what comes later waits too. `refused`: only this was. */
      readonly kind: 'down' | 'refused';
      readonly detail: string;
      /** The receiver asks not to be tried again before so long (ms). */
      readonly pauseMs?: number;
    };

/** What a webhook is told of an update. */
export interface UpdateMessage {
  /** The same for every attempt: a receiver that heard it already can say so. */
  readonly key: string;
  readonly body: string;
}

/** A receiver that does not answer for so long counts as down. */
const ANSWER_WITHIN_MS = 15_000;
/** Of an answer that refuses, no more is kept. */
const DETAIL_CHARACTERS = 300;

/**
 * The update as JSON, the same at every attempt. `text` alone is understood by most chat programs. To
 * the public goes nothing but the text: not who wrote it and not of which incident.
 */
export function messageOf(update: UpdateRow): UpdateMessage {
  const { key, audience, text, publishedAt, publishedBy, incident } = update;
  const at = new Date(publishedAt).toISOString();
  const inside = audience === 'public' ? {} : { incident, by: publishedBy };
  return { key, body: JSON.stringify({ id: key, text, audience, at, ...inside }) };
}

/**
 * Gives an update to a webhook: POST with JSON and an `Idempotency-Key`
 * (draft-ietf-httpapi-idempotency-key-header). Any 2xx is taken; a redirection is followed by nobody,
 * as it would carry the token elsewhere. Never throws.
 */
export async function sendUpdate(
  webhook: Webhook,
  message: UpdateMessage,
  signal: AbortSignal,
): Promise<Attempt> {
  const token = process.env[webhookTokenVariable(webhook.name)] ?? '';
  if (token !== '' && !mayCarryToken(webhook.url)) {
    return { taken: false, kind: 'down', detail: 'a token is sent over https only' };
  }
  try {
    const answer = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': `"${message.key.replaceAll(/[^\w:.-]/g, '-')}"`,
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
      body: message.body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
    });
    const said = `${answer.status} ${answer.statusText}`.trim().slice(0, DETAIL_CHARACTERS);
    await answer.body?.cancel();
    if (answer.ok) return { taken: true, detail: said };
    const isDown = answer.status >= 500 || [408, 425, 429].includes(answer.status);
    const pauseMs = retryAfter(answer.headers.get('retry-after'));
    return {
      taken: false,
      kind: isDown ? 'down' : 'refused',
      detail: said,
      ...(pauseMs !== null && { pauseMs }),
    };
  } catch (error) {
    return { taken: false, kind: 'down', detail: reasonOf(error) };
  }
}

/** Seconds; a date is not asked of a clock that may be wrong. */
function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/.test(header.trim()) ? Number(header) * 1_000 : null;
}

/** What the network said: `fetch` hides it behind "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return (code || message).slice(0, DETAIL_CHARACTERS);
}
