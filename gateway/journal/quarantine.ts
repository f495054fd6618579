import type { Database } from 'better-sqlite3';

/** What a quarantine keeps at most; the oldest rows go, and the count goes on. */
export interface QuarantineLimits {
  readonly rows: number;
  /** UTF-8 bytes of the rows' texts together. */
  readonly bytes: number;
}

export const QUARANTINE_LIMITS: QuarantineLimits = { rows: 10_000, bytes: 50_000_000 };

/** How far below its bytes a quarantine is cut: else every further row would count them all again. */
const ROOM_LEFT = 0.9;

/**
 * Keeps a table `quarantine` within its limits.
 * @param key the ascending key, never reused
 * @param texts the columns that count
 * @returns to be called in the transaction that added rows, with the length of their texts (UTF-16
 * code units)
 */
export function boundQuarantine(
  database: Database,
  key: 'id' | 'number',
  texts: readonly string[],
  limits: QuarantineLimits,
): (added: number) => void {
  const size = texts.map((column) => `octet_length(${column})`).join(' + ');
  const overRows = database.prepare(
    `DELETE FROM quarantine WHERE ${key} <= (SELECT max(${key}) FROM quarantine) - ?`,
  );
  const sum = database.prepare(`SELECT coalesce(sum(${size}), 0) FROM quarantine`).pluck();
  // The newest row stays, whatever its size: the count lives in its key.
  const overBytes = database.prepare(
    `DELETE FROM quarantine WHERE ${key} <= (
       SELECT max(${key}) FROM (
         SELECT ${key}, sum(${size}) OVER (ORDER BY ${key} DESC) AS total FROM quarantine)
       WHERE total > ? AND ${key} < (SELECT max(${key}) FROM quarantine))`,
  );
  /** Never too low: what is rolled back stays counted until it is counted anew. */
  let atMost: number | null = null;
  return (added) => {
    overRows.run(limits.rows);
    // A code unit takes three bytes at most.
    atMost = atMost === null ? (sum.get() as number) : atMost + added * 3;
    if (atMost <= limits.bytes) return;
    if ((sum.get() as number) > limits.bytes) overBytes.run(limits.bytes * ROOM_LEFT);
    atMost = sum.get() as number;
  };
}
