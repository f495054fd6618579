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
  'people',
  'updates',
  'postmortem',
] as const;
const MINUTE = 60_000;
/** `npm run screenshots` lets the README's pictures be made anew; else they go with the run. */
const pictures =
  process.env['HOLDFAST_SCREENSHOTS'] === '1'
    ? join(projectFolder, 'docs', 'screenshots')
    : join(projectFolder, 'test-results', 'screenshots');
/** Every view in the other themes and in Chinese: to be looked at, not part of the README. */
const looked = join(projectFolder, 'test-results', 'screenshots');

test('every view with the outage at its height: clean in axe, in three themes and two languages', async ({
  gateway,
  launchConnected,
}) => {
  test.setTimeout(240_000);
  mkdirSync(pictures, { recursive: true });
  mkdirSync(looked, { recursive: true });
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

  await page.getByTestId('rail-command').click();
  await page.keyboard.press('Alt+s');
  await expect(page.getByTestId('size-up-symptoms')).toHaveValue(/./u);
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('q');
  for (const line of ['@ren read the log of ledger-db 5m', '@ada drain the cell RZ02A 10m']) {
    await page.keyboard.type(line);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('task-line')).toHaveValue('');
  }
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+a');
  await page.getByTestId('candidate-action').fill('Move the shards of RZ02 to RZ03');
  await page.getByTestId('candidate-danger').fill('Cold caches for two minutes');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('desk-decision')).toHaveCount(1);

  await page.getByTestId('rail-people').click();
  await page.keyboard.press('i');
  await page.getByTestId('people-import-text').fill(people());
  await page.getByTestId('people-import-run').click();
  await expect(page.getByTestId('on-call-team').first()).toBeVisible();

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
  const look = async (name: string): Promise<void> => {
    for (const view of VIEWS) {
      await page.getByTestId(`rail-${view}`).click();
      await page.waitForTimeout(view === 'desk' ? 600 : 250);
      expect(await seriousProblems(page), `${view}, ${name}`).toEqual([]);
      const folder = view === 'desk' ? pictures : looked;
      await page.screenshot({ path: join(folder, `${view}-${name}.png`) });
    }
  };
  for (const theme of ['light', 'contrast'] as const) {
    await setSession({ theme });
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await look(theme);
  }
  await setSession({ theme: 'dark', language: 'zh-CN' });
  await expect(page.getByTestId('rail-runbooks')).toContainText('预案');
  await look('zh');
});

/** Who is on call, as a table. */
function people(): string {
  const hour = 3_600_000;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const from = iso(Date.now() - hour);
  const to = iso(Date.now() + 9 * hour);
  return [
    'name,team,role,phone,mail,from,to',
    `Ren Ito,Ledger,engineer,+49 30 1101,ren@example.org,${from},${to}`,
    `Ada Novak,Traffic,engineer,+49 30 1102,ada@example.org,${from},${to}`,
    'Lin Wei,Database,lead,+49 30 1103,lin@example.org,,',
  ].join('\n');
}

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
