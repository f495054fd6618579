import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlertRow, IncidentRow, TaskRow } from '../../../shared/ipc/rows.ts';
import { bareIncident } from '../../dev/bare-rows.ts';
import { text as translate, type Translate } from '../../i18n/text.ts';
import { decisionSentence } from './decision-text.ts';
import { dueText, dueTone } from './due.tsx';
import { readMinutes } from './fields.ts';
import { comeBackList, tasksInOrder } from './order.ts';
import { readSizeUp } from './size-up-suggestion.ts';
import { spansOf, WIDEST_SPAN } from './span-of-control.ts';

const T0 = 1_760_000_000_000;
const MINUTE = 60_000;
const t: Translate = translate;

const incident: IncidentRow = {
  ...bareIncident,
  key: 'incident:a',
  title: 'a',
  severity: 'SEV-2',
  commander: 'maya',
  services: ['checkout'],
  declaredAt: T0,
  declaredBy: 'maya',
  sent: 'sent',
};

const open = (person: string): TaskRow =>
  ({ key: person, person, status: 'open', assignedAt: T0 }) as TaskRow;

test('O2 everybody reports to exactly one leader, and nobody to themselves', () => {
  const name = fc.constantFrom('maya', 'ada', 'bo', 'chen', 'dara', 'eli', 'fay');
  fc.assert(
    fc.property(
      fc.array(name),
      fc.uniqueArray(fc.record({ lead: name, members: fc.array(name) }), {
        maxLength: 2,
        selector: ({ lead }) => lead,
      }),
      (people, teams) => {
        const spans = spansOf(
          {
            ...incident,
            teams: teams.map((team, index) => ({
              ...team,
              team: `t${String(index)}`,
              mission: '',
            })),
          },
          people.map(open),
        );
        for (const { lead, people: led, isTooWide } of spans) {
          expect(led).not.toContain(lead);
          expect(new Set(led).size).toBe(led.length);
          expect(isTooWide).toBe(led.length > WIDEST_SPAN);
        }
        const led = new Set(spans.flatMap(({ people: some }) => some));
        for (const person of people) if (person !== 'maya') expect(led).toContain(person);
      },
    ),
  );
});

test('O2 whoever is in a team no longer reports to the commander, but their lead does', () => {
  const team = { team: 'ledger', lead: 'bo', members: ['ada', 'chen'], mission: '' };
  const spans = spansOf({ ...incident, teams: [team] }, [open('ada'), open('dara')]);
  expect(spans.map(({ lead, people }) => [lead, people])).toEqual([
    ['maya', ['bo', 'dara']],
    ['bo', ['ada', 'chen']],
  ]);
});

function alert(change: Partial<AlertRow>): AlertRow {
  return {
    name: 'HighErrorRate',
    severity: 'critical',
    status: 'firing',
    service: 'checkout',
    unit: null,
    startsAt: T0 - 60 * MINUTE,
    endsAt: null,
    shaking: null,
    ...change,
  } as AlertRow;
}

test('a size-up begins with what the alerts of the incident say', () => {
  const alerts = [
    alert({ startsAt: T0 - MINUTE, unit: 'RZ01' }),
    alert({ severity: 'warning', name: 'Slow' }),
    alert({ status: 'unknown' }),
    alert({ service: 'elsewhere' }),
  ];
  expect(readSizeUp(incident, alerts, T0)).toMatchObject({
    critical: 1,
    warning: 1,
    unknown: 1,
    names: ['HighErrorRate', 'Slow'],
    services: ['checkout'],
    units: ['RZ01'],
    trend: 'escalating',
  });
});

test('a trend is what began against what ended, flapping where it comes and goes, else unknown', () => {
  const ended = alert({ status: 'resolved', endsAt: T0 - MINUTE });
  const shaking = { edges: 6, perHour: 9, bar: [] };
  const trend = (...alerts: AlertRow[]): string => readSizeUp(incident, alerts, T0).trend;
  expect(trend(alert({}))).toBe('static');
  expect(trend(alert({}), ended)).toBe('recovering');
  expect(trend(ended)).toBe('recovering');
  expect(trend(alert({ shaking }))).toBe('flapping');
  expect(trend()).toBe('unknown');
  expect(trend(alert({ status: 'unknown' }))).toBe('unknown');
});

test('a decision is one line that says who was asked, who objected and who executes', () => {
  const polled = { action: 'Fail over', polledAt: T0, answers: [] };
  const ahead = { proceed: true, executor: 'Bo', overrules: [], reason: '' };
  expect(decisionSentence(polled, ahead, t)).toBe(
    'Polled for: Fail over. No strong objections. Proceeding. Bo executes.',
  );
  const answers = [
    { person: 'ada', by: 'ada', objection: 'strong' as const, reason: 'lag', at: T0 },
  ];
  expect(decisionSentence({ ...polled, answers }, ahead, t)).toBe(
    'Polled for: Fail over. Strong objections: ada. Proceeding. Bo executes.',
  );
  const overruled = { ...ahead, overrules: ['ada'], reason: 'bearable' };
  expect(decisionSentence({ ...polled, answers }, overruled, t)).toBe(
    'Polled for: Fail over. Strong objections heard and overruled: ada. Proceeding. Bo executes. bearable',
  );
  expect(decisionSentence({ ...polled, answers }, { ...ahead, proceed: false }, t)).toBe(
    'Polled for: Fail over. Strong objections: ada. Not proceeding.',
  );
  expect(decisionSentence({ ...polled, polledAt: null }, ahead, t)).toBe(
    'Fail over. Not polled. Proceeding. Bo executes.',
  );
});

test('the most overdue task stands first, what is over last and the newest of it first', () => {
  const task = (key: string, change: Partial<TaskRow>): TaskRow =>
    ({ key, status: 'open', dueAt: 0, endedAt: null, ...change }) as TaskRow;
  const rows = [
    task('done-old', { status: 'done', endedAt: 1 }),
    task('later', { dueAt: 9 }),
    task('done-new', { status: 'dropped', endedAt: 5 }),
    task('overdue', { dueAt: 3 }),
  ];
  expect(tasksInOrder(rows).map(({ key }) => key)).toEqual([
    'overdue',
    'later',
    'done-new',
    'done-old',
  ]);
});

test('the deputy comes back to what is not understood or near its time, the most overdue first', () => {
  const task = (key: string, change: Partial<TaskRow>): TaskRow =>
    ({
      key,
      status: 'open',
      begunAt: T0,
      dueAt: T0 + 10 * MINUTE,
      understoodAt: T0,
      ...change,
    }) as TaskRow;
  const rows = [
    task('in-time', {}),
    task('unheard', { understoodAt: null }),
    task('near', { dueAt: T0 + 5 * MINUTE }),
    task('late', { dueAt: T0 + 1 }),
    task('over', { status: 'done', dueAt: T0 + 1 }),
  ];
  expect(comeBackList(rows, T0 + 4 * MINUTE).map(({ key }) => key)).toEqual([
    'late',
    'near',
    'unheard',
  ]);
});

test('a countdown goes on counting when it is over', () => {
  expect(dueText(T0 + 61_000, T0)).toBe('1:01');
  expect(dueText(T0, T0)).toBe('0:00');
  expect(dueText(T0, T0 + 130_000)).toBe('−2:10');
  expect(dueTone(T0, T0 + 10 * MINUTE, T0 + 7.9 * MINUTE)).toBe('plain');
  expect(dueTone(T0, T0 + 10 * MINUTE, T0 + 8 * MINUTE)).toBe('soon');
  expect(dueTone(T0, T0 + 10 * MINUTE, T0 + 10 * MINUTE)).toBe('late');
});

test('minutes are whole and within a week', () => {
  expect(readMinutes(' 10 ')).toBe(10);
  expect(readMinutes('10080')).toBe(10_080);
  for (const wrong of ['', '0', '10081', '1.5', '-3', 'ten', '1e3']) {
    expect(readMinutes(wrong)).toBeNull();
  }
});
