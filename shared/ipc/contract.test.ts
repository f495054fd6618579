import { expect, test } from 'vitest';
import { z } from 'zod';
import { contract, events, type RequestName } from './contract.ts';
import { portPair } from './port.ts';
import { LIVE } from './position.ts';
import { tableNameSchema, tables } from './rows.ts';
import { createCoreClient } from './client.ts';
import { serveClient, type Handlers, type ServedClient } from './server.ts';

const names = Object.keys(contract) as RequestName[];

test('I1 no channel is without a schema for its question and for its answer', () => {
  for (const name of names) {
    const { ask, answer, audience } = contract[name];
    expect(name).toMatch(/^[a-z]+\.[a-z-]+$/);
    expect(ask, name).toBeInstanceOf(z.ZodType);
    expect(answer, name).toBeInstanceOf(z.ZodType);
    expect(['window', 'shell']).toContain(audience);
    // A question is closed: what it does not name is refused.
    expect(ask.safeParse({ unexpected: true }).success, name).toBe(false);
    expect(ask.safeParse(null).success, name).toBe(false);
  }
  for (const [name, event] of Object.entries(events)) expect(event, name).toBeInstanceOf(z.ZodType);
  expect([...tableNameSchema.options].sort()).toEqual(Object.keys(tables).sort());
});

test('I1 an answer that breaks the contract reaches no window', async () => {
  const [near, far] = portPair();
  const handlers = Object.fromEntries(
    names.map((name) => [name, () => ({ nonsense: true })]),
  ) as unknown as Handlers<ServedClient>;
  serveClient(far, 'window', handlers);
  const client = createCoreClient(near);
  await expect(client.ask('table.read', { table: 'alerts', position: LIVE })).rejects.toMatchObject(
    {
      code: 'invalid-answer',
    },
  );
  await expect(client.ask('session.read', {})).rejects.toMatchObject({ code: 'invalid-answer' });
});

test('I1 a handler that throws is answered, and garbage on the port is ignored', async () => {
  const [near, far] = portPair();
  const handlers = {
    'session.read': () => {
      throw new Error('broken');
    },
  } as unknown as Handlers<ServedClient>;
  serveClient(far, 'window', handlers);
  const client = createCoreClient(near);
  for (const garbage of [null, 7, 'x', [], { type: 'ask' }, { type: 'ask', id: 'a', name: 3 }]) {
    near.post(garbage);
  }
  await expect(client.ask('session.read', {})).rejects.toMatchObject({
    code: 'failed',
    message: 'broken',
  });
});

test('I1 a question in a broken frame is answered under its number', async () => {
  const [near, far] = portPair();
  serveClient(far, 'window', {} as Handlers<ServedClient>);
  const replies: unknown[] = [];
  near.onMessage((message) => replies.push(message));
  const broken = [
    { type: 'ask', id: 1, name: 'session.read' },
    { type: 'ask', id: 2, name: 7, body: {} },
    { type: 'ask', id: 3, name: 'session.read', body: {}, more: true },
    // Nothing here says that an answer is waited for, or under which number.
    { type: 'tell', id: 4, name: 'session.read', body: {} },
    { type: 'ask', id: 5.5, name: 'session.read', body: {} },
  ];
  for (const frame of broken) near.post(frame);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(replies).toMatchObject(
    [1, 2, 3].map((id) => ({ type: 'error', id, error: { code: 'invalid-question' } })),
  );
});
