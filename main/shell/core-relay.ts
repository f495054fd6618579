import type { Frame } from '../../shared/ipc/contract.ts';
import type { ClosablePort } from '../ipc/multiplex.ts';

/** One page's connection to the core. */
export interface PageRelay {
  toCore(frame: Frame): void;
  /** The core has gone: what was asked is answered with an error. */
  coreLost(): void;
  /** The page has gone. */
  close(): void;
}

/**
 * Carries frames between one page and the core, and sees to it that every question is answered:
 * with an error when the core is away, or goes away before its answer.
 * @param openPort null while no core runs
 */
export function relayPage(
  openPort: () => ClosablePort | null,
  toPage: (message: unknown) => void,
): PageRelay {
  const unanswered = new Set<number>();
  let port: ClosablePort | null = null;

  const connect = (): ClosablePort | null => {
    const opened = openPort();
    opened?.onMessage((message) => {
      const { type, id } = message as { type?: unknown; id?: unknown };
      if ((type === 'answer' || type === 'error') && typeof id === 'number') unanswered.delete(id);
      toPage(message);
    });
    return opened;
  };
  const refuse = (id: number): void =>
    toPage({ type: 'error', id, error: { code: 'failed', message: 'the core is not running' } });

  return {
    toCore(frame) {
      port ??= connect();
      if (port === null) {
        if (frame.type === 'ask') refuse(frame.id);
        return;
      }
      if (frame.type === 'ask') unanswered.add(frame.id);
      port.post(frame);
    },
    coreLost() {
      port = null;
      for (const id of unanswered) refuse(id);
      unanswered.clear();
    },
    close() {
      port?.close();
      port = null;
      unanswered.clear();
    },
  };
}
