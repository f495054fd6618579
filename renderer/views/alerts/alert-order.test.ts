import { describe, expect, test } from 'vitest';
import type { AlertGroupRow, AlertRow } from '../../../shared/ipc/rows.ts';
import {
  compareAlerts,
  countAlerts,
  filterAlerts,
  groupAlerts,
  isGroupLine,
  markedAlerts,
  NO_FILTER,
  valueOfAlert,
  type AlertLine,
  type Grouping,
} from './alert-order.ts';

const AT = 1_772_000_000_000;
let count = 0;

function alertOf(patch: Partial<AlertRow> = {}): AlertRow {
  count += 1;
  const key = patch.key ?? `alert:${String(count).padStart(5, '0')}`;
  return {
    key,
    fingerprint: key.slice(-16),
    name: 'ErrorRateHigh',
    severity: 'warning',
    status: 'firing',
    service: 'checkout',
    unit: 'unit-2',
    cell: 'cell-1',
    zone: 'az-1',
    city: null,
    shard: null,
    summary: 'Error rate above 5 %',
    startsAt: AT,
    endsAt: null,
    labels: { alertname: 'ErrorRateHigh', Team: 'payments', instance: 'db-7:9090' },
    annotations: {},
    sources: [{ source: 'alertmanager:main', status: 'firing' }],
    disputed: false,
    clockAhead: false,
    acknowledged: null,
    assigned: null,
    held: null,
    released: [],
    group: null,
    shaking: null,
    asOf: null,
    ...patch,
  };
}

const ALL: Grouping = { collapsed: new Set(), preview: null, whole: new Set() };
const keysOf = (lines: readonly AlertLine[]): readonly string[] => lines.map((line) => line.key);

describe('order', () => {
  test('T1 what is open comes first, unknown with it; then the worst, then the newest', () => {
    const resolved = alertOf({ severity: 'critical', status: 'resolved' });
    const old = alertOf({ severity: 'critical', startsAt: AT - 60_000 });
    const unknown = alertOf({ severity: 'critical', status: 'unknown', startsAt: AT - 30_000 });
    const info = alertOf({ severity: 'info', startsAt: AT + 60_000 });
    const warning = alertOf();
    const sorted = [info, resolved, old, warning, unknown].sort(compareAlerts);
    expect(keysOf(sorted)).toEqual(keysOf([unknown, old, warning, info, resolved]));
  });

  test('equal alerts have one order, whatever the order in which they came', () => {
    const list = [alertOf(), alertOf(), alertOf()];
    expect(keysOf(list.toReversed().sort(compareAlerts))).toEqual(keysOf(list));
  });

  test('every column has a value to sort by', () => {
    for (const column of ['severity', 'status', 'name', 'service', 'summary', 'place', 'since']) {
      expect(valueOfAlert(alertOf(), column)).not.toBeNull();
    }
    expect(valueOfAlert(alertOf({ service: null }), 'service')).toBeNull();
    expect(valueOfAlert(alertOf(), 'acknowledged')).toBeNull();
    expect(valueOfAlert(alertOf(), 'nonsense')).toBeNull();
  });
});

describe('filter', () => {
  const firing = alertOf();
  const ledger = alertOf({ service: 'ledger-db', name: 'PoolSaturated', zone: 'az-3' });
  const over = alertOf({ status: 'resolved' });
  const taken = alertOf({ acknowledged: { by: 'Maya', at: AT, comment: null } });
  const list = [firing, ledger, over, taken];
  const found = (patch: Partial<typeof NO_FILTER>): readonly string[] =>
    keysOf(filterAlerts(list, { ...NO_FILTER, ...patch }));

  test('resolved ones are left out until they are asked for', () => {
    expect(found({})).toEqual(keysOf([firing, ledger, taken]));
    expect(found({ statuses: [] })).toHaveLength(4);
    expect(found({ statuses: ['resolved'] })).toEqual([over.key]);
  });

  test('by severity and by who looks after it', () => {
    expect(found({ severities: ['critical'] })).toEqual([]);
    expect(found({ unacknowledgedOnly: true })).toEqual(keysOf([firing, ledger]));
  });

  test('all words must be found, in name, service, summary, place or labels', () => {
    expect(found({ text: 'pool LEDGER' })).toEqual([ledger.key]);
    expect(found({ text: 'az-3' })).toEqual([ledger.key]);
    expect(found({ text: 'pool checkout' })).toEqual([]);
    expect(found({ text: 'db-7:9090' })).toHaveLength(3);
  });

  test('labels by name', () => {
    expect(found({ text: 'team=payments' })).toHaveLength(3);
    expect(found({ text: 'team=pay' })).toEqual([]);
    expect(found({ text: 'team=pay*' })).toHaveLength(3);
    expect(found({ text: 'service!=checkout' })).toEqual([ledger.key]);
    expect(found({ text: 'zone=az-3 service=ledger*' })).toEqual([ledger.key]);
    expect(found({ text: 'source=alertmanager:main' })).toHaveLength(3);
    expect(found({ text: 'nothing=' })).toEqual([]);
    expect(found({ text: 'nothing!=x' })).toHaveLength(3);
    expect(found({ text: '"error rate above"' })).toHaveLength(3);
  });

  test('counts are of what is there: severities and acknowledgement of what is open', () => {
    expect(countAlerts(list)).toEqual({
      status: { firing: 3, unknown: 0, resolved: 1 },
      severity: { critical: 0, warning: 3, info: 0 },
      unacknowledged: 2,
    });
  });
});

describe('groups', () => {
  const calm = alertOf({ service: 'search', severity: 'info' });
  const bad = alertOf({ service: 'ledger', severity: 'critical' });
  const more = [1, 2, 3, 4, 5].map((age) =>
    alertOf({ service: 'cart', severity: 'critical', startsAt: AT - age }),
  );
  const nameless = alertOf({ service: null, status: 'unknown' });
  const over = alertOf({ service: 'audit', severity: 'critical', status: 'resolved' });
  const sorted = [calm, bad, ...more, nameless, over].sort(compareAlerts);
  const titles = (lines: readonly AlertLine[]) =>
    lines.filter((line) => isGroupLine(line)).map((line) => line.service);

  test('the worst service first, then the one with most of it; what is over last', () => {
    const lines = groupAlerts(sorted, ALL);
    expect(titles(lines)).toEqual(['cart', 'ledger', null, 'search', 'audit']);
    expect(lines).toHaveLength(5 + sorted.length);
    expect(lines[1]).toBe(more[0]);
    expect(lines.find((line) => line.key === 'group:')).toMatchObject({
      unknown: 1,
      worst: 'warning',
    });
    expect(lines.find((line) => line.key === 'group:audit')).toMatchObject({
      resolved: 1,
      worst: null,
    });
  });

  test('a collapsed group keeps its title and its counts', () => {
    const lines = groupAlerts(sorted, { ...ALL, collapsed: new Set(['cart']) });
    expect(lines[0]).toMatchObject({ isCollapsed: true, hidden: 5, counts: { critical: 5 } });
    expect(lines[1]?.key).toBe('group:ledger');
  });

  test('a preview shows the worst few and says how many more there are', () => {
    const lines = groupAlerts(sorted, { ...ALL, preview: 2 });
    expect(keysOf(lines).slice(0, 4)).toEqual([
      'group:cart',
      more[0]?.key,
      more[1]?.key,
      'more:cart',
    ]);
    expect(lines[3]).toMatchObject({ hidden: 3 });
    const whole = groupAlerts(sorted, { ...ALL, preview: 2, whole: new Set(['cart']) });
    expect(whole).toHaveLength(5 + sorted.length);
    // Four hides one alert behind a line: then the alert itself stands there.
    expect(groupAlerts(sorted, { ...ALL, preview: 4 })).toHaveLength(5 + sorted.length);
  });

  test('a marked group stands for its alerts, shown or not', () => {
    const lines = groupAlerts(sorted, { ...ALL, collapsed: new Set(['cart']) });
    const marked = markedAlerts(new Set(['group:cart', bad.key, 'more:x']), lines);
    expect([...marked].sort()).toEqual([bad.key, ...keysOf(more)].sort());
  });

  test('by cause: what it stands under comes first, quiet ones after all others, what is over last', () => {
    const root = alertOf({ service: 'db', severity: 'warning', group: 'group:1' });
    const symptom = alertOf({ service: 'web', severity: 'critical', group: 'group:1' });
    const hushed = alertOf({ service: 'x', severity: 'critical', group: 'group:2' });
    const over = alertOf({ status: 'resolved' });
    const cause = (key: string, of: AlertRow, isQuiet: boolean): [string, AlertGroupRow] => [
      key,
      { key, root: of.key, service: of.service, isQuiet } as AlertGroupRow,
    ];
    const causes = new Map([cause('group:1', root, false), cause('group:2', hushed, true)]);
    const lines = groupAlerts([symptom, hushed, root, over].sort(compareAlerts), {
      ...ALL,
      causes,
    });
    expect(keysOf(lines)).toEqual([
      'group:group:1',
      root.key,
      symptom.key,
      'group:group:2',
      hushed.key,
      'group:',
      over.key,
    ]);
    expect(lines[0]).toMatchObject({ service: 'db', worst: 'critical' });
  });

  test('by unit: is it one unit or all?', () => {
    const alerts = ['RZ02', 'RZ02', 'RZ01', null].map((unit, index) =>
      alertOf({ unit, severity: index < 2 ? 'critical' : 'warning' }),
    );
    const lines = groupAlerts(alerts.sort(compareAlerts), { ...ALL, by: 'unit' });
    expect(titles(lines)).toEqual(['RZ02', null, 'RZ01']);
    expect(lines[0]).toMatchObject({ by: 'unit', counts: { critical: 2 } });
  });

  test('D1 an alert that shakes is not over while it is off: its line, place and group stay', () => {
    const shaking = { edges: 7, calmAt: AT + 600_000 } as unknown as AlertRow['shaking'];
    const off = alertOf({ severity: 'critical', status: 'resolved', shaking, group: 'group:1' });
    const calm = alertOf({ severity: 'info' });
    expect(filterAlerts([off, calm], NO_FILTER)).toEqual([off, calm]);
    // One that came once and was short has not come back: it is over.
    const short = alertOf({ status: 'resolved', shaking: { edges: 1, perHour: 2, bar: [1, 0] } });
    expect(filterAlerts([short], NO_FILTER)).toEqual([]);
    expect(filterAlerts([off], { ...NO_FILTER, statuses: ['unknown'] })).toEqual([]);
    expect([calm, off].sort(compareAlerts)).toEqual([off, calm]);
    expect(countAlerts([off])).toMatchObject({ severity: { critical: 1 }, unacknowledged: 1 });
    const [line] = groupAlerts([off], { ...ALL, collapsed: new Set(['group:1']) });
    expect(line).toMatchObject({ worst: 'critical', resolved: 0 });
  });

  test('P4 untouched rows are the rows that were given', () => {
    const lines = groupAlerts(sorted, ALL);
    expect(lines.filter((line) => !isGroupLine(line) && !sorted.includes(line))).toEqual([]);
  });

  test('twenty thousand alerts are sorted by so many comparisons as a sort needs, and none is lost', () => {
    const storm = Array.from({ length: 20_000 }, (_, index) =>
      alertOf({
        service: `service-${String(index % 800)}`,
        severity: index % 7 === 0 ? 'critical' : 'warning',
        startsAt: AT - ((index * 7_919) % 1_000_000),
      }),
    );
    let compared = 0;
    const sorted = [...storm].sort((left, right) => {
      compared += 1;
      return compareAlerts(left, right);
    });
    expect(compared).toBeLessThan(storm.length * Math.log2(storm.length) * 1.2);
    const lines = groupAlerts(sorted, { ...ALL, preview: 3 });
    const titles = lines.flatMap((line) => ('line' in line && line.line !== 'more' ? [line] : []));
    expect(titles.reduce((sum, { alerts }) => sum + alerts.length, 0)).toBe(storm.length);
    const passing = filterAlerts(storm, { ...NO_FILTER, text: 'service-7' });
    expect(passing.length).toBe(
      storm.filter(({ service }) => service?.includes('service-7')).length,
    );
  });
});
