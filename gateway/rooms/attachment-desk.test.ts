import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BlobStore } from '../journal/blob-store.ts';
import { openAttachmentDesk } from './attachment-desk.ts';

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function memoryStore(): BlobStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    save: async (bytes) => {
      kept.set(digestOf(bytes), bytes);
      return digestOf(bytes);
    },
    read: async () => null,
    readBytes: async (digest) => kept.get(digest) ?? null,
    has: (digest) => kept.has(digest),
    size: () => 0,
  };
}

const bytesOf = (length: number, mark: number): Uint8Array => new Uint8Array(length).fill(mark);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

test('E2 whatever pieces come in whatever order, only what its digest says is kept', async () => {
  const things = [bytesOf(30, 1), bytesOf(10, 2), bytesOf(25, 3)];
  const piece = fc.record({
    thing: fc.nat({ max: 2 }),
    from: fc.constantFrom(0, 0, 10, 20, 5),
    length: fc.constantFrom(10, 10, 5, 40, 0),
    lies: fc.constantFrom(false, false, false, true),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 25 }), async (pieces) => {
      const store = memoryStore();
      const desk = openAttachmentDesk(store).serve();
      for (const { thing, from, length, lies } of pieces) {
        const whole = things[thing] ?? bytesOf(1, 9);
        const part = lies ? bytesOf(length, 7) : whole.subarray(from, from + length);
        const { outcome, next } = await desk.give({
          digest: digestOf(whole),
          size: whole.length,
          offset: from,
          bytes: base64(part),
        });
        expect(next).toBeLessThanOrEqual(whole.length);
        if (outcome === 'kept') expect(store.has(digestOf(whole))).toBe(true);
      }
      for (const [digest, bytes] of store.kept) {
        expect(digestOf(bytes)).toBe(digest);
        expect(things.some((whole) => digestOf(whole) === digest)).toBe(true);
      }
      desk.close();
    }),
    { numRuns: 500 },
  );
});

test('E3 pieces that were lost or came twice are given again, and what is under way is bounded', async () => {
  const store = memoryStore();
  const attachments = openAttachmentDesk(store);
  const desk = attachments.serve();
  const whole = Uint8Array.from({ length: 25 }, (_, index) => index);
  const give = (offset: number, of = whole) =>
    desk.give({
      digest: digestOf(of),
      size: of.length,
      offset,
      bytes: base64(of.subarray(offset, offset + 10)),
    });
  expect(await give(0)).toMatchObject({ outcome: 'go-on', next: 10 });
  expect(await give(20)).toMatchObject({ outcome: 'go-on', next: 10 });
  expect(await give(10)).toMatchObject({ outcome: 'go-on', next: 20 });
  expect(await give(10)).toMatchObject({ outcome: 'go-on', next: 20 });
  expect(await give(20)).toMatchObject({ outcome: 'kept', next: 25 });
  expect(await give(0)).toMatchObject({ outcome: 'kept' });
  expect(desk.lack([digestOf(whole), 'a'.repeat(64)])).toEqual({ lacking: ['a'.repeat(64)] });
  expect(await desk.take({ digest: digestOf(whole), offset: 20 })).toEqual({
    digest: digestOf(whole),
    size: 25,
    bytes: base64(whole.subarray(20)),
  });
  expect(await desk.take({ digest: digestOf(whole), offset: 5, most: 10 })).toMatchObject({
    bytes: base64(whole.subarray(5, 15)),
  });

  // Thirteen connections with 5 MiB each under way are more than is held in memory.
  const begin = (desk2: ReturnType<typeof attachments.serve>, mark: number) =>
    desk2.give({
      digest: mark.toString(16).padStart(64, '0'),
      size: 5 * 1024 * 1024,
      offset: 0,
      bytes: base64(bytesOf(10, mark)),
    });
  const served = Array.from({ length: 12 }, () => attachments.serve());
  for (const [index, one] of served.entries()) await begin(one, index);
  const late = attachments.serve();
  await expect(begin(late, 99)).rejects.toThrow('under way');
  served[0]?.close();
  // What of it comes too late holds no place.
  await expect(begin(served[0] ?? late, 0)).rejects.toThrow('ended');
  expect(await begin(late, 99)).toMatchObject({ outcome: 'go-on' });
});
