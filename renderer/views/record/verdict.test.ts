import { describe, expect, test } from 'vitest';
import type { RecordOf } from '../../../shared/ipc/contract.ts';
import type { GapRow, StatusRow } from '../../../shared/ipc/rows.ts';
import { verdictOf } from './verdict.ts';

const file = { name: 'a', sealed: false, facts: 10, bytes: 1, firstSeq: 1, lastSeq: 10 };
const RECORD: RecordOf = {
  folder: '',
  files: [{ ...file, sealed: true }, file],
  check: { running: false, checked: 20, total: 20, completedAt: 500, damaged: [] },
  copies: { folder: '', problem: null, bytes: 0, points: [] },
  salvage: null,
  quarantine: [],
};
const STATUS: Pick<StatusRow, 'room' | 'feed' | 'feedBehind' | 'gaps' | 'record'> = {
  room: 'live',
  feed: 'connected',
  feedBehind: 0,
  gaps: [],
  record: 'whole',
};
const GAP: GapRow = {
  kind: 'retention',
  at: 300,
  detail: '1-2',
  from: 100,
  to: 200,
  healedAt: null,
};
const SALVAGE = { at: 400, reason: 'malformed', kept: 18, missing: 2, aside: '', report: '' };

describe('what is said of the record', () => {
  test('whole, with what was checked and when', () => {
    expect(verdictOf(RECORD, STATUS)).toEqual({
      kind: 'whole',
      facts: 20,
      files: 2,
      checkedAt: 500,
    });
  });

  test('never whole before every row was looked at', () => {
    const check = { ...RECORD.check, running: true, checked: 9, completedAt: null };
    expect(verdictOf({ ...RECORD, check }, STATUS)).toMatchObject({
      kind: 'unchecked',
      percent: 45,
    });
  });

  test('damage stands above everything else', () => {
    const check = { ...RECORD.check, damaged: [7] };
    const all = { ...RECORD, check, salvage: SALVAGE };
    expect(verdictOf(all, { ...STATUS, gaps: [GAP] })).toEqual({ kind: 'damaged', count: 1 });
    // The core knows of it before the first thousand are listed.
    expect(verdictOf(RECORD, { ...STATUS, record: 'damaged' }).kind).toBe('damaged');
  });

  test('salvaged until the gateway gave back the rest and every row was looked at again', () => {
    const salvaged = { ...RECORD, salvage: SALVAGE };
    const unchecked = { ...salvaged, check: { ...RECORD.check, completedAt: 399 } };
    expect(verdictOf(salvaged, { ...STATUS, feed: 'offline' })).toMatchObject({
      kind: 'salvaged',
      refill: 'waiting',
    });
    expect(verdictOf(salvaged, { ...STATUS, feedBehind: 3 })).toMatchObject({ refill: 'coming' });
    expect(verdictOf(unchecked, STATUS)).toMatchObject({ kind: 'salvaged', refill: 'done' });
    expect(verdictOf(salvaged, STATUS).kind).toBe('whole');
  });

  test('what is open beside the live room is not taken for its record', () => {
    expect(verdictOf(RECORD, { ...STATUS, room: 'bundle' }).kind).toBe('opened');
    expect(verdictOf(RECORD, { ...STATUS, room: 'demo', gaps: [GAP] }).kind).toBe('opened');
  });

  test('a gap is told until it is healed', () => {
    expect(verdictOf(RECORD, { ...STATUS, gaps: [GAP] })).toEqual({
      kind: 'gap',
      count: 1,
      newest: GAP,
    });
    expect(verdictOf(RECORD, { ...STATUS, gaps: [{ ...GAP, healedAt: 400 }] }).kind).toBe('whole');
  });
});
