import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Session } from '../../shared/ipc/contract.ts';
import type { StatusRow } from '../../shared/ipc/rows.ts';
import { sealFact } from '../../shared/facts/fact.ts';
import { sha256Hex } from '../../shared/kit/hash.ts';
import { openFeed } from '../feeds/feed-client.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { openRoom } from './room.ts';

vi.mock('../feeds/feed-client.ts', () => ({ openFeed: vi.fn() }));

const T0 = 1_760_000_040_000;
const TEXT = '# Restart\n\n1. Restart it\n';

test('a runbook’s text that the disk does not take is told and ends nothing', async () => {
  vi.mocked(openFeed).mockReturnValue({
    status: () => ({
      state: 'connected',
      reason: null,
      since: T0,
      heardAt: T0,
      skewMs: null,
      gaps: [],
      behind: 0,
      address: '',
    }),
    epoch: () => null,
    compare: () => undefined,
    compared: () => null,
    nudge: () => {},
    fetchBlob: async () => TEXT,
    welcomes: () => 1,
    lackingAttachments: async () => null,
    giveAttachment: async () => 'away',
    takeAttachment: async () => null,
    close: () => {},
  });
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const room = openRoom({
    kind: 'live',
    title: '',
    folder: scratchFolder(),
    builtInRunbooks: join(import.meta.dirname, 'none'),
    session: () => ({ person: 'maya', runbookFolder: null }) as Session,
    clock: () => T0,
    onChange: () => {},
    onTimeline: () => {},
    onPerson: () => {},
  });
  onTestFinished(() => room.close());
  const full = vi.spyOn(room.journal, 'saveBlob').mockImplementation(() => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  });
  room.connect('http://127.0.0.1:9', 'token');
  room.receive([
    sealFact({
      kind: 'runbook.published',
      v: 1,
      thing: 'runbook:restart.md',
      at: T0,
      heardAt: T0,
      source: 'runbooks',
      body: { fileName: 'restart.md', digest: sha256Hex(TEXT), size: TEXT.length },
    }),
  ]);
  room.settle();
  const status = (): StatusRow =>
    room.readRows('status', { mode: 'live' }).rows[0] as unknown as StatusRow;
  await expect.poll(() => status().disk).toMatch(/full/);
  expect(full).toHaveBeenCalled();
  expect(unhandled).toEqual([]);
});
