import type { Frame } from '../../shared/ipc/contract.ts';
import type { ClosablePort } from '../ipc/multiplex.ts';
import { createEventGate } from './held-events.ts';

/** One page's connection to the core. */
export interface PageRelay {
  toCore(frame: Frame): void;
  /** The core has gone: what was asked is answered with an error. */
  coreLost(): void;
  /** The page has handled an event: the next one may follow. */
  handled(): void;
  /** The page has gone. */
  close(): void;
}

/**
 * Carries frames between one page and the core, and sees to it that every question is answered
 * (with an error when the core is away, or goes away before its answer), and that a page is not sent
 * events faster than it handles them.
 * @param openPort null while no core runs
 */
export function relayPage(
  openPort: () => ClosablePort | null,
  toPage: (message: unknown) => void,
): PageRelay {
  const unanswered = new Set<number>();
  let port: ClosablePort | null = null;
  const gate = createEventGate(toPage);

  const connect = (): ClosablePort | null => {
    const opened = openPort();
    opened?.onMessage((message) => {
      const { type, id } = message as { type?: unknown; id?: unknown };
      if (type === 'event') {
        gate.take(message as Parameters<typeof gate.take>[0]);
        return;
      }
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
      gate.reset();
      for (const id of unanswered) refuse(id);
      unanswered.clear();
    },
    handled: () => gate.handled(),
    close() {
      gate.reset();
      port?.close();
      port = null;
      unanswered.clear();
    },
  };
}
