import { afterEach, expect, test } from 'vitest';
import type {
  DecisionRow,
  HypothesisRow,
  IncidentRow,
  ReportRow,
  RunRow,
  TaskRow,
  UpdateRow,
} from '../../../shared/ipc/rows.ts';
import { i18n, type Translate } from '../../i18n/text.ts';
import { handOverPack, updatesDue, type HandOverRows } from './hand-over-pack.ts';

const T0 = Date.UTC(2026, 2, 1, 2, 14);
const MINUTE = 60_000;
const t = i18n.t.bind(i18n) as unknown as Translate;

function incident(key: string, change: Partial<IncidentRow> = {}): IncidentRow {
  return {
    key,
    title: 'Payments fail',
    severity: 'SEV-1',
    phase: 'active',
    status: 'active',
    commander: 'Maya',
    claims: [],
    services: ['ledger'],
    units: [],
    impact: '',
    declaredAt: T0 - 65 * MINUTE,
    roles: {},
    teams: [],
    bridge: '',
    chat: '',
    sizeUp: null,
    cadence: {},
    duplicateOf: null,
    carries: false,
    ...change,
  } as IncidentRow;
}
const NONE: HandOverRows = {
  incidents: [],
  tasks: [],
  decisions: [],
  hypotheses: [],
  reports: [],
  updates: [],
  runs: [],
  alerts: [],
  sources: [],
};
const task = (change: Partial<TaskRow>): TaskRow =>
  ({
    incident: 'incident:a',
    person: 'Ada',
    action: 'restart db-7',
    status: 'open',
    dueAt: T0 + 3 * MINUTE,
    understoodAt: T0,
    ...change,
  }) as TaskRow;

afterEach(() => i18n.changeLanguage('en'));

test('a pack of nothing says what nobody knows', () => {
  const pack = handOverPack(incident('incident:a'), NONE, T0, t);
  expect(pack).toContain('SEV-1, Active, since 2026-03-01 01:09 UTC (1 h 5 min)');
  expect(pack).toContain('- Nobody has sized it up.');
  expect(pack).toContain('- The cause is not confirmed.');
  expect(pack).toContain('- Nobody has these roles: Deputy, Scribe, Communications, Liaison.');
  expect(pack).not.toContain('OPEN TASKS');
});

test('what is open is told, the most overdue first, also of what was merged into it; what is over and of others is not', () => {
  const main = incident('incident:a', {
    sizeUp: { symptoms: 'half\nfail', scope: 'RZ01', trend: 'escalating', at: T0, by: 'Maya' },
    impact: 'half of the payments',
    roles: { deputy: 'Ren' },
    cadence: { executive: { everyMs: 30 * MINUTE, since: T0 - 40 * MINUTE } },
  });
  const merged = incident('incident:b', { duplicateOf: 'incident:a', carries: true });
  const pack = handOverPack(
    main,
    {
      ...NONE,
      incidents: [main, merged],
      tasks: [
        task({}),
        task({ incident: 'incident:b', action: 'drain RZ01', dueAt: T0 - 4 * MINUTE }),
        task({ action: 'call the bank', understoodAt: null, dueAt: T0 + 9 * MINUTE }),
        task({ action: 'finished', status: 'done' }),
        task({ action: 'of another', incident: 'incident:z' }),
      ],
      decisions: [
        {
          incident: 'incident:a',
          action: 'fail over',
          status: 'proceeding',
          executor: 'Lin',
          verified: null,
          answers: [],
          risk: 'high',
          reason: '',
        } as unknown as DecisionRow,
      ],
      hypotheses: [
        {
          incident: 'incident:a',
          text: 'pool is full',
          verdict: 'open',
          evidence: [{ supports: true }, { supports: true }, { supports: false }],
        } as unknown as HypothesisRow,
      ],
      reports: [
        {
          incident: 'incident:a',
          from: 'DBA',
          latest: { needs: 'root on db-7', at: T0 - MINUTE },
        } as unknown as ReportRow,
      ],
      runs: [
        {
          incident: 'incident:a',
          title: 'Pool exhaustion',
          heldBy: 'Lin',
          status: 'running',
          steps: [{}],
        } as unknown as RunRow,
      ],
    },
    T0,
    t,
  );
  expect(pack).toContain('Escalating (2026-03-01 02:14 UTC): half fail');
  expect(pack.match(/^- .*(?:db-7 –|RZ01 –|bank –).*$/gm)).toEqual([
    '- Ada: drain RZ01 – was due 2026-03-01 02:10 UTC, 4 min ago',
    '- Ada: restart db-7 – back by 2026-03-01 02:17 UTC, in 3 min',
    '- Ada: call the bank – back by 2026-03-01 02:23 UTC, in 9 min, not understood yet',
  ]);
  expect(pack).toContain('Lin executes: fail over; its effect is not verified');
  expect(pack).toContain('Suspected: pool is full (2 for, 1 against)');
  expect(pack).toContain('DBA: root on db-7');
  expect(pack).toContain('Pool exhaustion: Lin, 1 step recorded');
  expect(pack).toContain('Executives: was due 2026-03-01 02:04 UTC, 10 min ago');
  expect(pack).toContain('An update is overdue');
  expect(pack).not.toMatch(/finished|of another|Nobody has sized/);
});

test('an audience is to hear one interval after it last heard, or after it was promised', () => {
  const cadence = {
    internal: { everyMs: 10 * MINUTE, since: T0 },
    public: { everyMs: 30 * MINUTE, since: T0 },
  };
  const updates = [
    { audience: 'internal', publishedAt: T0 + 4 * MINUTE },
    { audience: 'internal', publishedAt: T0 - 4 * MINUTE },
    { audience: 'executive', publishedAt: T0 + 5 * MINUTE },
  ] as UpdateRow[];
  expect(updatesDue({ cadence }, updates)).toEqual([
    { audience: 'internal', at: T0 + 14 * MINUTE },
    { audience: 'public', at: T0 + 30 * MINUTE },
  ]);
});

test('a pack is never longer than a fact carries, whatever was written', async () => {
  const long = 'x\u202E<b>'.repeat(2_000);
  const main = incident('incident:a', {
    impact: long,
    services: Array.from({ length: 900 }, (_, index) => `service-${String(index)}`),
    teams: Array.from({ length: 300 }, (_, index) => ({
      team: `t${String(index)}`,
      lead: long,
      members: [],
      mission: long,
    })),
  });
  const tasks = Array.from({ length: 200 }, () => task({ action: long, person: long }));
  await i18n.changeLanguage('zh-CN');
  const pack = handOverPack(main, { ...NONE, incidents: [main], tasks }, T0, t);
  expect(pack.length).toBeLessThanOrEqual(50_000);
  expect(pack).toContain('……另有 188 项');
  expect(pack).toContain('当前状况');
});
