import type { LayoutAnswer, LayoutQuestion } from './layout-question.ts';
import { createPlacing } from './place-services.ts';

/** Lays out away from the window's thread. */

interface WorkerScope {
  addEventListener(name: 'message', listener: (event: MessageEvent<LayoutQuestion>) => void): void;
  postMessage(message: LayoutAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;
const place = createPlacing();

scope.addEventListener('message', (event) => {
  scope.postMessage({ id: event.data.id, layout: place(event.data) });
});
