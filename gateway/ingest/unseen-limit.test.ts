import { expect, test } from 'vitest';
import type { FactDraft } from '../../shared/facts/fact.ts';
import { createUnseenLimit } from './unseen-limit.ts';

function unseen(name: string, reason = 'not-seen'): FactDraft {
  return {
    kind: 'node.unlisted',
    v: 1,
    thing: `node:${name}`,
    at: 1,
    heardAt: 1,
    source: 'traces',
    body: { name, reason },
  };
}

test('T6 what is missing from one window or two may be called seldom: the third in a row tells it', () => {
  const limit = createUnseenLimit();
  expect(limit.admit('traces', [unseen('db')])).toEqual([]);
  expect(limit.admit('traces', [unseen('db'), unseen('web')])).toEqual([]);
  expect(limit.admit('traces', [unseen('db'), unseen('web')])).toEqual([unseen('db')]);
  // Seen again in between: counted anew.
  expect(limit.admit('traces', [])).toEqual([]);
  expect(limit.admit('traces', [unseen('web')])).toEqual([]);
  expect(limit.admit('other', [unseen('web')])).toEqual([]);
  const listed = unseen('db', 'not-listed');
  expect(limit.admit('mesh', [listed])).toEqual([listed]);
});
