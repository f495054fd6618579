import { expect, test } from 'vitest';
import type { IncidentRow, RunbookRow, RunRow } from '../../../shared/ipc/rows.ts';
import { bareIncident, bareRun, bareStep, bareRunbook } from '../../dev/bare-rows.ts';
import { incidentForRun } from '../../room/chosen-incident.ts';
import type { RunbookStep } from '../../../shared/runbooks/format.ts';
import {
  hasOtherText,
  isChosen,
  positionOf,
  runToShow,
  searchRunbooks,
  sortRuns,
  summaryOf,
  targetOf,
  type StepRecord,
} from './run-model.ts';

const T0 = 1_760_000_000_000;

function step(id: string, change: Partial<RunbookStep> = {}): RunbookStep {
  return { id, title: id, line: 1, kind: 'instruct', body: [], commands: [], links: [], ...change };
}
function record(of: string, change: Partial<StepRecord> = {}): StepRecord {
  return {
    factId: of,
    step: of,
    title: of,
    outcome: 'done',
    answer: null,
    note: null,
    ...bareStep,
    at: T0 + 1_000,
    by: 'maya',
    sent: 'sent',
    ...change,
  };
}
function run(key: string, change: Partial<RunRow> = {}): RunRow {
  return {
    key,
    runbook: 'pool',
    title: 'Pool',
    digest: 'd'.repeat(64),
    incident: null,
    alert: null,
    startedAt: T0,
    startedBy: 'maya',
    ...bareRun('maya'),
    status: 'running',
    endedAt: null,
    steps: [],
    ...change,
  };
}
function runbook(id: string, change: Partial<RunbookRow> = {}): RunbookRow {
  return {
    key: `runbook:${id}`,
    fileName: `${id}.md`,
    id,
    title: id,
    origin: 'gateway',
    digest: 'e'.repeat(64),
    alerts: [],
    services: [],
    steps: 3,
    problems: 0,
    version: null,
    lastRehearsed: null,
    asOf: T0,
    held: true,
    ...bareRunbook,
    ...change,
  };
}
function incident(key: string, change: Partial<IncidentRow> = {}): IncidentRow {
  return {
    key,
    title: key,
    severity: 'SEV-3',
    commander: 'maya',
    services: [],
    ...bareIncident,
    declaredAt: T0,
    declaredBy: 'maya',
    sent: 'sent',
    ...change,
  };
}

const steps = [
  step('look', {
    ask: {
      question: 'changed?',
      answers: [
        { answer: 'Yes', goTo: 'back' },
        { answer: 'No', goTo: 'end' },
      ],
    },
  }),
  step('wait', { waitMs: 60_000 }),
  step('back'),
];

test('R a failed step holds the run; an answer takes its branch', () => {
  const failed = run('r', { steps: [record('look', { outcome: 'failed', note: 'no' })] });
  expect(positionOf({ steps }, failed).current).toBe('look');
  const answered = run('r', { steps: [record('look', { outcome: 'answered', answer: 'yes' })] });
  const position = positionOf({ steps }, answered);
  expect(position.current).toBe('back');
  expect(position.steps[1]?.state).toBe('not-reached');
});

test('R a wait counts from the arrival at its step', () => {
  const position = positionOf({ steps: steps.slice(1) }, run('r'));
  expect(position.waitUntil).toBe(T0 + 60_000);
});

test('the last word on a step counts in the summary', () => {
  const ended = run('r', {
    status: 'completed',
    endedAt: T0 + 90_000,
    steps: [
      record('a', { outcome: 'failed' }),
      record('a', { outcome: 'done', sent: 'pending' }),
      record('b', { outcome: 'skipped', note: 'not ours' }),
      record('c', { outcome: 'answered', answer: 'yes', sent: 'pending' }),
    ],
  });
  const summary = summaryOf(ended, T0 + 999_000);
  expect(summary).toMatchObject({ done: 2, lastedMs: 90_000, pending: 2 });
  expect(summary.skipped.map((found) => found.step)).toEqual(['b']);
  expect(summary.failed).toEqual([]);
});

test('an answer leads to a step or to the end, and is known again whatever its case', () => {
  expect(targetOf(steps, 0, 'back')?.id).toBe('back');
  expect(targetOf(steps, 0, 'next')?.id).toBe('wait');
  expect(targetOf(steps, 0, 'end')).toBeNull();
  expect(isChosen(record('look', { outcome: 'answered', answer: ' yes' }), 'Yes')).toBe(true);
  expect(isChosen(record('look', { outcome: 'failed', answer: 'yes' }), 'Yes')).toBe(false);
});

test('running runs come first; the one of the incident is shown unless another was opened', () => {
  const rows = [
    run('old', { status: 'completed', startedAt: T0 + 9 }),
    run('a', { incident: 'incident:a' }),
    run('b', { startedAt: T0 + 5 }),
  ];
  expect(sortRuns(rows).map((row) => row.key)).toEqual(['b', 'a', 'old']);
  expect(runToShow(rows, null, 'incident:a')?.key).toBe('a');
  expect(runToShow(rows, null, null)?.key).toBe('b');
  expect(runToShow(rows, 'old', 'incident:a')?.key).toBe('old');
  expect(runToShow(rows.slice(0, 1), null, null)).toBeNull();
});

test('a run belongs to the chosen active incident, else to the worst active one', () => {
  const rows = [
    incident('a'),
    incident('b', { severity: 'SEV-1' }),
    incident('c', { status: 'resolved' }),
  ];
  expect(incidentForRun(rows, 'a')?.key).toBe('a');
  expect(incidentForRun(rows, 'c')?.key).toBe('b');
  expect(incidentForRun([], null)).toBeNull();
});

test('the search looks in title, file, alerts and services, for every word', () => {
  const rows = [
    runbook('pool', { title: 'Connection pool', alerts: ['PoolSaturated'] }),
    runbook('cert', { services: ['edge-gateway'] }),
  ];
  expect(searchRunbooks(rows, 'pool satur').map((row) => row.id)).toEqual(['pool']);
  expect(searchRunbooks(rows, 'EDGE').map((row) => row.id)).toEqual(['cert']);
  expect(searchRunbooks(rows, '')).toHaveLength(2);
});

test('a run says when the library has another text by now', () => {
  const pinned = run('r');
  expect(hasOtherText(pinned, [runbook('pool')])).toBe(true);
  expect(hasOtherText(pinned, [runbook('pool'), runbook('pool', { digest: pinned.digest })])).toBe(
    false,
  );
  expect(hasOtherText(pinned, [runbook('other')])).toBe(false);
});
