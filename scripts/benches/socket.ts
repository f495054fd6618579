import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';
import WebSocket from 'ws';
import { cpuSeconds, figure, median, type Figure } from './figure.ts';

const EVENTS = 50_000;
const BATCH = 500;
const ROUNDS = 5;

/** Client CPU per event over Socket.IO in batches, against the same JSON over a bare `ws`. */
export async function socket(): Promise<Figure[]> {
  const server = fork(join(import.meta.dirname, 'socket-server.ts'), [`${EVENTS}`, `${BATCH}`], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (!server.stdout) throw new Error('the bench server has no output');
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  const [ioPort, wsPort] = JSON.parse(line) as [number, number];
  const ours: number[] = [];
  const peers: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(((await overSocketIo(ioPort)) / EVENTS) * 1e6);
    peers.push(((await overWs(wsPort)) / EVENTS) * 1e6);
  }
  server.disconnect();
  const peer = { name: 'ws with JSON', value: median(peers) };
  return [figure('socket', median(ours), 'client CPU µs per event', peer)];
}

async function overSocketIo(port: number): Promise<number> {
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
  await new Promise((resolve) => client.once('connect', () => resolve(null)));
  let seen = 0;
  const seconds = await cpuSeconds(async () => {
    client.on('batch', (batch: { facts: unknown[] }) => (seen += batch.facts.length));
    const end = new Promise((resolve) => client.once('end', () => resolve(null)));
    client.emit('go');
    await end;
  });
  client.close();
  if (seen !== EVENTS) throw new Error(`socket.io delivered ${seen} of ${EVENTS}`);
  return seconds;
}

async function overWs(port: number): Promise<number> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(client, 'open');
  let seen = 0;
  const seconds = await cpuSeconds(async () => {
    const end = new Promise((resolve) => {
      client.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { facts: unknown[] } | 'end';
        if (message === 'end') resolve(null);
        else seen += message.facts.length;
      });
    });
    client.send('go');
    await end;
  });
  client.close();
  if (seen !== EVENTS) throw new Error(`ws delivered ${seen} of ${EVENTS}`);
  return seconds;
}
