import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextStep, type RecordedOutcome } from './next-step.ts';
import { parseRunbook } from './parse.ts';

const { runbook } = parseRunbook(
  `## look
Ask: Bad? yes → fix; no → end; unsure → ask-around
## ask-around
Then: look
## fix
## hold
Wait: 5m
## check
Ask: Good? yes → end; no → fix
`,
  { fileName: 'x.md' },
);

const run = (outcomes: RecordedOutcome[], now = 1_000_000) =>
  nextStep(runbook, outcomes, { startedAt: 1_000, now });

const did = (
  stepId: string,
  at: number,
  outcome: RecordedOutcome['outcome'] = 'done',
  answer?: string,
): RecordedOutcome => ({ stepId, outcome, at, ...(answer === undefined ? {} : { answer }) });

const states = (outcomes: RecordedOutcome[]) =>
  run(outcomes)
    .steps.map(({ stepId, state }) => `${stepId} ${state}`)
    .join(', ');

test('R3 a run begins at its first step', () => {
  expect(run([])).toMatchObject({ current: 'look', arrivedAt: 1_000, finished: false });
  expect(states([])).toBe(
    'look current, ask-around pending, fix pending, hold pending, check pending',
  );
});

test('R3 an answer takes its branch; what it leads past is not reached', () => {
  expect(states([did('look', 2_000, 'answered', ' YES ')])).toBe(
    'look done, ask-around not-reached, fix current, hold pending, check pending',
  );
});

test('R3 an answer to the end finishes the run', () => {
  const position = run([did('look', 2_000, 'answered', 'no')]);
  expect(position).toMatchObject({ current: null, finished: true, finishedAt: 2_000 });
  expect(position.steps.slice(1).every(({ state }) => state === 'not-reached')).toBe(true);
});

test('R3 an answer that is not offered moves nothing', () => {
  expect(run([did('look', 2_000, 'answered', 'perhaps')]).current).toBe('look');
});

test('R3 a failed step holds the run until it is done or skipped on purpose', () => {
  const before = [did('look', 2_000, 'answered', 'yes'), did('fix', 3_000, 'failed')];
  expect(run(before)).toMatchObject({ current: 'fix', arrivedAt: 2_000 });
  expect(run(before).steps[2]).toMatchObject({ state: 'current', outcome: { outcome: 'failed' } });
  expect(run([...before, did('fix', 4_000)]).current).toBe('hold');
  expect(states([...before, did('fix', 4_000, 'skipped')])).toContain('fix skipped, hold current');
});

test('R3 a wait counts from the arrival at its step', () => {
  const outcomes = [did('look', 2_000, 'answered', 'yes'), did('fix', 60_000)];
  expect(run(outcomes, 100_000)).toMatchObject({
    current: 'hold',
    waitUntil: 360_000,
    waitRemainingMs: 260_000,
  });
  expect(run(outcomes, 400_000)).toMatchObject({ waitUntil: 360_000, waitRemainingMs: 0 });
});

test('R3 a branch may lead back: the loop is walked again', () => {
  const outcomes = [
    did('look', 1, 'answered', 'yes'),
    did('fix', 2),
    did('hold', 3),
    did('check', 4, 'answered', 'no'),
  ];
  expect(states(outcomes)).toBe(
    'look done, ask-around not-reached, fix current, hold done, check done',
  );
  expect(run([...outcomes, did('fix', 5)])).toMatchObject({ current: 'hold', arrivedAt: 5 });
});

test('R3 a step done ahead of its turn counts when the run arrives there', () => {
  const ahead = [did('hold', 2), did('look', 3, 'answered', 'yes')];
  expect(run(ahead).current).toBe('fix');
  expect(run([...ahead, did('fix', 4)])).toMatchObject({ current: 'check', arrivedAt: 4 });
});

test('R3 a corrected answer moves the run to the other branch, a repeat moves nothing', () => {
  const outcomes = [did('look', 1, 'answered', 'yes'), did('fix', 2)];
  expect(run([...outcomes, did('look', 3, 'answered', 'yes')]).current).toBe('hold');
  expect(run([...outcomes, did('look', 3, 'answered', 'unsure')]).current).toBe('ask-around');
  expect(run([...outcomes, did('fix', 3)])).toMatchObject({ current: 'hold' });
});

test('R3 an outcome of a step that is not there is set apart', () => {
  expect(run([did('elsewhere', 2)])).toMatchObject({ current: 'look', strays: [{ at: 2 }] });
});

test('R3 a runbook without steps is finished', () => {
  expect(nextStep({ steps: [] }, [], { startedAt: 7, now: 8 })).toMatchObject({
    current: null,
    finished: true,
    finishedAt: 7,
  });
});

test('R3 any outcomes give a position: one current step or none, and time changes only the wait', () => {
  const anyOutcome = fc.record({
    stepId: fc.constantFrom('look', 'ask-around', 'fix', 'hold', 'check', 'elsewhere'),
    outcome: fc.constantFrom('done', 'skipped', 'failed', 'answered' as const),
    answer: fc.constantFrom('yes', 'no', 'unsure', 'never', undefined),
    at: fc.nat(1_000_000),
  });
  fc.assert(
    fc.property(fc.array(anyOutcome, { maxLength: 40 }), fc.nat(), (outcomes, now) => {
      const position = run(outcomes, now);
      const current = position.steps.filter(({ state }) => state === 'current');
      expect(current.map(({ stepId }) => stepId)).toEqual(
        position.current === null ? [] : [position.current],
      );
      expect(position.finished).toBe(position.current === null);
      expect({ ...run(outcomes, 0), waitRemainingMs: 0 }).toEqual({
        ...position,
        waitRemainingMs: 0,
      });
      expect(run(outcomes, now)).toEqual(position);
    }),
  );
});
