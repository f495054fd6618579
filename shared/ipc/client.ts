import {
  contract,
  events,
  frameSchema,
  type Answer,
  type Ask,
  type EventName,
  type EventOf,
  type PortError,
  type RequestName,
} from './contract.ts';
import type { Port } from './port.ts';

/** A request that the core answered with an error. */
export class CoreError extends Error {
  readonly code: PortError['code'];
  constructor(error: PortError) {
    super(error.message);
    this.name = 'CoreError';
    this.code = error.code;
  }
}

export interface CoreClient {
  /** @throws CoreError when the core refuses or fails, or when its answer breaks the contract */
  ask<Name extends RequestName>(name: Name, body: Ask<Name>): Promise<Answer<Name>>;
  on<Name extends EventName>(name: Name, listener: (event: EventOf<Name>) => void): () => void;
  close(): void;
}

/** The asking side of the contract, over any port. Both directions are checked. */
export function createCoreClient(port: Port): CoreClient {
  let lastId = 0;
  const waiting = new Map<
    number,
    { name: RequestName; resolve: (answer: never) => void; reject: (error: Error) => void }
  >();
  const listeners = new Map<EventName, Set<(event: never) => void>>();

  const stop = port.onMessage((message) => {
    const frame = frameSchema.safeParse(message);
    if (!frame.success) return;
    if (frame.data.type === 'answer') {
      const asked = waiting.get(frame.data.id);
      if (!asked) return;
      waiting.delete(frame.data.id);
      const answer = contract[asked.name].answer.safeParse(frame.data.body);
      if (answer.success) asked.resolve(answer.data as never);
      else {
        const message = `${asked.name}: ${answer.error.issues[0]?.message ?? 'broken answer'}`;
        asked.reject(new CoreError({ code: 'invalid-answer', message }));
      }
    } else if (frame.data.type === 'error') {
      waiting.get(frame.data.id)?.reject(new CoreError(frame.data.error));
      waiting.delete(frame.data.id);
    } else if (frame.data.type === 'event' && Object.hasOwn(events, frame.data.name)) {
      const name = frame.data.name as EventName;
      const event = events[name].safeParse(frame.data.body);
      if (!event.success) return;
      for (const listener of listeners.get(name) ?? []) listener(event.data as never);
    }
  });

  return {
    ask(name, body) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { name, resolve: resolve, reject });
        port.post({ type: 'ask', id, name, body });
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    close() {
      stop();
      for (const { reject } of waiting.values()) {
        reject(new CoreError({ code: 'failed', message: 'the port was closed' }));
      }
      waiting.clear();
    },
  };
}
