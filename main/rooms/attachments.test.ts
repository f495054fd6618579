import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTestGateway, TOKENS, type TestGateway } from '../../gateway/test-gateway.ts';
import type { AttachmentRow } from '../../shared/ipc/rows.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { backUp, restore } from '../journal/backup.ts';
import type { FeedClient } from '../feeds/feed-client.ts';
import { openTestRoom, rowsOf } from '../testing/room.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { ATTACHMENTS_FOLDER } from '../journal/attachment-files.ts';
import { openRoomAttachments } from './attachments.ts';
import type { Room } from './room.ts';

/** A log of so many bytes: more than one piece of the wire. */
function log(bytes: number, mark = 'x'): Uint8Array {
  return new TextEncoder().encode(`${mark} `.repeat(Math.ceil(bytes / 2)).slice(0, bytes));
}

async function gatewayOf(folder?: string, quota?: number): Promise<TestGateway> {
  const gateway = await startTestGateway({
    ...(folder !== undefined && { dataFolder: folder }),
    ...(quota !== undefined && { attachmentQuota: quota }),
  });
  onTestFinished(() => gateway.stop());
  return gateway;
}

function roomOf(): { room: Room; folder: string } {
  const folder = scratchFolder();
  return { room: openTestRoom(Date.now, { folder }, 'Ada'), folder };
}

async function attach(room: Room, bytes: Uint8Array, of = 'incident:one'): Promise<string> {
  const kept = await room.attachments.keep(bytes);
  if (!kept.ok) throw new Error(kept.error);
  const { sha256, type, size } = kept.value;
  const answer = room.run({ name: 'attachment.add', of, file: 'a.txt', type, size, sha256 });
  expect(answer).toMatchObject({ done: true });
  return sha256;
}

function itemOf(room: Room): AttachmentRow['items'][number] | undefined {
  return rowsOf<AttachmentRow>(room, 'attachments')[0]?.items[0];
}

const WITHIN = { timeout: 20_000, interval: 100 };

test('E3 attached without a gateway: the bytes go before the fact, and to every desk', async () => {
  const ada = roomOf();
  const bytes = log(300_000);
  const sha256 = await attach(ada.room, bytes);
  expect(itemOf(ada.room)).toMatchObject({ sha256, held: true, sent: 'pending' });

  const gateway = await gatewayOf();
  ada.room.connect(gateway.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(ada.room)?.sent, WITHIN).toBe('sent');
  const stored = join(gateway.folder, 'attachments', sha256);
  expect(sha256Hex(readFileSync(stored))).toBe(sha256);
  const answer = await fetch(`${gateway.gateway.address.url}/attachments/${sha256}`, {
    headers: { authorization: `Bearer ${TOKENS.read}` },
  });
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  expect(answer.headers.get('content-disposition')).toBe('attachment');

  const screen = roomOf();
  screen.room.connect(gateway.gateway.address.url, TOKENS.read);
  await expect.poll(() => itemOf(screen.room)?.held, WITHIN).toBe(true);
  expect(await screen.room.attachments.read(sha256)).toEqual(Buffer.from(bytes));
});

test('E2 E3 what the gateway lost, a desk that holds it gives it again', async () => {
  const folder = scratchFolder();
  const first = await startTestGateway({ dataFolder: folder });
  const ada = roomOf();
  const sha256 = await attach(ada.room, log(1_000));
  ada.room.connect(first.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(ada.room)?.sent, WITHIN).toBe('sent');
  await first.stop();
  rmSync(join(folder, 'attachments'), { recursive: true });

  const second = await gatewayOf(folder);
  ada.room.connect(second.gateway.address.url, TOKENS.ada);
  await expect.poll(() => existsSync(join(folder, 'attachments', sha256)), WITHIN).toBe(true);
});

test('E2 a byte that changed on the disk is told, put aside, and comes again from the gateway', async () => {
  const gateway = await gatewayOf();
  const ada = roomOf();
  const bytes = log(1_000);
  const sha256 = await attach(ada.room, bytes);
  const path = join(ada.folder, ATTACHMENTS_FOLDER, sha256);
  const damaged = readFileSync(path);
  damaged[500] = (damaged[500] ?? 0) ^ 1;
  writeFileSync(path, damaged);
  expect(await ada.room.attachments.read(sha256)).toBeNull();
  expect(itemOf(ada.room)).toMatchObject({ held: false });
  expect(readdirSync(join(ada.folder, ATTACHMENTS_FOLDER))).toEqual([`${sha256}.damaged`]);

  // The gateway has it of another desk.
  mkdirSync(join(gateway.folder, 'attachments'), { recursive: true });
  const other = roomOf();
  await attach(other.room, bytes);
  other.room.connect(gateway.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(other.room)?.sent, WITHIN).toBe('sent');
  ada.room.connect(gateway.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(ada.room)?.held, WITHIN).toBe(true);
  expect(await ada.room.attachments.read(sha256)).toEqual(Buffer.from(bytes));
});

test('E2 what a gateway gives under a digest and is something else is not taken', async () => {
  const gateway = await gatewayOf();
  const ada = roomOf();
  const sha256 = await attach(ada.room, log(1_000));
  ada.room.connect(gateway.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(ada.room)?.sent, WITHIN).toBe('sent');
  // Who has it does not give it again meanwhile.
  ada.room.disconnect();
  writeFileSync(join(gateway.folder, 'attachments', sha256), 'something else');
  const screen = roomOf();
  screen.room.connect(gateway.gateway.address.url, TOKENS.read);
  await expect.poll(() => itemOf(screen.room)?.sha256, WITHIN).toBe(sha256);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(itemOf(screen.room)?.held).toBe(false);
  expect(await screen.room.attachments.read(sha256)).toBeNull();
});

test('E3 a gateway without room for it keeps no facts waiting', async () => {
  const gateway = await gatewayOf(undefined, 500);
  const ada = roomOf();
  await attach(ada.room, log(1_000));
  ada.room.run({ name: 'note.write', text: 'goes on' });
  ada.room.connect(gateway.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(ada.room)?.sent, WITHIN).toBe('sent');
  expect((await gateway.kinds()).sort()).toEqual(['attachment.added', 'note.written']);
  expect(readdirSync(join(gateway.folder, 'attachments'))).toEqual([]);
});

test('E1 E4 a fact names nothing that is not kept, and what is refused leaves nothing', async () => {
  const { room, folder } = roomOf();
  const add = {
    name: 'attachment.add' as const,
    of: 'incident:one',
    file: 'a',
    type: 'text/plain' as const,
    size: 1,
    sha256: 'a'.repeat(64),
  };
  expect(room.run(add)).toEqual({ done: false, code: 'unknown-attachment' });
  expect(await room.attachments.keep(Uint8Array.of(0, 1, 2))).toEqual({
    ok: false,
    error: 'unknown-type',
  });
  expect(readdirSync(join(folder, ATTACHMENTS_FOLDER))).toEqual([]);
  const sha256 = await attach(room, log(10));
  expect(await room.attachments.read(sha256)).not.toBeNull();
  expect(await room.attachments.read('../../etc/passwd')).toBeNull();
});

test('E3 what is beyond this desk’s quota stays with the gateway and is shown when it is looked at', async () => {
  const gateway = await gatewayOf();
  const ada = roomOf();
  const bytes = log(1_000);
  const sha256 = await attach(ada.room, bytes);
  ada.room.connect(gateway.gateway.address.url, TOKENS.ada);
  await expect.poll(() => itemOf(ada.room)?.sent, WITHIN).toBe('sent');
  // Another desk that may keep nothing at all.
  const folder = scratchFolder();
  const small = openRoomAttachments({
    folder,
    states: ada.room.views.current,
    mayGrow: () => true,
    onChange: () => {},
    quota: 10,
  });
  onTestFinished(() => small.close());
  small.exchange({
    status: () => ({ state: 'connected', address: '' }),
    welcomes: () => 1,
    lackingAttachments: async () => [],
    takeAttachment: async () => bytes,
  } as unknown as FeedClient);
  expect(await small.readOrTake(sha256)).toEqual(bytes);
  expect(small.has(sha256)).toBe(false);
  expect(await small.readOrTake('b'.repeat(64))).toBeNull();
  expect(readdirSync(join(folder, ATTACHMENTS_FOLDER))).toEqual([]);
});

test('E3 the evidence of others leaves room for what is kept here, and what no gateway has is not asked for at each welcome', async () => {
  const ada = roomOf();
  const large = log(1_000);
  const small = log(100, 'y');
  const lost = await attach(ada.room, log(50, 'z'));
  const ofLarge = await attach(ada.room, large, 'incident:two');
  const ofSmall = await attach(ada.room, small, 'incident:three');
  ada.room.settle();
  const desk = openRoomAttachments({
    folder: scratchFolder(),
    states: ada.room.views.current,
    mayGrow: () => true,
    onChange: () => {},
    quota: 1_200,
  });
  onTestFinished(() => desk.close());
  const asked: string[] = [];
  let welcomes = 1;
  const feed = {
    status: () => ({ state: 'connected', address: 'http://gateway' }),
    welcomes: () => welcomes,
    lackingAttachments: async () => [],
    takeAttachment: async (digest: string) => {
      asked.push(digest);
      return digest === ofLarge ? large : digest === ofSmall ? small : null;
    },
  } as unknown as FeedClient;
  desk.exchange(feed);
  await expect.poll(() => desk.has(ofSmall), WITHIN).toBe(true);
  expect(desk.has(ofLarge)).toBe(false);
  expect(await desk.keep(log(1_000, 'a'))).toMatchObject({ ok: true });
  expect(asked).toEqual([lost, ofSmall]);
  welcomes = 2;
  desk.exchange(feed);
  await desk.readOrTake(ofLarge);
  expect(asked.filter((digest) => digest === lost)).toHaveLength(1);
});

test('E2 a backup takes the evidence along, and a restored journal has it', async () => {
  const { room } = roomOf();
  const bytes = log(1_000);
  const sha256 = await attach(room, bytes);
  const backup = await backUp(room.journal, scratchFolder(), Date.now);
  const journalFolder = join(scratchFolder(), 'restored');
  restore({ source: backup.path, journalFolder, at: null, newId: () => 'restored' });
  const restored = openTestRoom(Date.now, { folder: journalFolder });
  await expect.poll(() => itemOf(restored)?.held, WITHIN).toBe(true);
  expect(await restored.attachments.read(sha256)).toEqual(Buffer.from(bytes));
});
