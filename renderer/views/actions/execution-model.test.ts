import { expect, test } from 'vitest';
import type { CallResult } from '../../../shared/facts/execution.ts';
import type { ExecutionRow } from '../../../shared/ipc/rows.ts';
import { isEvidence, isOpen, readExecution, toTakeBack } from './execution-model.ts';

const T0 = 1_760_000_000_000;
const HOUR = 3_600_000;
const RUN = { status: 'running' as const, startedFrom: 'desk-a', handOvers: [] };
const call = {
  kind: 'command' as const,
  executable: '/bin/do',
  sha256: null,
  argv: [],
  environment: [],
  workingFolder: '/',
};
const request = {
  kind: 'http' as const,
  method: 'POST' as const,
  url: 'x',
  headers: [],
  body: null,
};

function result(change: Partial<CallResult> = {}): CallResult {
  return {
    outcome: 'exited',
    code: 0,
    signal: null,
    reason: '',
    output: '',
    outputBytes: 0,
    outputSha256: null,
    isCut: false,
    lastedMs: 1,
    ...change,
  };
}

function row(
  key: string,
  change: Partial<ExecutionRow> = {},
  plan: Partial<ExecutionRow['plan']> = {},
): ExecutionRow {
  return {
    key,
    plan: {
      catalogue: 'a'.repeat(64),
      entry: 'do',
      title: 'Do',
      does: 'Does.',
      parameters: {},
      effect: 'changes',
      approvals: 1,
      call,
      timeoutMs: 1_000,
      outputBytes: 1_000,
      dryRun: null,
      verify: call,
      wayBack: { entry: 'undo', parameters: {} },
      ...plan,
    },
    digest: 'd'.repeat(64),
    replica: 'desk-a',
    automatic: false,
    run: 'run:one',
    step: 'one',
    incident: null,
    takesBack: null,
    proposedAt: T0,
    proposedBy: 'maya',
    proposedFrom: 'desk-a',
    contested: false,
    rehearsal: null,
    approvals: [],
    withdrawn: null,
    started: null,
    ended: null,
    verified: null,
    sent: 'sent',
    ...change,
  };
}

const started = (at = T0) => ({ by: 'maya', at, approvals: [], factId: 's' });
const ended = (change: Partial<CallResult> = {}) => ({
  result: result(change),
  at: T0 + 1,
  factId: 'e',
});
const verified = (passed: boolean) => ({ ...ended(), passed });

test('A4 what is offered as evidence worked, was seen to work, and takes nothing back', () => {
  const good = { started: started(), ended: ended(), verified: verified(true) };
  expect(isEvidence(row('a', good))).toBe(true);
  expect(isEvidence(row('a', { ...good, takesBack: 'execution:b' }))).toBe(false);
  expect(isEvidence(row('a', { ...good, verified: null }))).toBe(false);
  expect(isEvidence(row('a', { ...good, verified: verified(false) }))).toBe(false);
  expect(isEvidence(row('a', { ...good, ended: ended({ outcome: 'timed-out' }) }))).toBe(false);
  expect(isEvidence(row('a', { ...good, verified: null }, { verify: null }))).toBe(true);
  const asked = { call: request, verify: null };
  expect(isEvidence(row('a', { ...good, ended: ended({ code: 204 }) }, asked))).toBe(true);
  expect(isEvidence(row('a', { ...good, ended: ended({ code: 0 }) }, asked))).toBe(false);
  expect(isEvidence(row('a', { started: started() }))).toBe(false);
});

test('A6 what ran reads as run, also where two desks proposed it', () => {
  const ran = row('a', { contested: true, started: started() });
  expect(readExecution(ran, RUN, T0).stage).toBe('running');
  expect(readExecution(row('a', { contested: true }), RUN, T0).stage).toBe('contested');
});

test('A8 what was to run by itself waits for an approval once its run was handed over', () => {
  const byItself = row('a', { automatic: true });
  expect(readExecution(byItself, RUN, T0).stage).toBe('to-start');
  const handOvers = [{ from: 'maya', to: 'ren', comment: '', at: T0 }];
  for (const run of [
    { ...RUN, handOvers },
    { ...RUN, startedFrom: 'desk-b' },
    { ...RUN, status: 'completed' as const },
  ]) {
    expect(readExecution(byItself, run, T0)).toMatchObject({
      stage: 'to-approve',
      isByItself: false,
    });
  }
});

test('A8 the way back is offered of the newest that ran or should be over, until it is taken', () => {
  const over = row('a', { started: started(), ended: ended(), verified: verified(true) });
  const done = { ...RUN, status: 'completed' as const };
  expect(toTakeBack([over], RUN, T0)?.key).toBe('a');
  expect(toTakeBack([over], done, T0)?.key).toBe('a');
  // Whatever was proposed since, and withdrawn.
  const later = row('b', { withdrawn: { by: 'maya', at: T0, reason: 'no' } });
  expect(toTakeBack([over, later], RUN, T0)?.key).toBe('a');
  // Its end was never heard.
  const lost = row('a', { started: started() });
  expect(toTakeBack([lost], RUN, T0)).toBeNull();
  expect(isOpen(readExecution(lost, RUN, T0 + HOUR).stage)).toBe(false);
  expect(toTakeBack([lost], RUN, T0 + HOUR)?.key).toBe('a');
  // Under way, withdrawn, done, and failed.
  const back = row('c', { takesBack: 'a' }, { wayBack: null });
  expect(toTakeBack([over, back], RUN, T0)).toBeNull();
  const withdrawn = { ...back, withdrawn: { by: 'maya', at: T0, reason: 'no' } };
  expect(toTakeBack([over, withdrawn], RUN, T0)?.key).toBe('a');
  const taken = { ...back, started: started(T0 + 5), ended: ended() };
  expect(toTakeBack([over, taken], RUN, T0 + HOUR)).toBeNull();
  const failed = { ...taken, ended: ended({ code: 1 }) };
  expect(toTakeBack([over, failed], RUN, T0 + HOUR)?.key).toBe('a');
});
