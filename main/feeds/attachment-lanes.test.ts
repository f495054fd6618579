import { mkdirSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAccess } from '../../gateway/access/tokens.ts';
import type { BlobStore } from '../../gateway/journal/blob-store.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import { createRegistry } from '../../gateway/metrics.ts';
import { FEED_TIMINGS, openFeed as serveFeed } from '../../gateway/rooms/feed.ts';
import type { PersonDraft } from '../../shared/commands/context.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { openJournal } from '../journal/journal.ts';
import { network } from '../testing/simulated-socket.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { startVirtualTime } from '../testing/virtual-time.ts';
import { openFeed as followFeed } from './feed-client.ts';

vi.mock('socket.io-client', async () => {
  const { clientModule } = await import('../testing/simulated-socket.ts');
  return clientModule;
});
vi.mock('socket.io', async () => {
  const { serverModule } = await import('../testing/simulated-socket.ts');
  return serverModule;
});

const START = 1_790_000_000_000;
const TOKEN = 'person-token-of-ada';
const HOST = 'gateway';
const OF = { of: 'incident:1' };
const THING = 'attachment:incident:1';
const SLOW = { delayMs: [900, 1_000], reorder: 0, duplicate: 0, lose: 0 } as const;

/** In virtual time nothing waits for a disk. */
function memoryStore(): BlobStore {
  const kept = new Map<string, Uint8Array>();
  return {
    save: async (bytes) => {
      kept.set(sha256Hex(bytes), bytes);
      return sha256Hex(bytes);
    },
    read: async () => null,
    readBytes: async (digest) => kept.get(digest) ?? null,
    has: (digest) => kept.has(digest),
    size: () => 0,
  };
}

/** Ada's desk and a gateway, on a line that takes a second for every message. */
function slowLine() {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'gateway'));
  const bytes = new Map<string, Uint8Array>();
  const kept = memoryStore();
  const time = startVirtualTime(START);
  network.begin(1);
  network.set(SLOW);
  const journal = openJournal({ folder: join(folder, 'ada') });
  const store = openSqliteJournal({ path: join(folder, 'gateway', 'journal.db'), now: Date.now });
  /** What the gateway stored, in its order, and whether it had the bytes by then. */
  const stored: string[] = [];
  store.onAppend((facts) => {
    for (const { fact } of facts) {
      const digest = fact.kind === 'attachment.added' ? String(fact.body['sha256']) : null;
      stored.push(digest === null || kept.has(digest) ? fact.kind : `${fact.kind} without bytes`);
    }
  });
  const server = serveFeed({
    server: { host: HOST } as unknown as HttpServer,
    room: 'test',
    journal: store,
    blobs: { read: async () => null } as never,
    attachments: kept,
    access: createAccess([{ kind: 'person', name: 'ada', token: TOKEN }]),
    metrics: createRegistry(),
    now: Date.now,
    timings: FEED_TIMINGS,
    log: () => undefined,
  });
  const feed = followFeed({
    address: `http://${HOST}`,
    token: TOKEN,
    journal,
    now: Date.now,
    onFacts: () => undefined,
    onStatus: () => undefined,
    onPerson: () => undefined,
    onReceipts: () => undefined,
    attachments: { read: async (digest) => bytes.get(digest) ?? null },
  });
  onTestFinished(async () => {
    feed.close();
    network.gatewayEnds(HOST, false);
    const over = Promise.all([server.close('over'), store.close()]);
    await time.pass(2_000);
    await over;
    journal.close();
    time.end();
  });
  const write = (draft: PersonDraft): void => {
    journal.appendOwn('ada', [draft], Date.now());
    feed.nudge();
  };
  return {
    time,
    stored,
    kept,
    note: (thing: string) =>
      write({ kind: 'note.written', thing, at: Date.now(), body: { text: 'pool is full' } }),
    attach(size: number): string {
      const whole = new TextEncoder().encode('x '.repeat(size / 2));
      const sha256 = sha256Hex(whole);
      bytes.set(sha256, whole);
      const body = { ...OF, name: 'pool.log', type: 'text/plain' as const, size, sha256 };
      write({ kind: 'attachment.added', thing: THING, at: Date.now(), body });
      return sha256;
    },
    withdraw(sha256: string): void {
      const body = { ...OF, sha256, reason: 'a password' };
      write({ kind: 'attachment.withdrawn', thing: THING, at: Date.now(), body });
    },
  };
}

test('C3 E3 what a person writes passes an attachment whose bytes are on their way, except on its own thing', async () => {
  const { time, stored, kept, note, attach, withdraw } = slowLine();
  await time.pass(10_000);
  const sha256 = attach(2_000_000);
  withdraw(sha256);
  note('note:1');
  await time.pass(4_000);
  expect(stored).toEqual(['note.written']);
  note('note:2');
  await time.pass(4_000);
  expect(stored).toEqual(['note.written', 'note.written']);
  expect(kept.has(sha256)).toBe(false);
  await time.pass(200_000);
  expect(stored).toEqual([
    'note.written',
    'note.written',
    'attachment.added',
    'attachment.withdrawn',
  ]);
});
