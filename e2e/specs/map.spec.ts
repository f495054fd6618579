import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../scripts/cache.ts';
import { times } from '../../scripts/tier/tier.ts';
import { seriousProblems } from '../harness/axe.ts';
import type { Desktop } from '../harness/app.ts';
import type { GatewayProcess } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const pictures = join(projectFolder, 'test-results', 'map');

/** A shop in two units, with what both share. */
const NODES = ['RZ01', 'RZ02'].flatMap((unit) =>
  ['web', 'pay', 'db'].map((name) => ({
    name: `${name}-${unit.toLowerCase()}`,
    kind: name === 'db' ? 'database' : name === 'web' ? 'gateway' : 'service',
    unit,
    cell: `${unit}A`,
    zone: unit === 'RZ01' ? 'hz-1' : 'sh-1',
    owner: name === 'db' ? 'storage' : 'shop',
    tags: { namespace: name === 'db' ? 'data' : 'shop' },
  })),
);
const EDGES = ['rz01', 'rz02'].flatMap((unit) => [
  { from: `web-${unit}`, to: `pay-${unit}` },
  { from: `pay-${unit}`, to: `db-${unit}` },
  { from: 'reports', to: `db-${unit}`, strength: 'async' },
]);
const TOPOLOGY = {
  version: 1,
  source: 'mesh',
  mode: 'whole',
  nodes: [...NODES, { name: 'reports', kind: 'job', zone: 'sh-1', owner: 'finance' }],
  edges: EDGES,
};

const RULES = [
  'unit,shards,cell,centre,city,weight,drState,sameCity,remote,replicas',
  'RZ01,00-49,RZ01A,HZ-1,Hangzhou,100,normal,,RZ02,HZ-1 HZ-2 SH-1 SH-2 SZ-1',
  'RZ02,50-99,RZ02A,SH-1,Shanghai,100,normal,,RZ01,HZ-1 HZ-2 SH-1 SH-2 SZ-1',
].join('\n');

async function postShop(gateway: GatewayProcess): Promise<void> {
  expect((await gateway.post('/ingest/topology', TOPOLOGY)).status).toBe(200);
  await gateway.post('/api/v2/alerts', [
    alertOf('DiskFull', 'db-rz02', { unit: 'RZ02', severity: 'critical' }),
    alertOf('Slow', 'pay-rz02', { cell: 'RZ02A', severity: 'warning' }),
    alertOf('PaymentFailed', 'pay-rz01', { shard: '7', severity: 'info' }),
  ]);
}

function alertOf(alertname: string, service: string, labels: Record<string, string>): unknown {
  return { labels: { alertname, service, ...labels }, annotations: { summary: alertname } };
}

async function openMap(page: Desktop['page'], service = 'db-rz02'): Promise<void> {
  await page.getByTestId('rail-map').click();
  await expect.poll(() => conditionOf(page, service)).not.toBeNull();
}

function conditionOf(page: Desktop['page'], name: string): Promise<string | null> {
  return page.evaluate((of) => window.__holdfastMap?.conditionOf(of) ?? null, name);
}

/** How far below the middle of the map a service stands (CSS pixels). */
async function placeOf(page: Desktop['page'], name: string): Promise<number> {
  const box = await page.getByTestId('map-canvas').boundingBox();
  const at = await page.evaluate((of) => window.__holdfastMap?.screenPositionOf(of)?.y ?? 0, name);
  return at - (box?.y ?? 0) - (box?.height ?? 0) / 2;
}

async function find(page: Desktop['page'], name: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('map-card')).toBeVisible();
}

/** Where the save dialog would have put a file. */
async function saveTo(desktop: Desktop, path: string): Promise<void> {
  await desktop.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

test('units: rules that are wrong are refused by name; then each shard, id and loss has an answer', async ({
  gateway,
  launchConnected,
}) => {
  await postShop(gateway);
  const { page } = await launchConnected();
  await openMap(page);
  await page.getByTestId('rail-units').click();
  // Without rules what services name is shown, and said to be no more than that.
  await expect(page.getByTestId('units-grid')).toContainText('RZ02');
  await page.keyboard.press('i');
  const text = page.getByTestId('units-text');
  await text.fill(RULES.replace('50-99', '51-99').replace('SH-1,Shanghai,100', 'SH-1,Shanghai,90'));
  await expect(page.getByTestId('units-problem')).toHaveText([
    'RZ02: weights sum to 90, not 100',
    'Gap: nobody serves 50',
  ]);
  await expect(page.getByTestId('units-save')).toBeDisabled();
  await text.fill(RULES.replace('00-49', '00-50'));
  await expect(page.getByTestId('units-problem')).toHaveText('Overlap: 50 is served by RZ01, RZ02');
  await text.fill(RULES.replace('\nRZ02,', '\nrz02,'));
  await expect(page.getByTestId('units-problem').first()).toContainText('rz02: a name starts');
  await text.fill(RULES);
  await expect(page.getByTestId('units-fine')).toContainText('100 shards');
  // The button has its new colours after a moment.
  await expect.poll(() => seriousProblems(page)).toEqual([]);
  await page.getByTestId('units-save').click();

  await expect(page.getByTestId('units-strip').getByRole('button')).toHaveCount(2);
  await expect(page.getByTestId('units-spread')).toHaveText('1 of 2 units in trouble');
  expect(await seriousProblems(page)).toEqual([]);
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, 'units.png') });

  await page.getByTestId('units-id').fill('2088102146225199');
  await expect(page.getByTestId('units-routed')).toContainText('RZ02');
  await page.getByTestId('units-id').fill('none');
  await expect(page.getByTestId('units-route')).toContainText('has no digits');

  await expect(page.getByTestId('loss-sets')).toContainText('15 of 31 possible losses');
  for (const centre of ['HZ-1', 'HZ-2']) await page.getByTestId(`lose-${centre}`).click();
  await expect(page.getByTestId('loss-answer')).toContainText('All 100 shards keep a majority');
  await expect(page.getByTestId('loss-answer')).toContainText('No cell is left of RZ01');
  await page.getByTestId('lose-SZ-1').click();
  await expect(page.getByTestId('loss-answer')).toContainText('can no longer be written: 00-99');

  // Unit, cell, city and shard of an alert follow from whatever of them it states.
  await page.getByTestId('rail-alerts').click();
  await page.getByTestId('alerts-lens-units').click();
  const groups = page.getByTestId('alert-group');
  await expect(groups).toHaveCount(2);
  await expect(groups.first()).toContainText('RZ02');
  await page.getByTestId('alerts-filter').fill('city=hangzhou');
  await expect(page.getByTestId('alerts-grid')).toContainText('PaymentFailed');
  await expect(page.getByTestId('alerts-grid')).not.toContainText('DiskFull');

  // A city's outage, by way of the filter.
  await openMap(page);
  await page.keyboard.press('Shift+F');
  await page.getByTestId('map-filter-city').click();
  await page.getByRole('option', { name: 'Shanghai' }).click();
  await page.getByTestId('map-blast-city').click();
  await expect(page.getByTestId('map-blast')).toContainText('If city Shanghai fails');
  await expect(page.getByTestId('map-blast-units-clean')).toHaveText('Clean: RZ01');
  await page.getByRole('button', { name: 'Show all', exact: true }).click();

  // A shard's outage on the map: all of its unit, and who calls into it.
  await page.getByTestId('rail-units').click();
  await page.getByTestId('units-id').fill('2088102146225199');
  await page.getByTestId('shard-blast').click();
  await expect(page.getByTestId('map-blast')).toContainText('If shard 99 (RZ02) fails');
  await expect(page.getByTestId('map-blast-summary')).toHaveText(
    '3 failed · hit: 0 waiting, 1 later, 0 weakly',
  );
});

test('blast radius: whom it hits, by which way, and what is clean; saved, pinned, and shown again by its link', async ({
  gateway,
  launchConnected,
  profile,
}) => {
  await postShop(gateway);
  const desktop = await launchConnected();
  const { page } = desktop;
  await openMap(page);
  expect(await page.evaluate(() => window.__holdfastMap?.surface)).toBe('webgl2');
  await find(page, 'db-rz02');
  await page.keyboard.press('b');
  await expect(page.getByTestId('map-blast-summary')).toHaveText(
    '1 failed · hit: 2 waiting, 1 later, 0 weakly',
  );
  await expect(page.getByTestId('map-blast-units')).toContainText('RZ02 3/3');
  await expect(page.getByTestId('map-blast-units-clean')).toHaveText('Clean: RZ01');
  await expect(page.getByTestId('map-blast-functions')).toContainText('web-rz02');
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.hits))
    .toMatchObject({ 'db-rz02': 1, 'web-rz02': 2, reports: 3, 'web-rz01': 0 });
  expect(await seriousProblems(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, 'blast.png') });
  await page.getByTestId('map-blast-list').getByText('web-rz02').click();
  await expect(page.getByTestId('map-blast-path')).toHaveText('web-rz02 → pay-rz02 → db-rz02');

  const file = join(profile, 'blast.csv');
  await saveTo(desktop, file);
  await page.getByTestId('map-blast-export').click();
  await expect
    .poll(() => {
      try {
        return readFileSync(file, 'utf8').split('\r\n')[1];
      } catch {
        return null;
      }
    })
    .toContain('db-rz02,failed,0');

  await page.getByTestId('map-blast-pin').click();
  await page.getByTestId('rail-timeline').click();
  const note = page.locator('[data-pinned=true], [role=row]', { hasText: 'If db-rz02 fails' });
  await expect(note.first()).toBeVisible();
  await page.getByTestId('rail-map').click();
  await page.keyboard.press('b');
  await page.keyboard.press('b');
  await expect(page.getByTestId('map-blast')).toHaveCount(0);
  await page.getByTestId('rail-timeline').click();
  await note.first().getByTestId('room-link').click();
  await expect(page.getByTestId('map-blast')).toContainText('If db-rz02 fails');
});

test('working with the map: columns, folding, focus, choosing several, places, bookmarks and pictures', async ({
  gateway,
  launch,
  launchConnected,
  profile,
}) => {
  await postShop(gateway);
  const desktop = await launchConnected();
  const { page } = desktop;
  await openMap(page);
  await page.keyboard.press('Shift+F');
  await page.getByTestId('map-arrangement').click();
  await page.getByRole('option', { name: 'Columns: units' }).click();
  await page.getByTestId('map-fold').click();
  await page.getByRole('option', { name: 'Fold units' }).click();
  // Seven services: two units, and the one that stands in none.
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '3');
  await expect(page.getByTestId('map-count')).toHaveText('7 services');
  expect(await seriousProblems(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, 'folded.png') });
  // The keyboard: the worst first, then unfolded by its own key.
  await page.getByTestId('map-canvas').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('map-group-card')).toContainText('RZ02');
  await page.keyboard.press('e');
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '5');
  // Who is looked for inside a folded group is unfolded and flown to.
  await find(page, 'db-rz01');
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '7');

  // Only what is called from here, two calls down and none up.
  await find(page, 'pay-rz02');
  await page.keyboard.press('f');
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '3');
  await page.getByRole('button', { name: 'One call less up' }).click();
  await page.getByRole('button', { name: 'One call less up' }).click();
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '2');

  await page.keyboard.press('Shift+B');
  await page.getByTestId('map-bookmark-name').fill('Below pay');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '7');
  await page.getByTestId('map-bookmarks').click();
  await page.getByRole('menuitem', { name: 'Below pay' }).click();
  await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '2');
  await page.getByRole('button', { name: 'Show all', exact: true }).click();

  // Several: one by its key, one by a click with Shift, all inside a rectangle.
  await page.getByTestId('map-canvas').focus();
  await page.keyboard.press('0');
  await find(page, 'web-rz02');
  await page.keyboard.press('x');
  await expect(page.getByTestId('map-marked')).toContainText('1 service chosen');
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  await page.waitForTimeout(600);
  const place = await page.evaluate(() => window.__holdfastMap?.screenPositionOf('web-rz01'));
  await page.keyboard.down('Shift');
  await page.mouse.click(place?.x ?? 0, place?.y ?? 0);
  await page.keyboard.up('Shift');
  await expect(page.getByTestId('map-marked')).toContainText('2 services chosen');
  const box = await page.getByTestId('map-canvas').boundingBox();
  await page.keyboard.down('Shift');
  await page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
  await page.mouse.down();
  await page.mouse.move((box?.x ?? 0) + 400, (box?.y ?? 0) + 300);
  await page.mouse.move(
    (box?.x ?? 0) + (box?.width ?? 0) - 5,
    (box?.y ?? 0) + (box?.height ?? 0) - 5,
  );
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(page.getByTestId('map-marked')).toContainText('7 services chosen');
  await page.getByTestId('map-marked-clear').click();

  // Dragged somewhere it stays there, over a restart too.
  const from = await page.evaluate(() => window.__holdfastMap?.screenPositionOf('reports'));
  await page.mouse.move(from?.x ?? 0, from?.y ?? 0);
  await page.mouse.down();
  await page.mouse.move((from?.x ?? 0) - 60, (from?.y ?? 0) + 80, { steps: 4 });
  await page.mouse.up();
  const moved = await page.evaluate(() => window.__holdfastMap?.screenPositionOf('reports'));
  expect(moved?.y).toBeGreaterThan((from?.y ?? 0) + 40);
  const movedBy = await placeOf(page, 'reports');

  await page.keyboard.press('y');
  const link = await desktop.evaluate(({ clipboard }) => clipboard.readText());
  expect(link).toMatch(/^holdfast:map\?.*by=unit/);
  const svg = join(profile, 'map.svg');
  await saveTo(desktop, svg);
  await page.keyboard.press('Shift+S');
  await expect
    .poll(() => {
      try {
        return readFileSync(svg, 'utf8');
      } catch {
        return '';
      }
    })
    .toContain('>db-rz02</text>');
  await page.keyboard.press('Shift+C');
  await expect(page.getByText('Picture copied')).toBeVisible();
  const formats = await desktop.evaluate(({ clipboard }) =>
    (clipboard as unknown as { availableFormats(): string[] }).availableFormats(),
  );
  expect(formats).toContain('image/png');
  await page.waitForTimeout(600);
  await desktop.close();

  const again = await launch();
  await again.page.getByTestId('rail-map').click();
  await expect.poll(() => conditionOf(again.page, 'reports')).not.toBeNull();
  // The palette opens a link: what is shown, and from where, is as it was.
  await again.page.keyboard.press('Control+k');
  await again.page.getByTestId('palette-input').fill(link);
  await again.page.keyboard.press('Enter');
  // As far from the middle: this window's map is smaller by the line that says that it is offline.
  await expect.poll(() => placeOf(again.page, 'reports')).toBeCloseTo(movedBy, -1);
});

test('topology in time: what is no longer listed ages, what is disputed is shown, and the past runs on', async ({
  gateway,
  launchConnected,
}) => {
  await postShop(gateway);
  await gateway.post('/ingest/topology', {
    version: 1,
    source: 'catalogue',
    mode: 'whole',
    nodes: [{ name: 'db-rz01', kind: 'database', owner: 'platform' }],
    edges: [],
  });
  const { page } = await launchConnected();
  await openMap(page);
  await find(page, 'db-rz01');
  await expect(page.getByTestId('map-dispute')).toHaveText('catalogue: platform · mesh: storage');
  // A moment is asked for by the second.
  await page.waitForTimeout(2_100);
  // What was measured of a call stands beside it.
  await gateway.post('/ingest/service-graph', {
    status: 'success',
    data: {
      resultType: 'vector',
      result: [
        ['request_total', '12'],
        ['request_failed_total', '0.6'],
        ['request_server_seconds_sum', '1.2'],
      ].map(([name, value]) => ({
        metric: {
          __name__: `traces_service_graph_${String(name)}`,
          client: 'web-rz02',
          server: 'pay-rz02',
        },
        value: [1, value],
      })),
    },
  });
  await find(page, 'pay-rz02');
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.figures ?? []))
    .toContain('12/s · 5 % · 100 ms');
  const before = new Date().toTimeString().slice(0, 8);
  await page.waitForTimeout(1_100);
  const without = (name: string) => ({
    ...TOPOLOGY,
    nodes: TOPOLOGY.nodes.filter((node) => node.name !== name),
    edges: EDGES.filter(({ from, to }) => from !== name && to !== name),
  });
  await gateway.post('/ingest/topology', without('web-rz01'));
  await expect.poll(() => conditionOf(page, 'web-rz01')).toBe('unknown');
  await find(page, 'web-rz01');
  await expect(page.getByTestId('map-unlisted')).toContainText('No topology source mentions it');
  await page.screenshot({ path: join(pictures, 'unlisted.png') });

  // As it was before, and the graph's own changes on the timeline.
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill(before);
  await page.getByRole('option').first().click();
  await expect(page.getByTestId('position')).toHaveAttribute('data-mode', 'happened');
  await expect.poll(() => conditionOf(page, 'web-rz01')).toBe('healthy');
  await expect(page.getByTestId('map-unlisted')).toHaveCount(0);
  await page.getByTestId('position-known').click();
  await expect.poll(() => conditionOf(page, 'web-rz01')).toBe('healthy');
  await page.keyboard.press('z');
  await expect(page.getByTestId('position')).toHaveAttribute('data-mode', 'live');
  await expect.poll(() => conditionOf(page, 'web-rz01')).toBe('unknown');
});

test('where a graphics card fails its driver the same map is painted without it, and stays so', async ({
  gateway,
  launchConnected,
}) => {
  await postShop(gateway);
  const { page } = await launchConnected();
  await openMap(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('paint without the graphics card');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => window.__holdfastMap?.surface)).toBe('2d');
  await expect.poll(() => conditionOf(page, 'db-rz02')).toBe('critical');
  await find(page, 'db-rz02');
  await page.keyboard.press('b');
  await expect.poll(() => page.evaluate(() => window.__holdfastMap?.hits['web-rz02'])).toBe(2);
  await page.screenshot({ path: join(pictures, 'without-card.png') });
  await page.getByTestId('rail-alerts').click();
  await openMap(page);
  expect(await page.evaluate(() => window.__holdfastMap?.surface)).toBe('2d');
});

for (const count of [50, 500, 5_000]) {
  test(`${count} services: first placed, then found, folded and listed, in three themes`, async ({
    gateway,
    launchConnected,
  }) => {
    test.setTimeout(180_000);
    const names = Array.from({ length: count }, (_, index) => `service-${String(index)}`);
    const posted = await gateway.post('/ingest/topology', {
      version: 1,
      source: 'mesh',
      mode: 'whole',
      nodes: names.map((name, index) => ({
        name,
        zone: `zone-${String(index % 3)}`,
        unit: `RZ${String(10 + (index % 8))}`,
      })),
      // Each is called by one of the level above, and now and then by another.
      edges: names.flatMap((to, index) =>
        index === 0
          ? []
          : [
              { from: names[Math.floor((index - 1) / 3)], to },
              ...(index % 5 === 0 ? [{ from: names[Math.floor(index / 7)], to }] : []),
            ],
      ),
    });
    expect(posted.status).toBe(200);
    await gateway.post(
      '/api/v2/alerts',
      names
        .filter((_, index) => index % 25 === 0)
        .map((service) => alertOf('Down', service, { severity: 'critical' })),
    );
    const { page, evaluate } = await launchConnected();
    await evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900);
    });
    await page.getByTestId('rail-map').click();
    await expect
      .poll(() => conditionOf(page, `service-${String(count - 1)}`), { timeout: 60_000 })
      .not.toBeNull();
    await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', String(count), {
      timeout: 30_000,
    });
    mkdirSync(pictures, { recursive: true });
    for (const theme of ['dark', 'light', 'contrast'] as const) {
      await page.evaluate((body) => {
        const { holdfast } = window as unknown as { holdfast: { post(message: unknown): void } };
        holdfast.post({
          type: 'ask',
          id: 900_000_001,
          name: 'session.write',
          body: { theme: body },
        });
      }, theme);
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(pictures, `services-${String(count)}-${theme}.png`) });
    }
    await page.keyboard.press('Shift+E');
    await expect(page.getByTestId('map-canvas')).toHaveAttribute('data-node-count', '8');
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(pictures, `services-${String(count)}-folded.png`) });
    await page.keyboard.press('Shift+E');
    await page.keyboard.press('Shift+L');
    await expect(page.getByTestId('map-list')).toContainText('service-');
    expect(await seriousProblems(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, `services-${String(count)}-list.png`) });
  });
}

/** 100,000 with the counts of the goals: `npm run test:full`. */
const MANY_PARTS = times({ change: 2, full: 10 });
const MANY = MANY_PARTS * 10_000;

test(`a graph that nobody should send: loops, repeats, loose ends, endless names, ${MANY} services`, async ({
  gateway,
  launchConnected,
}) => {
  test.setTimeout(240_000);
  const { page } = await launchConnected();
  await page.getByTestId('rail-map').click();
  const odd = await gateway.post('/ingest/topology', {
    version: 1,
    source: 'odd',
    mode: 'change',
    nodes: [
      { name: 'loop' },
      { name: 'loop' },
      { name: 'x'.repeat(1_000_000) },
      { name: '<img src=x onerror=alert(1)>' },
    ],
    edges: [
      { from: 'loop', to: 'loop' },
      { from: 'loop', to: 'nobody-declared' },
      { from: 'loop', to: 'nobody-declared' },
    ],
  });
  // The endless name is refused; all that stands beside it is taken.
  expect(odd.status).toBe(200);
  for (let part = 0; part < MANY_PARTS; part += 1) {
    const names = Array.from({ length: 10_000 }, (_, index) => part * 10_000 + index);
    const posted = await gateway.post('/ingest/topology', {
      version: 1,
      source: `part-${String(part)}`,
      mode: 'whole',
      nodes: names.map((name) => ({ name: `s${String(name)}`, zone: `zone-${String(name % 40)}` })),
      edges: names
        .slice(1)
        .map((name) => ({ from: `s${String(name)}`, to: `s${String(name - 1)}` })),
    });
    expect(posted.status).toBe(200);
  }
  await expect(page.getByTestId('map-count')).toContainText(String(MANY + 3), { timeout: 180_000 });
  // Folded by itself: few enough to be drawn, and each can be opened.
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.paintedRows ?? 0))
    .toBeGreaterThan(40);
  expect(await page.evaluate(() => window.__holdfastMap?.paintedRows)).toBeLessThan(3_000);
  const last = `s${MANY - 1}`;
  await find(page, last);
  await expect(page.getByTestId('map-card')).toContainText(last);
  expect(await page.evaluate(() => document.querySelectorAll('img').length)).toBe(0);
});
