import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClockPoint } from '../../../shared/facts/incident.ts';
import type {
  ClockRow,
  DecisionRow,
  HypothesisRow,
  IncidentRow,
  ReportRow,
  TaskRow,
  UpdateRow,
} from '../../../shared/ipc/rows.ts';
import { bareIncident } from '../../dev/bare-rows.ts';
import type { DeskRows } from './desk-rows.ts';
import { LIMITS, nextSteps, type OfferedStep } from './next-steps.ts';

const T0 = 1_760_000_000_000;
const MINUTE = 60_000;

const incident: IncidentRow = {
  ...bareIncident,
  key: 'incident:a',
  title: 'a',
  severity: 'SEV-2',
  commander: 'maya',
  services: [],
  declaredAt: T0,
  declaredBy: 'maya',
  sent: 'sent',
};

function task(key: string, change: Partial<TaskRow> = {}): TaskRow {
  return {
    key,
    incident: incident.key,
    person: 'ada',
    action: 'restart db-7',
    decision: null,
    assignedAt: T0,
    assignedBy: 'maya',
    begunAt: T0,
    dueAt: T0 + 10 * MINUTE,
    understoodAt: T0 + 1,
    status: 'open',
    endedAt: null,
    result: '',
    reports: [],
    extensions: 0,
    sent: 'sent',
    ...change,
  };
}

function decision(key: string, change: Partial<DecisionRow> = {}): DecisionRow {
  return {
    key,
    incident: incident.key,
    action: 'fail over',
    risk: 'high',
    danger: '',
    expected: '',
    undo: '',
    proposedAt: T0,
    proposedBy: 'maya',
    status: 'candidate',
    polledAt: null,
    answers: [],
    takenAt: null,
    takenBy: null,
    reason: '',
    executor: null,
    overrules: [],
    verified: null,
    sent: 'sent',
    ...change,
  };
}

function rows(change: Partial<DeskRows> = {}): DeskRows {
  return {
    incident,
    isStranded: false,
    // What is calm is located too.
    clock: change.incident?.phase === 'mitigated' ? clock({ located: T0 }) : null,
    tasks: [],
    decisions: [],
    reports: [],
    hypotheses: [],
    updates: [],
    ...change,
  };
}

const codes = (steps: readonly OfferedStep[]): string[] => steps.map(({ code }) => code);
const at = (given: DeskRows, minutes: number, person = 'maya'): string[] =>
  codes(nextSteps(given, person, T0 + minutes * MINUTE));
const sizedUp = {
  symptoms: 'errors',
  scope: '',
  trend: 'static',
  at: T0,
  by: 'maya',
} as const;
/** An incident of which nothing is asked by its own clock. */
const calm: IncidentRow = {
  ...incident,
  phase: 'mitigated',
  sizeUp: { ...sizedUp, at: T0 + 1_000 * MINUTE },
  signedOff: { remaining: '', watch: '', next: '', at: T0 + 1, by: 'maya' },
};

describe('what is offered next', () => {
  test('O1 the first size-up is offered at 80 % of a minute, and not before', () => {
    expect(at(rows(), 0.79)).toEqual([]);
    expect(at(rows(), 0.8)).toEqual(['size-up']);
    expect(nextSteps(rows(), 'maya', T0 + MINUTE)[0]?.dueAt).toBe(T0 + LIMITS.respond);
  });

  test('what was merged into something that is over is reopened before all else', () => {
    const stranded: IncidentRow = {
      ...incident,
      status: 'resolved',
      phase: 'duplicate',
      claims: ['ada', 'maya'],
    };
    const given = rows({ incident: stranded, isStranded: true });
    expect(at(given, 1)).toEqual(['reopen', 'settle']);
  });

  test('O1 1 – 5 – 10: the fault is asked for at 4 minutes, a way to recover at 8', () => {
    const given = rows({ incident: { ...incident, sizeUp: sizedUp } });
    expect(at(given, 3.99)).toEqual([]);
    expect(at(given, 4)).toEqual(['locate']);
    expect(at(given, 8)).toEqual(['locate', 'recover']);
    const located = rows({
      incident: { ...incident, sizeUp: sizedUp },
      hypotheses: [hypothesis('h', { verdict: 'confirmed' })],
    });
    expect(at(located, 8)).toEqual(['recover']);
    const open = rows({ incident: given.incident, hypotheses: [hypothesis('h')] });
    expect(nextSteps(open, 'maya', T0 + 4 * MINUTE)[0]).toMatchObject({
      code: 'judge',
      thing: 'h',
      action: { by: 'form', form: { name: 'judge' } },
    });
  });

  test('O1 the limits of the incident count from its detection, by its clock', () => {
    expect(at(rows({ clock: clock({ detected: T0 - MINUTE }) }), 0)).toEqual(['size-up']);
    const given = { incident: { ...incident, sizeUp: sizedUp } };
    expect(at(rows({ ...given, clock: clock({ located: T0 }) }), 5)).toEqual([]);
    expect(at(rows({ ...given, clock: clock({ located: T0, recovered: T0 }) }), 8)).toEqual([]);
  });

  test('O1 a task is asked for at 80 % of its minutes, from when they began', () => {
    expect(at(rows({ incident: calm, tasks: [task('t')] }), 7.9)).toEqual([]);
    expect(at(rows({ incident: calm, tasks: [task('t')] }), 8)).toEqual(['come-back']);
    const longer = task('t', {
      begunAt: T0 + 9 * MINUTE,
      dueAt: T0 + 19 * MINUTE,
      assignedAt: T0 + 9 * MINUTE,
    });
    expect(at(rows({ incident: calm, tasks: [longer] }), 16.9)).toEqual([]);
    expect(at(rows({ incident: calm, tasks: [longer] }), 17)).toContain('come-back');
  });

  test('O1 who has not said "understood" is asked within two minutes', () => {
    const given = rows({ incident: calm, tasks: [task('t', { understoodAt: null })] });
    expect(at(given, 1.5)).toEqual([]);
    expect(nextSteps(given, 'maya', T0 + 1.6 * MINUTE)[0]).toMatchObject({
      code: 'understood',
      action: { by: 'command', command: { name: 'task.understand', task: 't', byVoice: true } },
    });
  });

  test('O1 a poll is decided at once when all were heard, else at 80 % of a minute', () => {
    const asked = { ...calm, roles: { deputy: 'bo' } };
    const polled = decision('d', { status: 'polled', polledAt: T0 });
    expect(at(rows({ incident: asked, decisions: [polled] }), 0.7)).toEqual([]);
    expect(at(rows({ incident: asked, decisions: [polled] }), 0.8)).toEqual(['take']);
    const answers = [
      { person: 'bo', by: 'bo', objection: 'none' as const, reason: '', at: T0 + 1_000 },
    ];
    const heard = decision('d', { ...polled, answers });
    expect(at(rows({ incident: asked, decisions: [heard] }), 0.1)).toEqual(['take']);
    expect(at(rows({ incident: asked, decisions: [polled] }), 0, 'bo')).toEqual(['objection']);
    expect(at(rows({ incident: asked, decisions: [heard] }), 0.1, 'bo')).toEqual(['take']);
  });

  test('O1 what goes ahead is verified when its task is over, else at 80 % of ten minutes', () => {
    const ahead = decision('d', { status: 'proceeding', takenAt: T0, executor: 'ada' });
    expect(at(rows({ incident: calm, decisions: [ahead] }), 7.9)).toEqual([]);
    expect(at(rows({ incident: calm, decisions: [ahead] }), 8)).toEqual(['verify']);
    const done = task('t', { decision: 'd', status: 'done', endedAt: T0 + MINUTE });
    const given = rows({ incident: calm, decisions: [ahead], tasks: [done] });
    expect(at(given, 0.9)).toEqual([]);
    expect(at(given, 1)).toEqual(['verify']);
  });

  test('O1 an audience is told at 80 % of its cadence, counted from the last update', () => {
    const cadence = { executive: { everyMs: 30 * MINUTE, since: T0 } };
    const given = rows({ incident: { ...calm, cadence } });
    expect(at(given, 23.9)).toEqual([]);
    expect(at(given, 24)).toEqual(['update']);
    const update = {
      key: 'u',
      incident: incident.key,
      audience: 'executive',
      publishedAt: T0 + 10 * MINUTE,
    } as UpdateRow;
    expect(at(rows({ incident: { ...calm, cadence }, updates: [update] }), 33.9)).toEqual([]);
    expect(at(rows({ incident: { ...calm, cadence }, updates: [update] }), 34)).toEqual(['update']);
  });

  test('O1 an expert is asked for a new word before the last is ten minutes old', () => {
    const long = task('t', { dueAt: T0 + 30 * MINUTE });
    expect(at(rows({ incident: calm, tasks: [long] }), 7.9)).toEqual([]);
    expect(at(rows({ incident: calm, tasks: [long] }), 8)).toEqual(['report']);
    const report = { from: 'ledger', latest: { at: T0 } } as ReportRow;
    expect(at(rows({ incident: calm, reports: [report] }), 7.9)).toEqual([]);
    expect(at(rows({ incident: calm, reports: [report] }), 8)).toEqual(['report']);
  });

  test('O1 who is in command comes before all, and an offer is only answered by whom it is for', () => {
    const contested = rows({ incident: { ...incident, claims: ['maya', 'ren'] } });
    expect(at(contested, 30).slice(0, 1)).toEqual(['settle']);
    const offer: IncidentRow['offers'][number] = {
      offer: 'o',
      to: 'bo',
      by: 'maya',
      at: T0,
      pack: '',
      answer: 'waiting',
      from: ['maya'],
      answeredBy: null,
      reason: '',
    };
    const given = rows({ incident: { ...incident, offers: [offer] } });
    expect(at(given, 0, 'bo')).toEqual(['accept-command']);
    expect(at(given, 30, 'bo').slice(0, 1)).toEqual(['accept-command']);
    expect(at(given, 0)).toEqual([]);
    expect(at(given, 0.8)).toContain('offer-waits');
    // Command went elsewhere: nobody waits for that answer any more.
    const gone = rows({ incident: { ...incident, offers: [offer], commander: 'ren' } });
    expect(at(gone, 30, 'bo')).not.toContain('accept-command');
  });

  test('O1 the call is signed off when it is mitigated and nothing is open, once', () => {
    const mitigated = {
      ...calm,
      signedOff: null,
      phases: [{ phase: 'mitigated', at: T0 } as const],
    };
    expect(at(rows({ incident: mitigated }), 0)).toEqual(['sign-off']);
    expect(at(rows({ incident: mitigated, tasks: [task('t')] }), 0)).toEqual([]);
    const over = { ...mitigated, status: 'resolved', phase: 'resolved' } as const;
    expect(at(rows({ incident: over, tasks: [task('t')] }), 60)).toEqual(['sign-off']);
    expect(at(rows({ incident: { ...over, signedOff: calm.signedOff } }), 60)).toEqual([]);
  });

  test('O2 more than seven who report to one person are offered a sub-team', () => {
    const tasks = Array.from({ length: 8 }, (_, index) =>
      task(`t${String(index)}`, { person: `p${String(index)}` }),
    );
    expect(at(rows({ incident: calm, tasks: tasks.slice(0, 7) }), 0)).toEqual([]);
    expect(nextSteps(rows({ incident: calm, tasks }), 'maya', T0)[0]).toMatchObject({
      code: 'span',
      who: 'maya',
      about: '8',
    });
  });
});

function clock(points: Partial<Record<ClockPoint, number>>): ClockRow {
  return {
    points: Object.fromEntries(
      Object.entries(points).map(([point, when]) => [point, { at: when }]),
    ),
  } as unknown as ClockRow;
}

function hypothesis(key: string, change: Partial<HypothesisRow> = {}): HypothesisRow {
  return {
    key,
    incident: incident.key,
    text: 'the disk is full',
    service: null,
    statedAt: T0,
    statedBy: 'maya',
    verdict: 'open',
    judgedAt: null,
    judgedBy: null,
    reason: '',
    judgement: null,
    evidence: [],
    sent: 'sent',
    ...change,
  };
}

const moment = fc.integer({ min: 0, max: 60 }).map((minutes) => T0 + minutes * MINUTE);
const name = fc.constantFrom('ada', 'bo', 'chen', 'dara', 'maya');
const taskArbitrary = fc
  .record({
    person: name,
    begunAt: moment,
    minutes: fc.integer({ min: 1, max: 60 }),
    isUnderstood: fc.boolean(),
    status: fc.constantFrom('open' as const, 'done' as const, 'dropped' as const),
  })
  .map(({ person, begunAt, minutes, isUnderstood, status }) => ({
    person,
    assignedAt: begunAt,
    begunAt,
    dueAt: begunAt + minutes * MINUTE,
    understoodAt: isUnderstood ? begunAt : null,
    status,
    endedAt: status === 'open' ? null : begunAt + MINUTE,
  }));
const decisionArbitrary = fc.record({
  status: fc.constantFrom('candidate' as const, 'polled' as const, 'proceeding' as const),
  proposedAt: moment,
  polledAt: fc.option(moment),
  takenAt: fc.option(moment),
});
const rowsArbitrary = fc
  .record({
    tasks: fc.array(taskArbitrary, { maxLength: 12 }),
    decisions: fc.array(decisionArbitrary, { maxLength: 6 }),
    located: fc.boolean(),
  })
  .map(({ tasks, decisions, located }) =>
    rows({
      incident: located ? calm : incident,
      tasks: tasks.map((change, index) => task(`t${String(index)}`, change)),
      decisions: decisions.map((change, index) => decision(`d${String(index)}`, change)),
    }),
  );

test('O1 the list follows from the rows and the moment, never from the order of the rows', () => {
  fc.assert(
    fc.property(rowsArbitrary, moment, (given, now) => {
      const turned = {
        ...given,
        tasks: given.tasks.toReversed(),
        decisions: given.decisions.toReversed(),
      };
      expect(nextSteps(turned, 'maya', now)).toEqual(nextSteps(given, 'maya', now));
    }),
  );
});

test('O1 time alone takes no offer away, and the most overdue stands first', () => {
  fc.assert(
    fc.property(
      rowsArbitrary,
      moment,
      fc.integer({ min: 0, max: 600_000 }),
      (given, now, later) => {
        const before = nextSteps(given, 'maya', now);
        const after = nextSteps(given, 'maya', now + later);
        expect(after).toEqual(expect.arrayContaining([...before]));
        const due = after.map(({ dueAt }) => dueAt);
        expect(due).toEqual([...due].sort((left, right) => left - right));
      },
    ),
  );
});
