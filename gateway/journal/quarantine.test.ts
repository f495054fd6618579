import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openQuarantineTable, QUARANTINE_TABLE_SQL } from './quarantine-table.ts';

function tableIn(limits: { rows: number; bytes: number }): {
  database: Database;
  add: (size: number) => void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-quarantine-'));
  const database = new Sqlite(join(folder, 'quarantine.db'));
  database.pragma('synchronous = OFF');
  database.exec(QUARANTINE_TABLE_SQL);
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let table = openQuarantineTable(database, limits);
  let number = 0;
  return {
    database,
    add(size) {
      number += 1;
      // Opened anew now and then: what it counted is then read from the file.
      if (number % 7 === 0) table = openQuarantineTable(database, limits);
      const row = {
        at: number,
        source: '',
        format: '',
        place: '',
        code: 'more',
        weight: 'refused',
      } as const;
      table.add([{ ...row, reason: '核'.repeat(size), excerpt: '' }]);
    },
  };
}

test('W5 the quarantine keeps the newest rows within its rows and bytes, and counts on', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 600 }),
      (sizes, rows, bytes) => {
        const { database, add } = tableIn({ rows, bytes });
        for (const [index, size] of sizes.entries()) {
          add(size);
          const kept = database
            .prepare(
              'SELECT number, at, octet_length(reason) AS size FROM quarantine ORDER BY number',
            )
            .all() as { number: number; at: number; size: number }[];
          expect(kept.length).toBeLessThanOrEqual(rows);
          expect(kept.at(-1)).toEqual({ number: index + 1, at: index + 1, size: size * 3 });
          const older = kept.slice(0, -1).reduce((sum, row) => sum + row.size, size * 3);
          // One row alone may be larger: the newest always stays.
          if (kept.length > 1) expect(older).toBeLessThanOrEqual(bytes);
          expect(kept.map(({ number }) => number)).toEqual(
            kept.map((_, place) => index + 1 - (kept.length - 1 - place)),
          );
        }
        database.close();
      },
    ),
    { numRuns: 60 },
  );
});
