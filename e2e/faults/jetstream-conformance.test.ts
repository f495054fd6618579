import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openBroker } from '../../gateway/journal/jetstream-broker.ts';
import { openJetStreamJournal } from '../../gateway/journal/jetstream-journal.ts';
import { describeJournal } from '../../gateway/journal/journal-conformance.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { startBrokers, type BrokerCluster } from './harness/nats.ts';

let brokers: BrokerCluster;
let rooms = 0;
beforeAll(async () => {
  brokers = await startBrokers({ nodes: 1 });
});
afterAll(async () => {
  await brokers.dispose();
});

describeJournal('jetstream', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-follower-'));
  rooms += 1;
  const room = `room ${rooms}`;
  return {
    async open(): Promise<Journal> {
      const log = (): void => undefined;
      const broker = await openBroker({ servers: brokers.urls.split(','), name: 'test', log });
      const journal = await openJetStreamJournal({
        broker,
        room,
        replicas: 1,
        folder,
        now: Date.now,
        log,
        quarantineRows: 32,
      });
      return {
        ...journal,
        async close() {
          await journal.close();
          await broker.close();
        },
      };
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
