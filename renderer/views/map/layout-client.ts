import type { Layout } from '../../../shared/graph/layout.ts';
import type { LayoutAnswer, LayoutQuestion } from './layout-question.ts';
import url from './layout-worker.ts?worker&url';
import { createPlacing } from './place-services.ts';

export interface LayoutClient {
  /** Asks for a layout; an answer that a later question overtook is dropped. */
  ask(question: Omit<LayoutQuestion, 'id'>): void;
}

/** Layouts by a worker; where a worker cannot be had, on this thread. */
export function createLayoutClient(onLayout: (layout: Layout) => void): LayoutClient {
  let id = 0;
  let worker: Worker | null = null;
  let refused = false;
  let last: Omit<LayoutQuestion, 'id'> | null = null;
  const place = createPlacing();

  const take = (layout: Layout): void => {
    last = null;
    onLayout(layout);
  };
  const start = (): Worker | null => {
    try {
      const made = new Worker(workerUrl(), { type: 'module' });
      made.addEventListener('message', (event: MessageEvent<LayoutAnswer>) => {
        if (event.data.id === id) take(event.data.layout);
      });
      made.addEventListener('error', () => {
        refused = true;
        made.terminate();
        worker = null;
        if (last) take(place(last));
      });
      return made;
    } catch {
      refused = true;
      return null;
    }
  };

  return {
    ask(question) {
      id += 1;
      if (!refused) worker ??= start();
      if (worker === null) {
        take(place(question));
        return;
      }
      last = question;
      worker.postMessage({ ...question, id });
    },
  };
}

/** Trusted Types as far as this file needs them; TypeScript's DOM library does not know them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (value: string) => string },
  ): { createScriptURL(value: string): string };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | null = null;

/** Only this one address passes the policy. */
function workerUrl(): string {
  const trustedTypes = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (trustedTypes === undefined) return url;
  policy ??= trustedTypes.createPolicy('holdfast-worker', {
    createScriptURL(value) {
      if (value !== url) throw new Error('not the layout worker');
      return value;
    },
  });
  return policy.createScriptURL(url);
}
