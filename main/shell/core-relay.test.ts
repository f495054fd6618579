import { expect, test } from 'vitest';
import { portPair, type Port } from '../../shared/ipc/port.ts';
import { relayPage } from './core-relay.ts';

const question = (id: number) => ({ type: 'ask', id, name: 'session.read', body: {} }) as const;
const refused = (id: number) => ({
  type: 'error',
  id,
  error: { code: 'failed', message: 'the core is not running' },
});
const settle = () => new Promise((done) => setTimeout(done, 5));

test('I3 a question is answered even when the core is away or goes away', async () => {
  const heard: unknown[] = [];
  let far: Port | null = null;
  const relay = relayPage(
    () => {
      if (far === null) return null;
      const [near, other] = portPair();
      other.onMessage((message) => {
        const { id } = message as { id: number };
        if (id % 2 === 0) other.post({ type: 'answer', id, body: 'core' });
      });
      return { ...near, close() {} };
    },
    (message) => heard.push(message),
  );

  relay.toCore(question(1));
  expect(heard.splice(0)).toEqual([refused(1)]);

  far = portPair()[0];
  relay.toCore(question(2));
  relay.toCore(question(3));
  await settle();
  expect(heard.splice(0)).toEqual([{ type: 'answer', id: 2, body: 'core' }]);

  relay.coreLost();
  expect(heard.splice(0)).toEqual([refused(3)]);

  relay.toCore(question(4));
  await settle();
  expect(heard.splice(0)).toEqual([{ type: 'answer', id: 4, body: 'core' }]);
  relay.coreLost();
  expect(heard).toEqual([]);
});

test('a page that has gone hears nothing, and its port is closed', async () => {
  let closed = 0;
  const [near, far] = portPair();
  const heard: unknown[] = [];
  const relay = relayPage(
    () => ({ ...near, close: () => (closed += 1) }),
    (message) => heard.push(message),
  );
  relay.toCore(question(1));
  relay.close();
  expect(closed).toBe(1);
  relay.coreLost();
  await settle();
  far.post({ type: 'event', name: 'x', body: null });
  expect(heard).toEqual([]);
});
