/**
 * From an id to its shard. The ways are those of published systems; which one a room uses is part
 * of its unit rules.
 */

export const SHARD_FUNCTIONS = [
  'last-digits',
  'before-last-digit',
  'second-characters',
  'first-digit',
  'java-hash',
] as const;
export type ShardFunction = (typeof SHARD_FUNCTIONS)[number];

/** How many digits a shard's number is written with: 100 shards are 00 to 99. */
export function shardWidth(shardCount: number): number {
  return String(Math.max(1, shardCount - 1)).length;
}

/** A shard as people write it: 7 of 100 is `07`. */
export function shardText(shard: number, shardCount: number): string {
  return String(shard).padStart(shardWidth(shardCount), '0');
}

/**
 * The shard of an id; null where the id has no digits in the place that the function reads.
 * No id at all (null) is shard 0, as the reference systems have it.
 *
 * - `last-digits`: the last digits, as many as a shard's number has
 * - `before-last-digit`: the digits before the last one (SOFARPC's default: second and third from the end)
 * - `second-characters`: from the second character on (`substring(args[0], 1, 3)`)
 * - `first-digit`: the first digit, followed by zeros
 * - `java-hash`: |java.lang.String.hashCode| modulo the count; the absolute value of the smallest
 *   integer is taken as a wide one (AlterShield's own code goes wrong there)
 */
export function shardOf(id: string | null, by: ShardFunction, shardCount: number): number | null {
  if (id === null) return 0;
  if (by === 'java-hash') return Math.abs(javaHash(id)) % shardCount;
  const width = shardWidth(shardCount);
  switch (by) {
    case 'last-digits':
      return readDigits(id, id.length - width, width, shardCount);
    case 'before-last-digit':
      return readDigits(id, id.length - width - 1, width, shardCount);
    case 'second-characters':
      return readDigits(id, 1, width, shardCount);
    case 'first-digit': {
      const digit = readDigits(id, 0, 1, 10);
      return digit === null ? null : (digit * 10 ** (width - 1)) % shardCount;
    }
  }
}

/** `String.hashCode` of the Java language: s[0]·31^(n-1) + … in 32 bits. */
function javaHash(text: string): number {
  let hash = 0;
  for (let place = 0; place < text.length; place++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(place)) | 0;
  }
  return hash;
}

/** Digits by their codes: a million ids a second leave no room for slices and numbers of texts. */
function readDigits(id: string, from: number, width: number, shardCount: number): number | null {
  const end = from + width;
  if (from < 0 || end > id.length) return null;
  let value = 0;
  for (let place = from; place < end; place++) {
    const digit = id.charCodeAt(place) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value < shardCount ? value : value % shardCount;
}
