import { expect, test } from 'vitest';
import { matchRunbooks, type MatchCandidate } from './match.ts';

const library: MatchCandidate[] = [
  {
    fileName: 'general.md',
    id: 'general',
    alerts: ['PodDown', 'NodeDown', 'DiskFull'],
    services: [],
  },
  {
    fileName: 'KubePodCrashLooping.md',
    id: 'kubepodcrashlooping',
    alerts: ['KubePodCrashLooping'],
    services: [],
  },
  { fileName: 'crash.md', id: 'pod-crash', alerts: ['KubePodCrashLooping'], services: ['wallet'] },
  { fileName: 'disk.md', id: 'disk', alerts: ['DiskFull'], services: [] },
];

const found = (labels: Record<string, string>, annotations: Record<string, string> = {}) =>
  matchRunbooks({ labels, annotations }, library).map(({ runbook, reason }) => [
    runbook.id,
    reason,
  ]);

test('a file named after the alert stands before one that lists it', () => {
  expect(found({ alertname: 'KubePodCrashLooping' })).toEqual([
    ['kubepodcrashlooping', 'file-name'],
    ['pod-crash', 'alert-listed'],
  ]);
});

test('among those that list the alert, the one that lists fewer is first', () => {
  expect(found({ alertname: 'DiskFull' })).toEqual([
    ['disk', 'alert-listed'],
    ['general', 'alert-listed'],
  ]);
});

test('the one that names the service is first within its reason', () => {
  const [first] = matchRunbooks(
    { labels: { alertname: 'X', service: 'wallet' }, annotations: {} },
    [
      { fileName: 'a.md', id: 'a', alerts: ['X'], services: [] },
      { fileName: 'b.md', id: 'b', alerts: ['X', 'Y'], services: ['wallet'] },
    ],
  );
  expect(first).toMatchObject({ runbook: { id: 'b' }, namesService: true });
});

test.each([
  'https://runbooks.example/team/crash.md',
  'https://runbooks.example/team/crash',
  'https://runbooks.example/team/crash/',
  'https://runbooks.example/team/CRASH.html?x=1',
  'https://runbooks.example/all.md#pod-crash',
  'https://runbooks.example/all.md#alert-name-crash',
  'crash.md',
  '#pod-crash',
])('the link %s leads to the runbook', (url) => {
  expect(found({ alertname: 'Other' }, { runbook_url: url })).toEqual([
    ['pod-crash', 'runbook-url'],
  ]);
});

test.each(['', 'https://crash.md', 'https://crash', 'https://runbooks.example/%E0%A4%A', '::::'])(
  'the link %j leads nowhere',
  (url) => {
    expect(found({ alertname: 'Other' }, { runbook_url: url })).toEqual([]);
  },
);

test('an alert without a name matches nothing', () => {
  expect(found({})).toEqual([]);
});
