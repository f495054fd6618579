import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { UpdateRow } from '../../shared/ipc/rows.ts';
import type { Room } from '../rooms/room.ts';
import { firedFact } from '../testing/facts.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import { scratchFolder } from '../testing/scratch.ts';

async function startHook(): Promise<{ heard: string[]; url: string; server: Server }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(String(request.headers['idempotency-key']));
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

function publish(room: Room): void {
  const declared = room.run({
    name: 'incident.declare',
    title: 'Checkout is slow',
    severity: 'SEV-2',
    commander: 'maya',
    services: [],
  });
  const incident = declared.done ? declared.thing : '';
  const published = room.run({
    name: 'update.publish',
    incident,
    audience: 'internal',
    text: 'We are on it.',
    channels: ['webhook'],
    webhook: 'status',
  });
  expect(published.done).toBe(true);
}

function update(room: Room): UpdateRow | undefined {
  return rowsOf<UpdateRow>(room, 'updates')[0];
}

test('H5 an update whose webhook is not known yet waits over a restart and is then delivered once', async () => {
  const hook = await startHook();
  const folder = scratchFolder();
  const first = openTestRoom(Date.now, { folder, webhooks: () => [] });
  publish(first);
  expect(update(first)).toMatchObject({ sending: { state: 'no-webhook' }, deliveries: {} });
  first.close();

  const webhooks = () => [{ name: 'status', url: hook.url }];
  const second = openTestRoom(Date.now, { folder, webhooks });
  await vi.waitFor(() => expect(update(second)?.deliveries.webhook?.taken).toBe(true), 10_000);
  expect(update(second)?.sending).toBeNull();
  const key = update(second)?.key ?? '';
  second.close();

  const third = openTestRoom(Date.now, { folder, webhooks });
  third.settle();
  third.sendUpdates();
  expect(update(third)?.sending).toBeNull();
  expect(hook.heard).toEqual([`"${key}"`]);
});

test('H5 what was delivered is not sent again while the views are made anew from the journal', async () => {
  const hook = await startHook();
  const folder = scratchFolder();
  const first = openTestRoom(Date.now, { folder, webhooks: () => [] });
  for (let count = 0; count < 3; count += 1) publish(first);
  const at = Date.now();
  const names = Array.from({ length: 1_500 }, (_, index) => `Alert ${index}`);
  first.receive(names.map((name) => firedFact({ name, service: 'checkout', at })));
  first.close();
  const webhooks = () => [{ name: 'status', url: hook.url }];
  const second = openTestRoom(Date.now, { folder, webhooks });
  const delivered = (room: Room) =>
    rowsOf<UpdateRow>(room, 'updates').filter(({ deliveries }) => deliveries.webhook?.taken);
  await vi.waitFor(() => expect(delivered(second)).toHaveLength(3), 10_000);
  second.close();

  for (const file of ['views.sqlite', 'views.sqlite-wal', 'views.sqlite-shm']) {
    rmSync(join(folder, file), { force: true });
  }
  const third = openTestRoom(Date.now, { folder, webhooks });
  let seen = 0;
  while (third.views.reflected() < third.journal.facts.lastSeq()) {
    await turn();
    seen = Math.max(seen, third.readRows('updates', { mode: 'live' }).rows.length);
    third.sendUpdates();
  }
  expect(seen).toBe(3);
  publish(third);
  await vi.waitFor(() => expect(delivered(third)).toHaveLength(4), 10_000);
  expect(hook.heard).toHaveLength(4);
  expect(new Set(hook.heard).size).toBe(4);
});

test('H5 a demo sends nothing to anybody', async () => {
  const hook = await startHook();
  const room = openTestRoom(Date.now, {
    kind: 'demo',
    webhooks: () => [{ name: 'status', url: hook.url }],
  });
  publish(room);
  room.sendUpdates();
  expect(update(room)).toMatchObject({ sending: null, deliveries: {} });
  expect(hook.heard).toEqual([]);
});
