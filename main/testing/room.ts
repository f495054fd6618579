import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Session } from '../../shared/ipc/contract.ts';
import type { Position } from '../../shared/ipc/position.ts';
import { tables, type TableName } from '../../shared/ipc/rows.ts';
import { openRoom, type Room, type RoomOptions } from '../rooms/room.ts';
import { scratchFolder } from './scratch.ts';

/** A live room of Maya's (or another person's) in a folder of its own, closed with the test. Only tests import this. */
export function openTestRoom(
  clock: () => number,
  more: Partial<
    Pick<
      RoomOptions,
      'folder' | 'kind' | 'onChange' | 'directSilentMs' | 'webhooks' | 'actions' | 'builtInRunbooks'
    >
  > = {},
  person = 'maya',
): Room {
  const session = { person, runbookFolder: null } as Session;
  const room = openRoom({
    kind: 'live',
    title: '',
    folder: scratchFolder(),
    builtInRunbooks: join(import.meta.dirname, '..', '..', 'resources', 'runbooks'),
    session: () => session,
    clock,
    onChange: () => {},
    onTimeline: () => {},
    onPerson: () => {},
    ...more,
  });
  onTestFinished(() => room.close());
  return room;
}

/** The rows of a table, each checked against its schema. */
export function rowsOf<Row>(
  room: Room,
  table: TableName,
  position: Position = { mode: 'live' },
): Row[] {
  room.settle();
  const { rows } = room.readRows(table, position);
  for (const row of rows) tables[table].parse(row);
  return rows as Row[];
}
