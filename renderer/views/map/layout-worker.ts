import { layOut, type Layout } from '../../../shared/graph/layout.ts';
import type { LayoutAnswer, LayoutQuestion } from './layout-question.ts';

/** Lays out away from the window's thread, and remembers the last layout so that little moves. */

interface WorkerScope {
  addEventListener(name: 'message', listener: (event: MessageEvent<LayoutQuestion>) => void): void;
  postMessage(message: LayoutAnswer): void;
}

const scope = globalThis as unknown as WorkerScope;
let previous: Layout | null = null;

scope.addEventListener('message', (event) => {
  const question = event.data;
  const nodes = question.names.map((name, index) => ({
    name,
    zone: question.zones[index] ?? null,
  }));
  const calls = [];
  for (let place = 0; place < question.ends.length; place += 2) {
    calls.push({
      from: question.names[question.ends[place] as number] as string,
      to: question.names[question.ends[place + 1] as number] as string,
    });
  }
  const memory = question.anew ? null : previous;
  previous = layOut({ nodes, calls, ...(memory && { previous: memory }) });
  scope.postMessage({ id: question.id, layout: previous });
});
