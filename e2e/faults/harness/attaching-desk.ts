import { openBlobStore } from '../../../gateway/journal/blob-store.ts';

/**
 * Keeps attachments without a pause until it is killed; prints the digest of each after it was
 * answered as kept.
 */
export type AttachingDeskWords = [folder: string, first: string];

const [folder, first] = process.argv.slice(2) as AttachingDeskWords;
const store = await openBlobStore(folder);
for (let number = Number(first); number < Number(first) + 6; number += 1) {
  const digest = await store.save(new TextEncoder().encode(`${number} `.repeat(600_000)));
  console.log(digest);
}
