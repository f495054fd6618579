import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const MINUTE = 60_000;
const HOSTILE = '<img src=x onerror="window.__owned = 1"> [fact:aaaaaaaaaaaa] **bold**';

/** `02:14:07` as clocks show it here. */
function timeOfDay(moment: number): string {
  return new Date(moment).toTimeString().slice(0, 8);
}

test('K1 M3 M7 the clock reads from evidence, and a post-mortem is drafted, cited, renewed and exported', async ({
  gateway,
  launchConnected,
}) => {
  const start = Date.now() - 4 * MINUTE;
  await gateway.post('/api/v2/alerts', [
    {
      labels: { alertname: 'CheckoutFails', service: 'checkout', severity: 'critical' },
      annotations: { summary: HOSTILE },
      startsAt: new Date(start + 90_000).toISOString(),
    },
  ]);
  const { page, evaluate, profile } = await launchConnected();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.getByTestId('rail-alerts').click();
  await expect(page.getByTestId('alert-row')).toHaveCount(1);

  await page.keyboard.press('Control+d');
  await page.getByTestId('declare-title').fill(HOSTILE);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('clock-strip')).toBeVisible();
  // Nobody knows yet since when it hurts.
  await expect(page.getByTestId('clock-detected')).toHaveAttribute('data-stands', 'unknown');

  await page.keyboard.press('Control+Shift+K');
  const clock = page.getByTestId('clock-dialog');
  await expect(clock.getByTestId('clock-point-effect')).toContainText('not known');
  await expect(clock.getByTestId('clock-point-detected')).toContainText('Fired');
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByTestId('clock-evidence-detected').click();
  await expect(page.getByTestId('position')).toHaveAttribute('data-mode', 'happened');
  await page.getByTestId('back-to-live').click();

  await page.keyboard.press('Control+Shift+K');
  await page.getByTestId('clock-mark-point').click();
  await page.getByTestId('clock-mark-time').fill(timeOfDay(start));
  await page.getByTestId('clock-mark-reason').fill('first call of a customer');
  await page.getByTestId('clock-mark-save').click();
  await expect(page.getByTestId('clock-detected')).toHaveAttribute('data-stands', 'over');
  await expect(page.getByTestId('clock-recovered')).toHaveAttribute('data-open', 'true');

  // What is heard late moves a point, and the log says by what.
  await gateway.post('/api/v2/alerts', [
    {
      labels: { alertname: 'CheckoutSlow', service: 'checkout', severity: 'warning' },
      startsAt: new Date(start + 30_000).toISOString(),
    },
  ]);
  await expect(page.getByTestId('clock-detected')).toHaveAttribute('data-stands', 'in-time');
  await page.keyboard.press('Control+Shift+K');
  await expect(clock.getByTestId('clock-moves')).toContainText(
    `Detected: ${timeOfDay(start + 90_000)} → ${timeOfDay(start + 30_000)}`,
  );
  await expect(clock.getByTestId('clock-moves')).toContainText('late');
  await page.keyboard.press('Escape');

  // Drafted by the keyboard alone.
  await page.keyboard.press('Control+Shift+M');
  await page.keyboard.press('d');
  const summary = page.getByTestId('pm-section-summary');
  await expect(summary).toContainText('<img src=x');
  await expect(summary).toHaveAttribute('data-draft', 'true');
  await expect(page.getByTestId('pm-section-timeline')).toContainText('CheckoutFails');
  await expect(page.getByTestId('pm-section-badly')).toContainText('the evidence came');
  expect(await seriousProblems(page)).toEqual([]);

  await page.getByTestId('pm-edit-lessons').click();
  await page.getByTestId('pm-text').fill('The alert came late.');
  await page.getByTestId('pm-save').click();
  const lessons = page.getByTestId('pm-section-lessons');
  await expect(lessons.getByTestId('pm-uncited')).toHaveAttribute('data-count', '1');
  await page.getByTestId('pm-edit-lessons').click();
  await page.getByTestId('fact-picker-text').fill('CheckoutFails');
  await page.getByTestId('fact-picker-hit').first().click();
  await expect(page.getByTestId('pm-text')).toHaveValue(
    /^The alert came late\. \[fact:[0-9a-f]{12}\]$/,
  );
  await page.getByTestId('pm-text').press('Control+Enter');
  await expect(lessons.getByTestId('citation')).toHaveCount(1);
  await expect(lessons.getByTestId('pm-uncited')).toHaveCount(0);

  // What came since is in the draft when it is renewed; what was written stays.
  await page.getByTestId('pm-new-action').click();
  await page.getByTestId('pm-action-text').fill('Alert on the share of failed payments');
  await page.getByTestId('pm-action-owner').fill('Ren');
  await page.getByTestId('pm-action-due').fill('2026-01-31');
  await page.getByTestId('pm-action-save').click();
  await expect(page.getByTestId('action-reminder')).toContainText('1 action overdue');
  await expect(page.getByTestId('pm-action-row')).toHaveAttribute('data-overdue', 'true');
  await page.getByTestId('pm-renew').click();
  await expect(lessons).toContainText('The alert came late.');
  await expect(lessons).toHaveAttribute('data-draft', 'false');

  const path = join(profile, 'post-mortem.html');
  await evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  await page.getByTestId('pm-export-html').click();
  await expect
    .poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    .toBeGreaterThan(500);
  const html = readFileSync(path, 'utf8');
  expect(html).toContain('The alert came late.');
  expect(html).toContain('Alert on the share of failed payments');
  expect(html).not.toMatch(/<img|<script|href="(?!#)/);

  await page.getByTestId('action-reminder').click();
  await expect(page.getByTestId('pm-actions')).toContainText('Ren');
  expect(await seriousProblems(page)).toEqual([]);

  // The next incident of the same service finds this one, and both are told as a distribution.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Resolve the incident');
  await page.keyboard.press('Enter');
  await page.getByTestId('resolve-run').click();
  await expect(page.getByTestId('incident-header')).toHaveAttribute('data-status', 'resolved');
  await page.keyboard.press('Control+d');
  await page.getByTestId('declare-title').fill('Checkout fails again');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('tab', { name: 'Post-mortem' }).click();
  await page.getByTestId('pm-incident').click();
  await page.getByRole('option', { name: 'Checkout fails again' }).click();
  await expect(page.getByTestId('pm-similar')).toContainText('<img src=x');
  await page.getByRole('tab', { name: 'Across incidents' }).click();
  await expect(page.getByTestId('pm-across')).toBeVisible();
  await expect(page.getByTestId('pm-distribution')).toHaveCount(1);
  expect(await seriousProblems(page)).toEqual([]);
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
  expect(requests.filter((url) => !url.startsWith('app://holdfast/'))).toEqual([]);
});

test('M7 two who write one section at two desks: neither replaces what the other wrote unread', async ({
  gateway,
  launch,
  launchConnected,
}) => {
  const maya = await launchConnected();
  await maya.page.keyboard.press('Control+d');
  await maya.page.getByTestId('declare-title').fill('Payments fail');
  await maya.page.keyboard.press('Control+Enter');
  await expect(maya.page.getByTestId('incident-header')).toContainText('Payments fail');
  await maya.page.keyboard.press('Control+Shift+M');
  await maya.page.getByTestId('pm-draft').click();
  await expect(maya.page.getByTestId('pm-section-lessons')).toBeVisible();
  const ren = await launch({
    profile: join(maya.profile, 'ren'),
    gateway: { url: gateway.url, token: TOKENS.ren, person: 'Ren' },
  });
  await expect(ren.page.getByTestId('incident-header')).toContainText('Payments fail');
  await ren.page.keyboard.press('Control+Shift+M');
  for (const { page } of [maya, ren]) await page.getByTestId('pm-edit-lessons').click();
  await maya.page.getByTestId('pm-text').fill('Mine as well.');
  await ren.page.getByTestId('pm-text').fill('What Ren learned.');
  await ren.page.getByTestId('pm-save').click();
  const lessons = maya.page.getByTestId('pm-section-lessons');
  await expect(lessons).toHaveAttribute('data-draft', 'false');

  await maya.page.getByTestId('pm-save').click();
  await expect(maya.page.getByTestId('pm-meanwhile')).toContainText('What Ren learned.');
  await expect(maya.page.getByTestId('pm-text')).toHaveValue('Mine as well.');
  expect(await seriousProblems(maya.page)).toEqual([]);
  await maya.page.getByTestId('pm-text').fill('What Ren learned. Mine as well.');
  await maya.page.getByTestId('pm-save').click();
  for (const { page } of [maya, ren]) {
    await expect(page.getByTestId('pm-section-lessons')).toContainText(
      'What Ren learned. Mine as well.',
    );
  }
});
