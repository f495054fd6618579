import { expect, test } from '../harness/story.ts';

const MINUTE = 60_000;

test('P2, P3 the whole desk goes to a moment: as it had happened, as the room knew it, and back to LIVE', async ({
  gateway,
  launchConnected,
}) => {
  const start = Date.now() - 30 * MINUTE;
  const at = (minutes: number): string => new Date(start + minutes * MINUTE).toISOString();
  await gateway.post('/ingest/topology', {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    at: at(0),
    nodes: ['checkout', 'ledger'].map((name) => ({ name, zone: 'z1' })),
    edges: [{ from: 'checkout', to: 'ledger' }],
  });
  const labels = { alertname: 'LedgerDown', service: 'ledger', severity: 'critical' };
  await gateway.post('/api/v2/alerts', [{ labels, startsAt: at(10), endsAt: at(20) }]);
  const { page } = await launchConnected();
  const condition = (name: string) =>
    page.evaluate((service) => window.__holdfastMap?.conditionOf(service) ?? null, name);
  await expect.poll(() => condition('ledger')).toBe('healthy');

  // A run that is started now did not run at the moment that will be looked at.
  await page.getByTestId('rail-runbooks').click();
  await page.locator('[data-runbook-id="connection-pool-exhaustion"]').first().click();
  await page.getByTestId('start-run').first().click();
  await expect(
    page.locator('[data-testid="run-step"][data-state="current"]').first(),
  ).toBeVisible();
  await page.getByTestId('rail-desk').click();
  await expect(page.getByTestId('run-step').first()).toBeVisible();

  // Scrub to the alert: the scrubber walks from entry to entry.
  const scrubber = page.getByTestId('scrubber').first();
  await scrubber.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('position')).toHaveAttribute('data-mode', 'happened');
  for (let steps = 0; steps < 10; steps += 1) {
    if ((await condition('ledger')) === 'critical') break;
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(300);
  }
  await expect.poll(() => condition('ledger')).toBe('critical');
  await expect(page.getByTestId('run-step')).toHaveCount(0);
  await page.getByTestId('rail-alerts').click();
  await expect(
    page.locator('[data-testid="alert-row"][data-alert-name="LedgerDown"]'),
  ).toHaveAttribute('data-status', 'firing');

  // What the room knew then: it heard of the alert only now.
  await page.getByTestId('position-known').first().click();
  await expect(page.getByTestId('position')).toHaveAttribute('data-mode', 'known');
  await expect(page.locator('[data-testid="alert-row"]')).toHaveCount(0);

  await page.getByTestId('back-to-live').click();
  await expect(page.getByTestId('position')).toHaveAttribute('data-mode', 'live');
  await page.getByTestId('rail-desk').click();
  await expect.poll(() => condition('ledger')).toBe('healthy');
  await expect(page.getByTestId('run-step').first()).toBeVisible();
});
