import type { Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../scripts/cache.ts';
import { freePort, startAlertmanager } from '../harness/alertmanager.ts';
import { scratchProfile } from '../harness/app.ts';
import { seriousProblems } from '../harness/axe.ts';
import { startGateway, TOKENS } from '../harness/gateway.ts';
import { startGauges, startPrometheus } from '../harness/prometheus.ts';
import { expect, test } from '../harness/story.ts';

const pictures = join(projectFolder, 'test-results', 'screenshots');

const RULES = `groups:
  - name: story
    interval: 1s
    rules:
      - alert: CheckoutErrors
        expr: checkout_errors > 0
        for: 1m
        labels: { severity: warning, service: checkout }
        annotations: { summary: payments fail }
      - alert: RegionDown
        expr: region_down > 0
        labels: { severity: critical, service: region }
      - alert: LedgerErrors
        expr: ledger_errors > 0
        labels: { severity: critical, service: ledger }
`;

const INHIBIT = `inhibit_rules:
  - source_matchers: [alertname="RegionDown"]
    target_matchers: [severity="warning"]
    equal: [region]
`;

/** Notes in the page, several times a second, whenever an alert is not there exactly once and open. */
async function watch(page: Page, name: string): Promise<void> {
  await page.evaluate((alert) => {
    const seen = ((window as unknown as { __seen?: Record<string, string[]> }).__seen ??= {});
    const odd: string[] = (seen[alert] = []);
    setInterval(() => {
      const rows = [...document.querySelectorAll<HTMLElement>('[data-testid="alert-row"]')].filter(
        (row) => row.dataset['alertName'] === alert,
      );
      const states = rows.map((row) => row.dataset['status'] ?? '').join(' ');
      // Unknown is honest while nobody is heard; gone or there twice never is.
      if (states !== 'firing' && states !== 'unknown')
        odd.push(`${new Date().toISOString()} ${states}`);
    }, 200);
  }, name);
}

async function oddMoments(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(
    () => (window as unknown as { __seen?: Record<string, string[]> }).__seen ?? {},
  );
}

test('N6 no alert is lost or doubled while Prometheus, a pair of Alertmanagers and the gateway speak, are silenced, and die', async ({
  launch,
}) => {
  test.setTimeout(420_000);
  mkdirSync(pictures, { recursive: true });
  const gauges = await startGauges(['checkout_errors', 'region_down', 'ledger_errors']);
  const port = await freePort();
  const gateway = await startGateway([
    '--pull',
    `alertmanager:alertmanager=http://127.0.0.1:${port}`,
    '--pull-interval',
    '2',
  ]);
  const cluster = await Promise.all([freePort(), freePort()]);
  const addresses = cluster.map((one) => `127.0.0.1:${one}`);
  const pair = await Promise.all(
    addresses.map((clusterAddress, index) =>
      startAlertmanager(gateway, {
        inhibitRules: INHIBIT,
        clusterAddress,
        peers: addresses.filter((address) => address !== clusterAddress),
        ...(index === 0 && { port }),
      }),
    ),
  );
  const prometheus = await startPrometheus({
    rules: RULES,
    scrape: gauges.address,
    receivers: [
      ...pair.map(({ url }) => ({ address: new URL(url).host })),
      { address: new URL(gateway.url).host, token: TOKENS.prometheus },
    ],
    externalLabels: { region: 'eu', replica: 'a' },
    droppedLabel: 'replica',
  });
  const other = scratchProfile();
  try {
    const { page, evaluate } = await launch({
      gateway: { url: gateway.url, token: TOKENS.maya, person: 'Maya' },
    });
    await evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900);
    });
    // Configured once, for the day on which the gateway is dead.
    await page.getByTestId('rail-sources').click();
    await page.getByTestId('direct-add').fill('prometheus');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('direct-sources')).toContainText('is not <format>');
    await page.getByTestId('direct-add').fill(`prometheus:prometheus=${prometheus.url}`);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('direct-source')).toHaveCount(1);

    // It holds for a minute before it fires: pending asks for nobody.
    gauges.set('checkout_errors', 1);
    await page.getByTestId('rail-alerts').click();
    await page.getByTestId('alerts-lens-flat').click();
    const row = (name: string) =>
      page.locator(`[data-testid="alert-row"][data-alert-name="${name}"]`);
    const checkout = row('CheckoutErrors');
    await page.waitForTimeout(10_000);
    await expect(checkout).toHaveCount(0);
    await expect(checkout).toHaveCount(1, { timeout: 120_000 });
    await watch(page, 'CheckoutErrors');
    await checkout.click();
    const card = page.getByTestId('alert-card');
    await expect(card).toContainText('region');
    await expect(card).not.toContainText('replica');
    // Both roads speak of one alert, under one fingerprint.
    await expect(card).toContainText('alertmanager');
    await expect(card).toContainText('prometheus');

    // Inhibited by Alertmanager's own rule, and no longer when the other is over.
    const held = page.getByTestId('alert-held');
    const heldBy = (stage: string) =>
      page.locator(`[data-testid="alert-held"][data-stage="${stage}"]`);
    gauges.set('region_down', 1);
    await expect(row('RegionDown')).toHaveCount(1, { timeout: 20_000 });
    await expect(held).toHaveAttribute('data-stage', 'inhibition', { timeout: 30_000 });
    await expect(held).toContainText('RegionDown');
    gauges.set('region_down', 0);
    await expect(row('RegionDown')).toHaveCount(0, { timeout: 30_000 });
    await expect(heldBy('inhibition')).toHaveCount(0, { timeout: 30_000 });

    // Silenced in Alertmanager: who and why are told here.
    const id = await pair[0]?.amtool(
      'silence',
      'add',
      '--author=nina',
      '--comment=deploy runs',
      '--duration=1h',
      'alertname=CheckoutErrors',
    );
    await expect(held).toHaveAttribute('data-stage', 'silence', { timeout: 30_000 });
    await expect(held).toContainText('nina');
    await expect(held).toContainText('deploy runs');
    await pair[0]?.amtool('silence', 'expire', (id ?? '').trim());
    await expect(heldBy('silence')).toHaveCount(0, { timeout: 30_000 });

    // Alertmanager dies: Prometheus goes on delivering to the gateway.
    for (const one of pair) await one.stop();
    gauges.set('ledger_errors', 1);
    await expect(row('LedgerErrors')).toHaveCount(1, { timeout: 20_000 });
    await watch(page, 'LedgerErrors');

    // The gateway dies: the desk reads Prometheus itself, and says so.
    await gateway.kill();
    await expect(page.getByTestId('direct')).toBeVisible({ timeout: 30_000 });
    gauges.set('region_down', 1);
    await expect(row('RegionDown')).toHaveCount(1, { timeout: 30_000 });
    await watch(page, 'RegionDown');
    expect(await seriousProblems(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, 'asked-directly.png') });

    // It is back, and has what only the desk heard: another desk sees each alert once.
    await prometheus.kill();
    await gateway.restart();
    await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'connected', {
      timeout: 30_000,
    });
    await expect(page.getByTestId('direct')).toHaveCount(0);
    const second = await launch({
      profile: other.folder,
      gateway: { url: gateway.url, token: TOKENS.ren, person: 'Ren' },
    });
    await second.page.getByTestId('rail-alerts').click();
    await second.page.getByTestId('alerts-lens-flat').click();
    for (const name of ['CheckoutErrors', 'LedgerErrors', 'RegionDown']) {
      await expect(
        second.page.locator(`[data-testid="alert-row"][data-alert-name="${name}"]`),
      ).toHaveCount(1, { timeout: 30_000 });
    }
    expect(await oddMoments(page)).toEqual({
      CheckoutErrors: [],
      LedgerErrors: [],
      RegionDown: [],
    });
  } finally {
    await prometheus.kill().catch(() => undefined);
    for (const one of pair) await one.stop().catch(() => undefined);
    await gauges.stop();
    await gateway.remove();
    other.remove();
  }
});
