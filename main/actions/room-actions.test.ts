import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Command } from '../../shared/commands/command.ts';
import type { ExecutionState } from '../../shared/projections/execution.ts';
import { catalogueText, installCatalogue } from '../testing/actions.ts';
import { openTestRoom } from '../testing/room.ts';
import { scratchFolder } from '../testing/scratch.ts';
import type { Room } from '../rooms/room.ts';

const restart = {
  id: 'restart-service',
  title: 'Restart a service',
  does: 'Restarts one service on its host.',
  kind: 'command',
  effect: 'changes',
  parameters: { service: { type: 'name', label: 'Service' } },
  executable: '/bin/echo',
  argv: ['restarted', '{service}'],
  dryRun: ['would', 'restart', '{service}'],
  timeoutSeconds: 5,
  verify: { entry: 'show-service', parameters: { service: '{service}' } },
  wayBack: { entry: 'stop-service', parameters: { service: '{service}' } },
};
const show = {
  id: 'show-service',
  title: 'Show a service',
  does: 'Shows whether it runs.',
  kind: 'command',
  effect: 'reads',
  parameters: { service: { type: 'name', label: 'Service' } },
  executable: '/bin/echo',
  argv: ['active', '{service}'],
  timeoutSeconds: 5,
};
const stop = { ...restart, id: 'stop-service', title: 'Stop a service', wayBack: undefined };
const dangerous = { ...restart, id: 'fail-over', effect: 'dangerous', approvals: 1 };
const entries = [restart, show, stop, dangerous];

interface Fixture {
  readonly room: Room;
  readonly folder: string;
  readonly actions: string;
}

function open(
  list: readonly Record<string, unknown>[] = entries,
  more: { folder?: string; actions?: string; person?: string; clock?: () => number } = {},
): Fixture {
  const folder = more.folder ?? scratchFolder();
  const actions = more.actions ?? join(scratchFolder(), 'actions');
  if (more.actions === undefined) installCatalogue(actions, catalogueText(list));
  const room = openTestRoom(more.clock ?? Date.now, { folder, actions }, more.person);
  return { room, folder, actions };
}

function state(room: Room, thing: string): ExecutionState {
  return room.stateOf(thing)?.state as ExecutionState;
}

function propose(room: Room, entry = 'restart-service', service = 'ledger'): string {
  const answer = room.run({
    name: 'execution.propose',
    entry,
    parameters: { service },
    automatic: false,
  });
  if (!answer.done) throw new Error(answer.code);
  return answer.thing;
}

function execution(room: Room, thing: string): string | undefined {
  return state(room, thing).ended?.result.outcome;
}

async function rehearsed(room: Room, thing: string): Promise<ExecutionState> {
  await vi.waitFor(() => expect(state(room, thing).rehearsal).not.toBeNull(), 5_000);
  return state(room, thing);
}

function code(room: Room, command: Command): string {
  const answer = room.run(command);
  return answer.done ? 'done' : answer.code;
}

test('A4 dry run, approval, start, verification: each a fact, in this order, and the output with its hash', async () => {
  const { room } = open();
  const thing = propose(room);
  const { digest, rehearsal } = await rehearsed(room, thing);
  expect(rehearsal?.result).toMatchObject({ outcome: 'exited', code: 0 });
  expect(rehearsal?.result.output).toBe('would restart ledger\n');
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe('needs-approval');
  expect(code(room, { name: 'execution.approve', execution: thing, digest })).toBe('done');
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe('done');
  await vi.waitFor(() => expect(state(room, thing).verified).not.toBeNull(), 5_000);
  const { ended, verified, started } = state(room, thing);
  expect(ended?.result).toMatchObject({ outcome: 'exited', code: 0, output: 'restarted ledger\n' });
  expect(verified).toMatchObject({ passed: true, result: { output: 'active ledger\n' } });
  expect(started?.approvals).toHaveLength(1);
  const kinds = room.journal.facts.ofThing(thing).map(({ fact }) => fact.kind);
  expect(kinds).toEqual([
    'execution.proposed',
    'execution.rehearsed',
    'execution.approved',
    'execution.started',
    'execution.ended',
    'execution.verified',
  ]);
  // An approval is used once.
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe('already-started');
  const back = room.run({ name: 'execution.take-back', execution: thing });
  expect(back).toMatchObject({ done: true });
  if (back.done) {
    expect(state(room, back.thing)).toMatchObject({ takesBack: thing, started: null });
    expect(state(room, back.thing).plan?.entry).toBe('stop-service');
  }
});

test('A5 a dangerous action is approved by another person at another desk, and runs at the named one only', async () => {
  const { room: maya, actions } = open();
  const { room: ren } = open(entries, { actions, person: 'ren' });
  const thing = propose(maya, 'fail-over');
  const { digest } = await rehearsed(maya, thing);
  const approve: Command = { name: 'execution.approve', execution: thing, digest };
  const start: Command = { name: 'execution.start', execution: thing, digest };
  expect(code(maya, approve)).toBe('own-proposal');
  ren.receive(maya.journal.facts.ofThing(thing).map(({ fact }) => fact));
  expect(code(ren, { ...approve, digest: '0'.repeat(64) })).toBe('plan-changed');
  expect(code(ren, approve)).toBe('done');
  expect(code(ren, approve)).toBe('already-approved');
  expect(code(ren, start)).toBe('other-desk');
  expect(code(maya, start)).toBe('needs-approval');
  maya.receive(ren.journal.facts.ofThing(thing).map(({ fact }) => fact));
  expect(code(maya, start)).toBe('done');
  await vi.waitFor(() => expect(state(maya, thing).ended).not.toBeNull(), 5_000);
});

test('A5 an approval is over after a quarter of an hour, and so is one of a catalogue that changed', async () => {
  let now = Date.now();
  const { room, actions } = open(entries, { clock: () => now });
  const thing = propose(room);
  const { digest } = await rehearsed(room, thing);
  expect(code(room, { name: 'execution.approve', execution: thing, digest })).toBe('done');
  now += 15 * 60_000 + 1_000;
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe('needs-approval');
  expect(code(room, { name: 'execution.approve', execution: thing, digest })).toBe('done');
  installCatalogue(
    actions,
    catalogueText([{ ...restart, argv: ['x'] }, show, stop], { version: 2 }),
  );
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe(
    'catalogue-changed',
  );
  // The older one is signed as well, and not taken any more.
  installCatalogue(actions, catalogueText(entries));
  expect(room.actions?.describe()).toMatchObject({ state: 'refused', problem: 'older' });
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe('no-catalogue');
});

test('A6 the start is in the journal before anything is begun', async () => {
  const witness = join(scratchFolder(), 'seen');
  const spy = {
    ...show,
    id: 'copy',
    executable: '/bin/sh',
    // The journal as another process reads it while the action runs.
    argv: ['-c', `cat "$0"/journal-*.sqlite* > ${witness}`, '{folder}'],
    parameters: { folder: { type: 'pattern', label: 'Folder', pattern: '/.*', maxLength: 500 } },
  };
  const { room, folder } = open([spy]);
  const answer = room.run({
    name: 'execution.propose',
    entry: 'copy',
    parameters: { folder },
    automatic: false,
  });
  const thing = answer.done ? answer.thing : '';
  const { digest } = state(room, thing);
  expect(code(room, { name: 'execution.approve', execution: thing, digest })).toBe('done');
  expect(code(room, { name: 'execution.start', execution: thing, digest })).toBe('done');
  await vi.waitFor(() => expect(state(room, thing).ended).not.toBeNull(), 5_000);
  expect(state(room, thing).ended?.result).toMatchObject({ outcome: 'exited', code: 0 });
  expect(existsSync(witness)).toBe(true);
  const seen = readFileSync(witness, 'latin1');
  expect(seen).toContain(state(room, thing).started?.factId);
  expect(seen).not.toContain('execution.ended');
});

test('A6 what was begun by a core that is gone is unknown, and is not begun again', async () => {
  const marks = join(scratchFolder(), 'marks');
  const slow = { ...show, executable: '/bin/sh', argv: ['-c', `echo x >> ${marks}; sleep 30`] };
  const { room, folder, actions } = open([{ ...slow, parameters: {} }]);
  const answer = room.run({
    name: 'execution.propose',
    entry: 'show-service',
    parameters: {},
    automatic: false,
  });
  const thing = answer.done ? answer.thing : '';
  const { digest } = state(room, thing);
  room.run({ name: 'execution.approve', execution: thing, digest });
  room.run({ name: 'execution.start', execution: thing, digest });
  await vi.waitFor(() => expect(existsSync(marks)).toBe(true), 5_000);
  // What a crash at this moment leaves on the disk.
  const crashed = scratchFolder();
  cpSync(folder, crashed, { recursive: true });
  room.close();
  expect(execution(open(undefined, { folder, actions }).room, thing)).toBe('stopped');
  const { room: again } = open(undefined, { folder: crashed, actions });
  await again.ready();
  await vi.waitFor(() => expect(execution(again, thing)).toBe('unknown'), 5_000);
  expect(code(again, { name: 'execution.start', execution: thing, digest })).toBe(
    'already-started',
  );
  expect(readFileSync(marks, 'utf8')).toBe('x\n');
});

test('A6 a dry run that a restart cut off reads as failed, is not made again by itself, and can be', async () => {
  const marks = join(scratchFolder(), 'marks');
  const slow = {
    ...restart,
    executable: '/bin/sh',
    argv: [],
    dryRun: ['-c', `echo x >> ${marks}; [ -e ${marks}.go ] || sleep 30`],
    parameters: {},
    verify: undefined,
    wayBack: undefined,
  };
  const { room, folder, actions } = open([slow]);
  const answer = room.run({
    name: 'execution.propose',
    entry: 'restart-service',
    parameters: {},
    automatic: false,
  });
  const thing = answer.done ? answer.thing : '';
  await vi.waitFor(() => expect(existsSync(marks)).toBe(true), 5_000);
  // What this core began before it had read all is under way, not lost.
  await room.ready();
  expect(state(room, thing).rehearsal).toBeNull();
  const crashed = scratchFolder();
  cpSync(folder, crashed, { recursive: true });
  room.close();
  const { room: closed } = open(undefined, { folder, actions });
  expect(state(closed, thing).rehearsal?.result.outcome).toBe('stopped');
  const { room: again } = open(undefined, { folder: crashed, actions });
  await again.ready();
  await vi.waitFor(
    () => expect(state(again, thing).rehearsal?.result.outcome).toBe('unknown'),
    5_000,
  );
  expect(readFileSync(marks, 'utf8')).toBe('x\n');
  writeFileSync(`${marks}.go`, '');
  expect(code(again, { name: 'execution.rehearse', execution: thing })).toBe('done');
  await vi.waitFor(
    () => expect(state(again, thing).rehearsal?.result.outcome).toBe('exited'),
    5_000,
  );
});

test('A2 a catalogue that was changed after it was signed runs nothing', () => {
  const { room, actions } = open();
  const file = join(actions, 'catalogue.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('restarted', 'destroyed'));
  expect(room.actions?.describe()).toMatchObject({ state: 'refused', problem: 'changed' });
  expect(
    code(room, {
      name: 'execution.propose',
      entry: 'restart-service',
      parameters: { service: 'ledger' },
      automatic: false,
    }),
  ).toBe('no-catalogue');
});
