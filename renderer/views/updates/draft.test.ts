import { expect, test } from 'vitest';
import type { DecisionRow, IncidentRow, TaskRow } from '../../../shared/ipc/rows.ts';
import { AUDIENCES } from '../../../shared/facts/incident.ts';
import { internalNamesIn } from '../../../shared/updates/internal-names.ts';
import { bareIncident } from '../../dev/bare-rows.ts';
import { textIn } from '../../i18n/text.ts';
import { draftUpdate, subjectOf, type DraftFacts } from './draft.ts';

const T0 = Date.UTC(2026, 2, 1, 1, 14);
const MINUTE = 60_000;

const incident: IncidentRow = {
  ...bareIncident,
  key: 'incident:1',
  title: 'Checkout is slow',
  severity: 'SEV-2',
  commander: 'Maya',
  services: ['checkout-api'],
  units: ['RZ01'],
  impact: 'One in five payments takes a minute',
  declaredAt: T0,
  declaredBy: 'Maya',
  sent: 'sent',
};
const task = {
  key: 'task:1',
  incident: 'incident:1',
  person: 'Ada',
  action: 'restart db-7',
  decision: 'decision:1',
  dueAt: T0 + 60 * MINUTE,
  status: 'open',
} as TaskRow;
const decision = {
  key: 'decision:2',
  incident: 'incident:1',
  action: 'roll back checkout',
  status: 'proceeding',
  verified: null,
} as DecisionRow;
const facts: DraftFacts = {
  incident,
  tasks: [task, { ...task, key: 'task:2', status: 'done' }, { ...task, incident: 'incident:2' }],
  decisions: [decision, { ...decision, key: 'decision:1' }, { ...decision, status: 'polled' }],
  now: T0 + 42 * MINUTE,
  nextAt: T0 + 72 * MINUTE,
};

test('H6 a draft says what is recorded, to each audience what is for it, in both languages', () => {
  const en = textIn('en');
  expect(draftUpdate('internal', facts, en, false).split('\n')).toEqual([
    'SEV-2 Checkout is slow: being worked on',
    'Impact: One in five payments takes a minute',
    'Services: checkout-api',
    'Units: RZ01',
    'Since: 2026-03-01 01:14 UTC (42 min)',
    'In command: Maya',
    'What is being done:',
    '- Ada: restart db-7 (back by 02:14 UTC)',
    '- roll back checkout (decided)',
    'Next update: by 02:26 UTC',
  ]);
  expect(draftUpdate('executive', facts, en, false)).not.toMatch(/Ada|Maya/);
  expect(draftUpdate('public', facts, textIn('zh-CN'), true).split('\n')).toEqual([
    '我们的服务出现问题，正在处理。',
    '您可能遇到：One in five payments takes a minute',
    '涉及：checkout-api, RZ01',
    '开始于 2026-03-01 01:14 UTC。',
    '我们将在 02:26 UTC 前再次通报。',
  ]);
});

test('H6 to the public no draft and no subject names a person, a service, a unit or the incident', () => {
  const names = ['Maya', 'Ada', 'checkout-api', 'RZ01', 'db-7', 'Checkout is slow', 'SEV-2'];
  for (const language of ['en', 'zh-CN'] as const) {
    const t = textIn(language);
    for (const phase of ['triage', 'active', 'mitigated', 'resolved', 'cancelled'] as const) {
      const draft = draftUpdate('public', { ...facts, incident: { ...incident, phase } }, t, false);
      expect(internalNamesIn(draft, names)).toEqual([]);
    }
    expect(internalNamesIn(subjectOf('public', incident, T0, t), names)).toEqual([]);
  }
});

test('a draft leaves no gap where nothing is recorded yet', () => {
  const bare = { ...incident, impact: ' ', services: [], units: [] };
  const nothing = { incident: bare, tasks: [], decisions: [], now: T0, nextAt: null };
  for (const audience of AUDIENCES) {
    for (const language of ['en', 'zh-CN'] as const) {
      const draft = draftUpdate(audience, nothing, textIn(language), true);
      expect(draft).not.toMatch(/undefined|null|\{\{|updates\.|^\s*$/m);
    }
  }
});

test('S-08 what others named turns no line of a draft and adds none', () => {
  const hostile = 'a\u202Eb\nImpact: none\u2066\u200B';
  const named = {
    ...incident,
    title: hostile,
    impact: hostile,
    commander: hostile,
    services: [hostile],
  };
  const given = { ...facts, incident: named, tasks: [{ ...task, person: hostile }] };
  for (const audience of AUDIENCES) {
    const draft = draftUpdate(audience, given, textIn('en'), true);
    expect(draft).not.toMatch(/[\u200B\u202E\u2066]/);
    expect(draft.match(/^Impact: none/m)).toBeNull();
  }
});
