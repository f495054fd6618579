import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outage } from '../../gateway/replay/outage.ts';
import { playOutage } from '../../gateway/replay/play-outage.ts';
import { projectFolder } from '../../scripts/cache.ts';
import { DEMO_FILE } from '../../scripts/demo-outage.ts';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const VIEWS = [
  'desk',
  'command',
  'map',
  'alerts',
  'timeline',
  'runbooks',
  'sources',
  'record',
  'units',
  'postmortem',
] as const;
const MINUTE = 60_000;
/** `npm run screenshots` lets the README's pictures be made anew; else they go with the run. */
const pictures =
  process.env['HOLDFAST_SCREENSHOTS'] === '1'
    ? join(projectFolder, 'docs', 'screenshots')
    : join(projectFolder, 'test-results', 'screenshots');

test('every view with the outage at its height: clean in axe, in three themes and two languages', async ({
  gateway,
  launchConnected,
}) => {
  test.setTimeout(180_000);
  mkdirSync(pictures, { recursive: true });
  const outage = JSON.parse(readFileSync(DEMO_FILE, 'utf8')) as Outage;
  const height = 22 * MINUTE;
  await playOutage({
    outage: { ...outage, posts: outage.posts.filter(({ afterMs }) => afterMs <= height) },
    url: gateway.url,
    token: TOKENS.ingest,
    startAt: Date.now() - height,
  });
  const { evaluate, page } = await launchConnected();
  await evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900);
  });
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.conditionOf('unit-router') ?? null))
    .not.toBeNull();
  await page.keyboard.press('Control+d');
  await expect(page.getByTestId('declare-dialog')).toBeVisible();
  await page.getByTestId('declare-title').fill('Payments fail in RZ02');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-header')).toContainText('Payments fail in RZ02');
  // What opened the dialog is gone with it: the keyboard goes on in the view.
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await page.getByTestId('rail-runbooks').click();
  await page.locator('[data-runbook-id="connection-pool-exhaustion"]').first().click();
  await page.getByTestId('start-run').first().click();
  const step = page.locator('[data-testid="run-step"][data-state="current"]').first();
  await step.getByTestId('step-done').click();

  await page.getByTestId('rail-units').click();
  await page.keyboard.press('i');
  const rules = readFileSync(join(projectFolder, 'resources', 'demo', 'units.csv'), 'utf8');
  await page.getByTestId('units-text').fill(rules);
  await page.getByTestId('units-save').click();
  await expect(page.getByTestId('units-strip').getByRole('button')).toHaveCount(4);

  await page.getByTestId('rail-postmortem').click();
  await page.getByTestId('pm-draft').click();
  await expect(page.getByTestId('pm-section-summary')).toBeVisible();

  const problems: Record<string, string[]> = {};
  for (const view of VIEWS) {
    await page.getByTestId(`rail-${view}`).click();
    await page.waitForTimeout(800);
    const found = await seriousProblems(page);
    if (found.length > 0) problems[view] = found;
    await page.screenshot({ path: join(pictures, `${view}.png`) });
  }
  expect(problems).toEqual({});

  const setSession = (patch: Record<string, string>) =>
    page.evaluate(async (body) => {
      const { holdfast } = window as unknown as { holdfast: { post(message: unknown): void } };
      holdfast.post({ type: 'ask', id: 900_000_001, name: 'session.write', body });
      await new Promise((resolve) => setTimeout(resolve, 600));
    }, patch);
  await page.getByTestId('rail-desk').click();
  for (const theme of ['light', 'contrast'] as const) {
    await setSession({ theme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    expect(await seriousProblems(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, `desk-${theme}.png`) });
  }
  await setSession({ theme: 'dark', language: 'zh-CN' });
  await expect(page.getByTestId('rail-runbooks')).toContainText('预案');
  await page.screenshot({ path: join(pictures, 'desk-zh.png') });
});

test('the palette finds a command, a service and an alert by keyboard alone', async ({
  gateway,
  launchConnected,
}) => {
  await gateway.post('/api/v2/alerts', [
    { labels: { alertname: 'QueueBacklog', service: 'settlement-writer', severity: 'warning' } },
  ]);
  const { page } = await launchConnected();
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.conditionOf('settlement-writer') ?? null))
    .toBe('warning');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('settlement');
  await expect(page.getByTestId('palette')).toContainText('settlement-writer');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('QueueBack');
  await expect(page.getByTestId('palette')).toContainText('QueueBacklog');
});
