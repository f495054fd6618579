import { describe, expect, test } from 'vitest';
import { layOut } from '../../../shared/graph/layout.ts';
import type { AlertRow, EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { matches, NO_FILTER, searchNames, type MapFilter } from './filter.ts';
import { groupSame } from './service-alerts.ts';
import { buildGeometry, buildScene, type Focus, type Scene } from './scene.ts';
import { shortStatusText, statusText } from './status-text.ts';
import { between, fitTo, keepInSight, panBy, zoomAt } from './viewport.ts';
import { stepFrom, worstOf } from './walk.ts';

function node(name: string, change: Partial<NodeRow> = {}): NodeRow {
  return {
    key: `node:${name}`,
    name,
    kind: 'service',
    unit: null,
    cell: null,
    zone: 'az-1',
    city: null,
    owner: null,
    tags: {},
    declared: true,
    condition: 'healthy',
    lastSeverity: null,
    firing: 0,
    unknown: 0,
    asOf: null,
    sources: [],
    disputes: [],
    unlistedSince: null,
    ...change,
  };
}

function edge(from: string, to: string, strength: EdgeRow['strength'] = 'sync'): EdgeRow {
  return {
    key: `edge:${from}>${to}`,
    from,
    to,
    protocol: null,
    strength,
    sources: [],
    disputes: [],
    unlistedSince: null,
    traffic: null,
  };
}

const rows = [
  node('edge', { condition: 'warning' }),
  node('shop', { condition: 'critical', owner: 'Shop team', firing: 2 }),
  node('cart', { zone: 'az-2', condition: 'unknown', lastSeverity: 'critical', asOf: 1_000 }),
  node('stock', { zone: null, tags: { lang: 'Go' } }),
];
const edges = [edge('edge', 'shop'), edge('shop', 'cart', 'async'), edge('cart', 'stock', 'weak')];

function sceneOf(change: {
  list?: readonly NodeRow[];
  filter?: Partial<MapFilter>;
  focus?: Focus;
  before?: Scene;
}): Scene {
  const list = change.list ?? rows;
  const geometry =
    change.before?.geometry ?? buildGeometry(layOut({ nodes: rows, calls: edges }), edges);
  return buildScene(
    {
      geometry,
      rowOf: (name) => list.find((row) => row.name === name),
      filter: { ...NO_FILTER, ...change.filter },
      focus: change.focus ?? null,
      showWeak: true,
    },
    change.before ?? null,
  );
}

const drawnNames = (scene: Scene): string[] =>
  scene.geometry.layout.names.filter((_, index) => scene.drawn[index] === 1);

describe('the scene of the map', () => {
  test('counts conditions, and edges between two bad services', () => {
    const scene = sceneOf({});
    expect(scene.counts).toEqual({
      total: 4,
      critical: 1,
      warning: 1,
      info: 0,
      healthy: 1,
      unknown: 1,
    });
    expect(scene.aged).toBe(true);
    const bad = [...scene.badEdges].map((index) => [
      scene.geometry.layout.names[scene.geometry.edgeFrom[index] ?? -1],
      scene.geometry.layout.names[scene.geometry.edgeTo[index] ?? -1],
    ]);
    expect(bad).toEqual([['edge', 'shop']]);
  });

  test('leaves out what the filter leaves out, before anything is drawn', () => {
    expect(drawnNames(sceneOf({ filter: { conditions: ['critical', 'unknown'] } }))).toEqual([
      'cart',
      'shop',
    ]);
    expect(drawnNames(sceneOf({ filter: { zone: '' } }))).toEqual(['stock']);
    expect(drawnNames(sceneOf({ filter: { zone: 'az-2' } }))).toEqual(['cart']);
    expect(drawnNames(sceneOf({ filter: { owner: 'Shop team' } }))).toEqual(['shop']);
    expect(drawnNames(sceneOf({ filter: { text: 'lang go' } }))).toEqual(['stock']);
  });

  test('a focus draws callers and callees up to its depth', () => {
    const focus = { name: 'shop', reach: { up: 1, down: 1 } };
    expect(drawnNames(sceneOf({ focus }))).toEqual(['cart', 'edge', 'shop']);
  });

  test('a change of conditions keeps the geometry and what is drawn', () => {
    const before = sceneOf({});
    const after = sceneOf({
      before,
      list: rows.map((row) => ({ ...row, condition: 'critical' as const })),
    });
    expect(after.geometry).toBe(before.geometry);
    expect(after.drawnVersion).toBe(before.drawnVersion);
    expect(after.counts.critical).toBe(4);
    expect(sceneOf({ before, filter: { zone: '' } }).drawnVersion).not.toBe(before.drawnVersion);
  });

  test('a row that has gone before its layout is not drawn', () => {
    const before = sceneOf({});
    expect(drawnNames(sceneOf({ before, list: rows.slice(1) }))).not.toContain('edge');
  });
});

describe('walking by keyboard', () => {
  const scene = sceneOf({});
  const index = (name: string): number => scene.geometry.graph.indexOf.get(name) ?? -1;

  test('begins at the worst service', () => {
    expect(worstOf(scene)).toBe(index('shop'));
    expect(worstOf(sceneOf({ filter: { zone: 'az-3' } }))).toBe(-1);
  });

  test('follows calls down and up', () => {
    expect(stepFrom(scene, index('edge'), 'down')).toBe(index('shop'));
    expect(stepFrom(scene, index('shop'), 'down')).toBe(index('cart'));
    expect(stepFrom(scene, index('shop'), 'up')).toBe(index('edge'));
    expect(stepFrom(scene, index('edge'), 'right')).toBe(index('cart'));
    expect(stepFrom(scene, index('stock'), 'right')).toBe(-1);
  });
});

describe('search and filter', () => {
  test('the best match comes first', () => {
    const list = ['api-cart', 'cart', 'cartography', 'mycart'].map((name) => node(name));
    expect(searchNames(list, 'CART', 9).map((row) => row.name)).toEqual([
      'cart',
      'cartography',
      'api-cart',
      'mycart',
    ]);
    expect(searchNames(list, ' ', 9)).toEqual([]);
    expect(searchNames(list, 'cart', 2)).toHaveLength(2);
  });

  test('among names that match as well, what burns comes first', () => {
    const list = [
      node('ledger-db-rz01'),
      node('ledger-db-rz02', { condition: 'critical' }),
      node('ledger-db-rz03', { condition: 'warning' }),
    ];
    expect(searchNames(list, 'ledger-db', 9).map((row) => row.name)).toEqual([
      'ledger-db-rz02',
      'ledger-db-rz03',
      'ledger-db-rz01',
    ]);
  });

  test('text is taken literally', () => {
    expect(matches(node('a.b'), { ...NO_FILTER, text: '.*' })).toBe(false);
    expect(matches(node('a.*b'), { ...NO_FILTER, text: '.*' })).toBe(true);
  });
});

describe('the words of a condition', () => {
  const t = (key: string, params: object = {}): string => `${key}${JSON.stringify(params)}`;

  test('unknown tells what was last known and how old it is, never healthy', () => {
    const told = statusText(rows[2] as NodeRow, 61_000, t);
    expect(told).toContain('kit.condition.unknown');
    expect(told).toContain('map.status.was');
    expect(told).toContain('kit.age.minutes');
    expect(told).not.toContain('healthy');
    expect(shortStatusText(rows[2] as NodeRow, 61_000, t)).toContain('kit.age.minutes');
  });

  test('critical tells how many alerts fire', () => {
    expect(statusText(rows[1] as NodeRow, 0, t)).toContain('"count":2');
  });
});

describe('the view', () => {
  const size = { width: 800, height: 600 };
  const insets = { top: 20, right: 100, bottom: 0, left: 0 };

  test('a fit shows all of the bounds beside what covers the map', () => {
    const bounds = { left: -100, top: 0, right: 3_900, bottom: 1_000 };
    const view = fitTo(bounds, size, insets);
    expect(bounds.left * view.scale + view.x).toBeGreaterThanOrEqual(0);
    expect(bounds.right * view.scale + view.x).toBeLessThanOrEqual(700.001);
    expect(bounds.top * view.scale + view.y).toBeGreaterThanOrEqual(20);
    expect(fitTo({ left: 0, top: 0, right: 0, bottom: 0 }, size, insets).scale).toBeLessThan(2);
  });

  test('zooming keeps the point under the pointer', () => {
    const view = { scale: 0.5, x: 30, y: -20 };
    const zoomed = zoomAt(view, 1.7, 200, 100);
    const worldX = (200 - view.x) / view.scale;
    expect(worldX * zoomed.scale + zoomed.x).toBeCloseTo(200);
    expect(zoomAt(view, 1e9, 0, 0).scale).toBe(3);
  });

  test('a flight begins and ends where it should, and the map stays in sight', () => {
    const from = { scale: 0.5, x: 0, y: 0 };
    const to = { scale: 1, x: -200, y: 50 };
    expect(between(from, to, 1)).toEqual(to);
    expect(between(from, to, 0)).toEqual(from);
    const bounds = { left: 0, top: 0, right: 1_000, bottom: 1_000 };
    const lost = panBy(from, 1e6, -1e6);
    const kept = keepInSight(lost, bounds, size);
    expect(kept.x).toBeLessThan(size.width);
    expect(bounds.bottom * kept.scale + kept.y).toBeGreaterThan(0);
  });
});

test('alerts of a service that read the same are one line with their number and oldest start', () => {
  const of = (key: string, change: Partial<AlertRow>): AlertRow =>
    ({
      key,
      name: 'PodRestartingOften',
      status: 'firing',
      severity: 'critical',
      summary: 'Pods restart',
      startsAt: 9,
      ...change,
    }) as AlertRow;
  const groups = groupSame([
    of('a', {}),
    of('b', { startsAt: 4 }),
    of('c', { severity: 'warning' }),
    of('d', { status: 'unknown' }),
  ]);
  expect(groups.map(({ alert, count, startsAt }) => [alert.key, count, startsAt])).toEqual([
    ['a', 2, 4],
    ['c', 1, 9],
    ['d', 1, 9],
  ]);
});
