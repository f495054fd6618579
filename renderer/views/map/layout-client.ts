import { layOut, type Layout } from '../../../shared/graph/layout.ts';
import type { EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import type { LayoutAnswer, LayoutQuestion } from './layout-question.ts';
import url from './layout-worker.ts?worker&url';

export interface LayoutClient {
  /** Asks for a layout; an answer that a later question overtook is dropped. */
  ask(nodes: Iterable<NodeRow>, edges: Iterable<EdgeRow>, anew: boolean): void;
}

/** Layouts by a worker; where a worker cannot be had, on this thread. */
export function createLayoutClient(onLayout: (layout: Layout) => void): LayoutClient {
  let id = 0;
  let worker: Worker | null = null;
  let refused = false;
  let last: { nodes: readonly NodeRow[]; edges: readonly EdgeRow[] } | null = null;
  let previous: Layout | null = null;

  const take = (layout: Layout): void => {
    previous = layout;
    last = null;
    onLayout(layout);
  };
  const here = (nodes: readonly NodeRow[], edges: readonly EdgeRow[], anew: boolean): void => {
    take(layOut({ nodes, calls: edges, ...(!anew && previous && { previous }) }));
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
        if (last) here(last.nodes, last.edges, false);
      });
      return made;
    } catch {
      refused = true;
      return null;
    }
  };

  return {
    ask(nodeRows, edgeRows, anew) {
      id += 1;
      const nodes = [...nodeRows];
      const edges = [...edgeRows];
      if (!refused) worker ??= start();
      if (worker === null) {
        here(nodes, edges, anew);
        return;
      }
      last = { nodes, edges };
      worker.postMessage(questionOf(id, nodes, edges, anew));
    },
  };
}

function questionOf(
  id: number,
  nodes: readonly NodeRow[],
  edges: readonly EdgeRow[],
  anew: boolean,
): LayoutQuestion {
  const names = nodes.map((node) => node.name);
  const indexOf = new Map<string, number>();
  names.forEach((name, index) => indexOf.set(name, index));
  const ends: number[] = [];
  for (const edge of edges) {
    const from = indexOf.get(edge.from);
    const to = indexOf.get(edge.to);
    if (from !== undefined && to !== undefined) ends.push(from, to);
  }
  return { id, names, zones: nodes.map((node) => node.zone), ends: Int32Array.from(ends), anew };
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
