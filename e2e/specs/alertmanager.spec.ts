import { startAlertmanager } from '../harness/alertmanager.ts';
import { expect, test } from '../harness/story.ts';

test('a real Alertmanager’s alert turns the service red on the map and stands on the timeline; resolved turns it back', async ({
  gateway,
  launchConnected,
}) => {
  await gateway.post('/ingest/topology', {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    nodes: [
      { name: 'checkout', zone: 'z1' },
      { name: 'ledger', zone: 'z2' },
    ],
    edges: [{ from: 'checkout', to: 'ledger' }],
  });
  const alertmanager = await startAlertmanager(gateway);
  try {
    const { page } = await launchConnected();
    const condition = (name: string) =>
      expect.poll(() =>
        page.evaluate((service) => window.__holdfastMap?.conditionOf(service), name),
      );
    await condition('checkout').toBe('unknown');
    const labels = ['alertname=CheckoutErrors', 'service=checkout', 'severity=critical'];
    await alertmanager.amtool(
      'alert',
      'add',
      ...labels,
      '--annotation=summary=5 % of payments fail',
    );
    await condition('checkout').toBe('critical');
    await condition('ledger').toBe('healthy');
    await page.getByTestId('rail-timeline').click();
    const fired = page.locator('[data-testid="timeline-entry"][data-kind="alert.fired"]');
    await expect(fired).toHaveCount(1);
    await expect(fired).toContainText('CheckoutErrors');
    await page.getByTestId('rail-map').click();
    const ended = new Date(Date.now() + 1_000).toISOString();
    await alertmanager.amtool('alert', 'add', ...labels, `--end=${ended}`);
    await condition('checkout').toBe('healthy');
    await page.getByTestId('rail-timeline').click();
    await expect(
      page.locator('[data-testid="timeline-entry"][data-kind="alert.resolved"]'),
    ).toHaveCount(1);
  } finally {
    await alertmanager.stop();
  }
});
