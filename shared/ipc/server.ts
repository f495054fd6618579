import type { z } from 'zod';
import {
  contract,
  frameSchema,
  type Answer,
  type Asked,
  type EventName,
  type EventOf,
  type PortError,
  type RequestName,
} from './contract.ts';
import type { Port } from './port.ts';

/** Thrown by a handler to answer with a named error. */
export class HandlerError extends Error {
  readonly code: PortError['code'];
  constructor(code: PortError['code'], message: string) {
    super(message);
    this.name = 'HandlerError';
    this.code = code;
  }
}

/** Who is at the other end: a window may not send what is reserved to the shell. */
export type Audience = 'window' | 'shell';

export type Handlers<Client> = {
  [Name in RequestName]: (
    body: Asked<Name>,
    client: Client,
  ) => Answer<Name> | Promise<Answer<Name>>;
};

export interface ServedClient {
  readonly audience: Audience;
  emit<Name extends EventName>(name: Name, body: EventOf<Name>): void;
}

/**
 * The answering side of the contract. Questions that break the contract are answered with an error
 * and reach no handler; a handler's failure is answered, never thrown.
 * @returns the client as handlers see it, and a function that ends the service
 */
export function serveClient(
  port: Port,
  audience: Audience,
  handlers: Handlers<ServedClient>,
): { client: ServedClient; stop: () => void } {
  const client: ServedClient = {
    audience,
    emit(name, body) {
      port.post({ type: 'event', name, body });
    },
  };
  const stop = port.onMessage((message) => {
    const frame = frameSchema.safeParse(message);
    if (!frame.success) {
      // Whoever asks waits for an answer, also where the frame itself is not one.
      const asked = idOfAsk(message);
      if (asked === null) return;
      const reply = failure('invalid-question', `not a frame: ${issueOf(frame.error)}`);
      port.post({ ...reply, id: asked });
      return;
    }
    if (frame.data.type !== 'ask') return;
    const { id, name, body } = frame.data;
    void answer(name, body, client, handlers)
      .then((reply) => port.post({ ...reply, id }))
      // What cannot be sent (it cannot be cloned, say) is told; where nothing can be, nobody listens.
      .catch((error: unknown) => port.post({ ...failure('failed', reasonOf(error)), id }))
      .catch(() => {});
  });
  return { client, stop };
}

/** The id under which a broken frame can be answered, or null. */
function idOfAsk(message: unknown): number | null {
  if (typeof message !== 'object' || message === null) return null;
  const { type, id } = message as { type?: unknown; id?: unknown };
  return type === 'ask' && typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

type Reply = { type: 'answer'; body: unknown } | { type: 'error'; error: PortError };

async function answer(
  name: string,
  body: unknown,
  client: ServedClient,
  handlers: Handlers<ServedClient>,
): Promise<Reply> {
  if (!Object.hasOwn(contract, name)) return failure('unknown-request', `no request "${name}"`);
  const requestName = name as RequestName;
  const channel = contract[requestName];
  if (channel.audience === 'shell' && client.audience !== 'shell') {
    return failure('forbidden', `"${name}" is not for windows`);
  }
  let question: ReturnType<typeof channel.ask.safeParse>;
  try {
    question = channel.ask.safeParse(body);
  } catch (error) {
    // Nested so deeply that the check itself ran out of stack.
    return failure('invalid-question', `${name}: ${reasonOf(error)}`);
  }
  if (!question.success) return failure('invalid-question', `${name} ${issueOf(question.error)}`);
  try {
    const handler = handlers[requestName] as (body: unknown, client: ServedClient) => unknown;
    const result = await handler(question.data, client);
    const checked = channel.answer.safeParse(result);
    if (!checked.success) return failure('invalid-answer', `${name} ${issueOf(checked.error)}`);
    return { type: 'answer', body: result };
  } catch (error) {
    if (error instanceof HandlerError) return failure(error.code, error.message);
    return failure('failed', reasonOf(error));
  }
}

function issueOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(code: PortError['code'], message: string): Reply {
  return { type: 'error', error: { code, message } };
}
