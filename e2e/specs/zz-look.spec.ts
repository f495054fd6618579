import { readFileSync } from 'node:fs';
import type { Outage } from '../../gateway/replay/outage.ts';
import { playOutage } from '../../gateway/replay/play-outage.ts';
import { DEMO_FILE } from '../../scripts/demo-outage.ts';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const MINUTE = 60_000;
test('look', async ({ gateway, launchConnected }) => {
  test.setTimeout(180_000);
  const outage = JSON.parse(readFileSync(DEMO_FILE, 'utf8')) as Outage;
  const height = 22 * MINUTE;
  await playOutage({
    outage: { ...outage, posts: outage.posts.filter(({ afterMs }) => afterMs <= height) },
    url: gateway.url,
    token: TOKENS.ingest,
    startAt: Date.now() - height,
  });
  const { evaluate, page } = await launchConnected();
  page.on('console', (m) => console.log('console', m.text()));
  await evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900);
  });
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.conditionOf('unit-router') ?? null))
    .not.toBeNull();
  console.log(await page.evaluate(() => window.__holdfastMap?.surface));
  await page.getByTestId('rail-map').click();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: '/tmp/look/map.png' });
  await page.keyboard.press('Shift+F');
  await page.getByTestId('map-arrangement').click();
  await page.getByRole('option', { name: 'Columns: units' }).click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: '/tmp/look/units.png' });
  await page.getByTestId('map-fold').click();
  await page.getByRole('option', { name: 'Fold units' }).click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: '/tmp/look/folded.png' });
  await page.getByTestId('map-fold').click();
  await page.getByRole('option', { name: 'Not folded' }).click();
  await page.keyboard.press('/');
  await page.keyboard.type('ledger-db');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(600);
  await page.keyboard.press('b');
  await page.waitForTimeout(800);
  await page.screenshot({ path: '/tmp/look/blast.png' });
});
