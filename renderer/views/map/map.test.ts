import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCallGraph } from '../../../shared/graph/call-graph.ts';
import { layOut } from '../../../shared/graph/layout.ts';
import type { AlertRow, EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import { foldGraph, groupNode } from '../../../shared/graph/folded-graph.ts';
import { blastCsv } from './blast-csv.ts';
import { createBlastReader } from './blast-reading.ts';
import { callPath } from './call-path.ts';
import { matches, searchNames } from './filter.ts';
import { layOutByForce } from './force-layout.ts';
import {
  foldFieldOf,
  NO_FILTER,
  NO_QUERY,
  queryText,
  readQueryText,
  type Focus,
  type MapFilter,
  type MapQuery,
} from './map-query.ts';
import { movedTo, pinsOf, readPins } from './pins.ts';
import { placeKept, type KeptFor } from './surface.ts';
import { groupSame } from './service-alerts.ts';
import { buildGeometry, buildScene, CONDITIONS, type Scene, type SceneInput } from './scene.ts';
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
  /** Folded by zone. */
  isFolded?: boolean;
  more?: Partial<SceneInput>;
}): Scene {
  const list = change.list ?? rows;
  const folded = foldGraph(
    rows.map((row) => ({ name: row.name, group: change.isFolded ? row.zone : null })),
    edges,
    new Set(),
  );
  const layout = layOut({
    nodes: folded.nodes.map(({ name }) => ({
      name,
      group: rows.find((row) => row.name === name)?.zone ?? null,
    })),
    calls: folded.calls,
  });
  const services = change.isFolded
    ? buildCallGraph(
        rows.map(({ name }) => name),
        edges,
      )
    : null;
  const geometry = change.before?.geometry ?? buildGeometry(layout, folded, services);
  return buildScene(
    {
      ...change.more,
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
    const focus = { names: ['shop'], up: 1, down: 1 };
    expect(drawnNames(sceneOf({ focus }))).toEqual(['cart', 'edge', 'shop']);
    expect(drawnNames(sceneOf({ focus: { ...focus, up: 0 } }))).toEqual(['cart', 'shop']);
    expect(drawnNames(sceneOf({ focus: { ...focus, names: ['edge', 'stock'] } }))).toHaveLength(4);
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

describe('a folded map', () => {
  test('G6 a group shows the worst of its services and their alerts together', () => {
    const scene = sceneOf({ isFolded: true });
    const zone = scene.geometry.graph.indexOf.get(groupNode('az-1')) ?? -1;
    expect(scene.geometry.members[zone]).toEqual(['edge', 'shop']);
    expect(CONDITIONS[scene.condition[zone] ?? 9]).toBe('critical');
    expect(scene.rows[zone]).toMatchObject({ firing: 2, zone: 'az-1', owner: null });
    // One that is alone stays itself, and nothing that has no zone is hidden.
    expect(drawnNames(scene)).toEqual([groupNode('az-1'), 'cart', 'stock']);
    expect(scene.counts.total).toBe(4);
    expect(scene.passing.map(({ name }) => name).sort()).toEqual(['cart', 'edge', 'shop', 'stock']);
  });

  test('G6 what the filter leaves out counts for no group', () => {
    const scene = sceneOf({ isFolded: true, filter: { conditions: ['warning'] } });
    const zone = scene.geometry.graph.indexOf.get(groupNode('az-1')) ?? -1;
    expect(CONDITIONS[scene.condition[zone] ?? 9]).toBe('warning');
    expect(drawnNames(scene)).toEqual([groupNode('az-1')]);
  });

  test('G5 a group is hit as hard as the hardest hit of its services', () => {
    const hits = new Map<string, 'weak' | 'failed'>([
      ['edge', 'weak'],
      ['shop', 'failed'],
    ]);
    const scene = sceneOf({ isFolded: true, more: { hits } });
    const zone = scene.geometry.graph.indexOf.get(groupNode('az-1')) ?? -1;
    expect(scene.hit?.[zone]).toBe(1);
    expect(sceneOf({}).hit).toBeNull();
  });

  test('however many services there are, few enough are drawn', () => {
    const many = (count: number, zones: number): NodeRow[] =>
      Array.from({ length: count }, (_, index) =>
        node(`service-${index}`, { zone: `z${index % zones}`, unit: `u${index % (zones * 7)}` }),
      );
    const some = many(500, 3);
    expect(foldFieldOf('auto', some, 500)).toBeNull();
    expect(foldFieldOf('unit', some, 500)).toBe('unit');
    expect(foldFieldOf('auto', many(10_000, 3), 10_000)).toBe('unit');
    expect(foldFieldOf('none', many(10_000, 3), 10_000)).toBeNull();
    expect(foldFieldOf('none', many(100_000, 3), 100_000)).toBe('unit');
    const bare = Array.from({ length: 7_000 }, (_, index) => node(`s-${index}`, { zone: null }));
    expect(foldFieldOf('auto', bare, bare.length)).toBe('name');
  });
});

describe('what a link carries', () => {
  const name = fc.string({ maxLength: 12 });
  const queries: fc.Arbitrary<MapQuery> = fc.record({
    arrangement: fc.constantFrom('zone' as const, 'unit' as const, 'force' as const),
    fold: fc.constantFrom('auto' as const, 'none' as const, 'owner' as const),
    open: fc.array(name, { maxLength: 3 }),
    filter: fc.record({
      conditions: fc.subarray(['critical' as const, 'unknown' as const]),
      zone: fc.option(name),
      owner: fc.option(name),
      unit: fc.option(name),
      city: fc.option(name),
      text: name,
    }),
    focus: fc.option(
      fc.record({
        names: fc.array(name, { minLength: 1, maxLength: 3 }),
        up: fc.integer({ min: 0, max: 6 }),
        down: fc.integer({ min: 0, max: 6 }),
      }),
    ),
    showWeak: fc.boolean(),
    blast: fc.option(
      fc.record({
        kind: fc.constantFrom('service' as const, 'shard' as const),
        values: fc.array(name, { maxLength: 3 }),
      }),
    ),
  });

  test('everything that is shown comes back from its text', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const view = { x: -12.5, y: 300, scale: 0.25 };
        expect(readQueryText(queryText(query, view))).toEqual({ query, view });
      }),
    );
    expect(queryText(NO_QUERY, null)).toBe('');
  });

  test('any text gives a map', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readQueryText(text).query.filter).toBeDefined();
      }),
    );
    expect(readQueryText('by=nonsense&up=99').query).toEqual(NO_QUERY);
    expect(readQueryText('view=1,2,-3').view).toBeNull();
  });
});

describe('places', () => {
  const layout = layOut({
    nodes: rows.map((row) => ({ name: row.name, group: row.zone })),
    calls: edges,
  });

  test('G4 a pinned service stands where it was put, and nothing else moves', () => {
    const pins = pinsOf(readPins({ zone: { cart: [-900, 40] }, unit: { shop: [1, 1] } }), 'zone');
    const moved = movedTo(layout, pins);
    layout.names.forEach((name, index) => {
      const here = [moved.x[index], moved.y[index]];
      expect(here).toEqual(name === 'cart' ? [-900, 40] : [layout.x[index], layout.y[index]]);
    });
    expect(moved.bounds.left).toBeLessThan(-900);
    expect(movedTo(layout, {})).toBe(layout);
    expect(readPins({ zone: { cart: 'left' } })).toEqual({});
  });

  const graphs = fc
    .uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 30 })
    .chain((names) =>
      fc.record({
        nodes: fc.constant(names.map((one) => ({ name: one, group: null }))),
        calls: fc.array(
          fc.record({ from: fc.constantFrom(...names), to: fc.constantFrom(...names) }),
          { maxLength: 60 },
        ),
      }),
    );

  test('G1 G2 a force layout depends on no order, and no service covers another', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const one = layOutByForce(graph);
        const reversed = { nodes: graph.nodes.toReversed(), calls: graph.calls.toReversed() };
        expect(layOutByForce(reversed)).toEqual(one);
        const places = one.names.map((_, index) => `${one.column[index]},${one.row[index]}`);
        expect(new Set(places).size).toBe(one.names.length);
      }),
      { numRuns: 25 },
    );
  });

  test('G4 the same neighbourhood again moves nothing', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const before = layOutByForce(graph);
        const again = layOutByForce({ ...graph, previous: before });
        expect([again.x, again.y]).toEqual([before.x, before.y]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('an outage on the map', () => {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const byKey = new Map(edges.map((row) => [row.key, row]));

  test('G5 of a zone: all that stands in it failed, and who calls it is hit', () => {
    const reader = createBlastReader();
    const blast = { kind: 'zone' as const, values: ['az-2'] };
    const reading = reader.read(blast, byName, byKey, null);
    expect(reading?.radius.starts).toEqual(['cart']);
    expect([...(reading?.hits ?? [])]).toEqual([
      ['shop', 'async'],
      ['edge', 'async'],
      ['cart', 'failed'],
    ]);
    // Rows that only changed their condition hit nobody else.
    const calmer = new Map(
      rows.map((row) => [row.name, { ...row, condition: 'healthy' as const }]),
    );
    expect(reader.read(blast, calmer, byKey, null)).toBe(reading);
    expect(reader.read(null, byName, byKey, null)).toBeNull();
  });

  test('G5 the list is a table that no spreadsheet takes for formulas', () => {
    const reading = createBlastReader().read(
      { kind: 'service', values: ['cart'] },
      byName,
      byKey,
      null,
    );
    const table = blastCsv(reading?.radius ?? { starts: [], hits: [] }, (name) => byName.get(name));
    expect(table.split('\r\n')).toEqual([
      'service,hit,calls,path,condition,unit,cell,zone,city,owner',
      'cart,failed,0,cart,unknown,,,az-2,,',
      'shop,async,1,shop > cart,critical,,,az-1,,Shop team',
      'edge,async,2,edge > shop > cart,warning,,,az-1,,',
      '',
    ]);
    const odd = blastCsv({ starts: ['=cmd|x', 'a,"b"'], hits: [] }, () => undefined);
    expect(odd).toContain("'=cmd|x,failed");
    expect(odd).toContain('"a,""b"""');
  });

  test('the way between two services follows calls, and none that is hidden', () => {
    const scene = sceneOf({});
    const index = (name: string): number => scene.geometry.graph.indexOf.get(name) ?? -1;
    const names = (path: readonly number[]): string[] =>
      path.map((one) => scene.geometry.layout.names[scene.geometry.edgeTo[one] ?? -1] ?? '');
    expect(names(callPath(scene, index('edge'), index('stock')))).toEqual([
      'shop',
      'cart',
      'stock',
    ]);
    expect(names(callPath(scene, index('stock'), index('edge')))).toEqual([
      'shop',
      'cart',
      'stock',
    ]);
    const without = sceneOf({ filter: { conditions: ['warning', 'healthy'] } });
    expect(callPath(without, index('edge'), index('stock'))).toEqual([]);
  });
});

test('a kept picture of the calls is shown where it covers the view, or while the view moves', () => {
  const kept = {
    geometry: null,
    drawnVersion: 1,
    showWeak: true,
    tokens: null,
    ratio: 1,
    size: { width: 800, height: 600 },
    view: { scale: 1, x: 0, y: 0 },
    style: { color: 'line', width: 1, arrows: false, alpha: 1 },
  } as unknown as KeptFor;
  const seenFrom = (view: Partial<KeptFor['view']>): KeptFor => ({
    ...kept,
    view: { ...kept.view, ...view },
  });
  expect(placeKept(kept, seenFrom({ x: 100 }), false)).toMatchObject({ left: -20, exact: true });
  expect(placeKept(kept, seenFrom({ x: 300 }), false)).toBeNull();
  expect(placeKept(kept, seenFrom({ x: 300 }), true)).toMatchObject({ exact: false });
  expect(placeKept(kept, seenFrom({ scale: 2 }), true)?.width).toBe(2_080);
  expect(placeKept(kept, seenFrom({ scale: 3 }), true)).toBeNull();
  expect(placeKept(kept, { ...kept, drawnVersion: 2 }, true)).toBeNull();
  expect(placeKept(null, kept, true)).toBeNull();
});
