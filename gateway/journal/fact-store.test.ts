import { expect, test } from 'vitest';
import { rowIsWhole, type FactRow } from './fact-store.ts';

const row: FactRow = {
  seq: 1,
  id: Buffer.alloc(32, 1),
  kind: 'note.written',
  thing: 'note:one',
  at: 1,
  heard_at: 1,
  seen_at: 1,
  source: 'people',
  content: '{}',
  row_hash: Buffer.alloc(32, 2),
};

test('J7 a column that a flipped bit gave another type is damage, and stops nothing', () => {
  for (const column of Object.keys(row)) {
    for (const value of [null, 7, 0.5, 'text', Buffer.from('bytes')]) {
      expect(rowIsWhole({ ...row, [column]: value })).toBe(false);
    }
  }
});
