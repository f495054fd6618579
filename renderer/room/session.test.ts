import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '../../shared/ipc/contract.ts';

const SESSION: Session = {
  person: 'Ada',
  language: 'en',
  theme: 'dark',
  gateway: null,
  tokenKept: false,
  runbookFolder: null,
  room: 'live',
  layout: { kept: 1 },
  drafts: {},
  directSources: [],
  webhooks: [],
};

let written: unknown[] = [];

/** The session of a window whose core takes every write. */
async function openSession() {
  let answer: (message: unknown) => void = () => {};
  (globalThis as { holdfast?: unknown }).holdfast = {
    post(message: { id: number; name: string; body: unknown }) {
      if (message.name === 'session.write') written.push(message.body);
      void Promise.resolve().then(() => answer({ type: 'answer', id: message.id, body: SESSION }));
    },
    onMessage(listener: (message: unknown) => void) {
      answer = listener;
      return () => {};
    },
    shell: () => Promise.reject(new Error('none')),
    onShell: () => () => {},
  };
  const session = await import('./session.ts');
  await session.readSession();
  return session;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  written = [];
});
afterEach(() => {
  vi.useRealTimers();
  delete (globalThis as { holdfast?: unknown }).holdfast;
});

test('a draft is seen at once and written once, within a second of the first key', async () => {
  const session = await openSession();
  for (const text of ['r', 're', 'res', 'restarted']) session.setDraft('note', text);
  expect(session.sessionStore.getState().session?.drafts['note']).toBe('restarted');
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(999);
  expect(written).toEqual([{ drafts: { note: 'restarted' } }]);
});

test('several changes go in one write, and layout entries keep each other', async () => {
  const session = await openSession();
  session.setLayout('desk', { map: 60 });
  session.updateSession({ theme: 'light' });
  await session.flushSession();
  expect(written).toEqual([{ layout: { kept: 1, desk: { map: 60 } }, theme: 'light' }]);
});

test('a session that comes from the core does not undo what is not yet written', async () => {
  const session = await openSession();
  session.updateSession({ theme: 'contrast' });
  session.takeSession({ ...SESSION, gateway: 'https://a.example' });
  expect(session.sessionStore.getState().session).toMatchObject({
    theme: 'contrast',
    gateway: 'https://a.example',
  });
});
