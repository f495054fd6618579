/**
 * A two-way channel of structured-clonable messages between the core and one of its clients. What
 * carries it (a utility process, a Node child, a function call in a test) does not show.
 */
export interface Port {
  post(message: unknown): void;
  /** Calls `listener` for every message from the other side; the answer stops it. */
  onMessage(listener: (message: unknown) => void): () => void;
}

/** Two ports, each the other's far end: for tests and for a core in the same process. */
export function portPair(): [Port, Port] {
  const left = new Set<(message: unknown) => void>();
  const right = new Set<(message: unknown) => void>();
  return [portOver(left, right), portOver(right, left)];
}

function portOver(
  mine: Set<(message: unknown) => void>,
  theirs: Set<(message: unknown) => void>,
): Port {
  return {
    post(message) {
      // Asynchronous and copied, as every real channel is.
      const copy = structuredCloneOf(message);
      void Promise.resolve().then(() => {
        for (const listener of theirs) listener(copy);
      });
    },
    onMessage(listener) {
      mine.add(listener);
      return () => mine.delete(listener);
    },
  };
}

function structuredCloneOf(message: unknown): unknown {
  const clone = (globalThis as { structuredClone?: (value: unknown) => unknown }).structuredClone;
  if (!clone) throw new Error('structuredClone is missing');
  return clone(message);
}
