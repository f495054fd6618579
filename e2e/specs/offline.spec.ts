import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const VIEWS = ['desk', 'map', 'alerts', 'timeline', 'runbooks', 'sources', 'record'] as const;

async function writeNote(page: Page, text: string): Promise<void> {
  await page.getByTestId('rail-timeline').click();
  const line = page.getByTestId('note-input').first();
  await line.fill(text);
  await line.press('Enter');
  await expect(
    page.locator('[data-testid="timeline-entry"][data-kind="note.written"]', { hasText: text }),
  ).toBeVisible();
}

test('C3 with gateway, sources and network dead everything goes on, and what was written is sent once', async ({
  gateway,
  launch,
  launchConnected,
}) => {
  test.setTimeout(180_000);
  // The whole run lives where there is nothing but loopback.
  if (process.env['HOLDFAST_NETNS'] === '1') {
    expect(Object.keys(networkInterfaces())).toEqual(['lo']);
  }
  await gateway.post('/ingest/topology', {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    nodes: ['checkout', 'ledger', 'ledger-db'].map((name) => ({ name, zone: 'z1' })),
    edges: [
      { from: 'checkout', to: 'ledger' },
      { from: 'ledger', to: 'ledger-db' },
    ],
  });
  const connected = await launchConnected();
  await expect
    .poll(() => connected.page.evaluate(() => window.__holdfastMap?.conditionOf('ledger')))
    .not.toBeNull();

  // A burst, and the gateway dies in the middle of it.
  const alert = (number: number) => ({
    labels: {
      alertname: `Burst${number}`,
      service: number % 2 === 0 ? 'checkout' : 'ledger',
      severity: 'critical',
    },
  });
  const posts = Array.from({ length: 40 }, (_, post) =>
    gateway
      .post(
        '/api/v2/alerts',
        Array.from({ length: 25 }, (__, index) => alert(post * 25 + index)),
      )
      .then(
        ({ status }) => status === 200,
        () => false,
      ),
  );
  await Promise.any(posts.map(async (post) => ((await post) ? true : Promise.reject(new Error()))));
  await gateway.kill();
  const acknowledged = (await Promise.all(posts)).filter(Boolean).length * 25;
  expect(acknowledged).toBeGreaterThan(0);
  await expect(connected.page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  await connected.kill();

  // Started again with everything dead: the last known state, marked with its age.
  const desk = await launch({
    gateway: { url: gateway.url, token: TOKENS.maya, person: 'Maya' },
  });
  const { page } = desk;
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.conditionOf('checkout')))
    .not.toBeNull();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  await expect(page.getByTestId('banner-offline')).toBeVisible();
  for (const view of VIEWS) {
    await page.getByTestId(`rail-${view}`).click();
    await expect(page.getByTestId(`rail-${view}`)).toHaveAttribute('aria-current', 'page');
  }

  await writeNote(page, 'gateway is gone, working from the desk');
  await page.keyboard.press('Escape');
  await page.getByTestId('rail-runbooks').click();
  await page.locator('[data-runbook-id="connection-pool-exhaustion"]').first().click();
  await page.getByTestId('start-run').first().click();
  const step = page.locator('[data-testid="run-step"][data-state="current"]').first();
  await expect(step).toBeVisible();
  await step.getByTestId('step-done').click();
  await expect(page.locator('[data-testid="run-step"][data-state="done"]')).toHaveCount(1);
  await writeNote(page, 'first step done');
  await expect(page.getByTestId('outbox')).toContainText('4');
  const unsent = page.locator('[data-testid="timeline-entry"] [data-sent="pending"]');
  await expect(unsent.first()).toBeVisible();

  // An export works as well.
  const path = join(desk.profile, 'offline.holdfast');
  await desk.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  await page.keyboard.press('Control+e');
  await page.getByTestId('export-run').click();
  await expect
    .poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    .toBeGreaterThan(500);

  // The gateway is back: everything is sent, once, in order.
  await gateway.restart();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'connected', {
    timeout: 30_000,
  });
  await expect(page.getByTestId('outbox')).toHaveCount(0);
  const other = await launch({
    profile: join(desk.profile, 'other-desk'),
    gateway: { url: gateway.url, token: TOKENS.ren, person: 'Ren' },
  });
  await other.page.getByTestId('rail-timeline').click();
  const people = other.page.locator(
    '[data-testid="timeline-entry"][data-kind^="note."], [data-testid="timeline-entry"][data-kind^="run."]',
  );
  await expect(people).toHaveCount(4);
  await expect(people.nth(0)).toContainText('gateway is gone');
  await expect(people.nth(1)).toHaveAttribute('data-kind', 'run.started');
  await expect(people.nth(2)).toHaveAttribute('data-kind', 'run.step-recorded');
  await expect(people.nth(3)).toContainText('first step done');
});
