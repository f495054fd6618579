import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import { sealFact } from '../../shared/facts/fact.ts';
import { syntheticDrafts } from './synthetic-facts.ts';

/** The sending side of the `socket` bench, in a process of its own: prints its two ports. */
const [events = '0', batch = '0'] = process.argv.slice(2);
const facts = [...syntheticDrafts(Number(events), 1_760_000_000_000)].map((draft) =>
  sealFact(draft),
);
const batches = Array.from({ length: Math.ceil(facts.length / Number(batch)) }, (_, index) =>
  facts.slice(index * Number(batch), (index + 1) * Number(batch)),
);

const http = createServer();
const io = new Server(http, { perMessageDeflate: false, transports: ['websocket'] });
io.on('connection', (socket) => {
  socket.on('go', () => {
    for (const list of batches) socket.emit('batch', { facts: list });
    socket.emit('end');
  });
});
http.listen(0, '127.0.0.1', () => {
  const bare = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () => {
    const ports = [http.address() as AddressInfo, bare.address() as AddressInfo];
    console.log(JSON.stringify(ports.map(({ port }) => port)));
  });
  bare.on('connection', (socket) => {
    socket.on('message', () => {
      for (const list of batches) socket.send(JSON.stringify({ facts: list }));
      socket.send('"end"');
    });
  });
});
process.on('disconnect', () => process.exit(0));
