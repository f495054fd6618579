import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { projectFolder } from '../../scripts/cache.ts';
import { expect, test } from '../harness/story.ts';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS, type GatewayProcess } from '../harness/gateway.ts';

/** The record as the commander sees it: damaged and refilled, copied, searched, and with a gap. */

const pictures = join(projectFolder, 'test-results', 'screenshots');
const PAGE_BYTES = 4_096;

test.beforeAll(() => void mkdirSync(pictures, { recursive: true }));

/** Alerts of many services, so that the journal has pages to lose. */
async function fill(gateway: GatewayProcess, from: number, count: number): Promise<void> {
  for (let first = from; first < from + count; first += 100) {
    const answer = await gateway.post(
      '/api/v2/alerts',
      Array.from({ length: Math.min(100, from + count - first) }, (_, index) => ({
        labels: {
          alertname: `PoolFull${first + index}`,
          service: `ledger-${(first + index) % 40}`,
          severity: index % 3 === 0 ? 'critical' : 'warning',
          instance: `ledger-${(first + index) % 40}-0:9090`,
        },
        annotations: { summary: `no free connection in pool ${first + index} for 60 s` },
      })),
    );
    expect(answer.status).toBe(200);
  }
}

async function factsShown(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { holdfast } = window as unknown as {
      holdfast: {
        post(message: unknown): void;
        onMessage(listener: (message: unknown) => void): () => void;
      };
    };
    const id = 910_000_000 + Math.floor(Math.random() * 1_000_000);
    const answer = new Promise<{ files: { facts: number }[] }>((resolve) => {
      const stop = holdfast.onMessage((message) => {
        const frame = message as { id?: number; body?: { files: { facts: number }[] } };
        if (frame.id !== id || frame.body === undefined) return;
        stop();
        resolve(frame.body);
      });
    });
    holdfast.post({ type: 'ask', id, name: 'record.read', body: {} });
    return (await answer).files.reduce((sum, file) => sum + file.facts, 0);
  });
}

/** Overwrites pages in the middle of a journal that nobody has open. */
function damage(profile: string): void {
  const path = join(profile, 'rooms', 'live', 'journal-0001.sqlite');
  const pages = Math.floor(statSync(path).size / PAGE_BYTES);
  const file = openSync(path, 'r+');
  for (const place of [0.4, 0.5, 0.6]) {
    const offset = Math.floor(pages * place) * PAGE_BYTES;
    writeSync(file, new Uint8Array(PAGE_BYTES), 0, PAGE_BYTES, offset);
  }
  closeSync(file);
  // Without the rolling copies nobody but the gateway has what was lost.
  rmSync(join(profile, 'copies'), { recursive: true, force: true });
}

test('R-12 a damaged journal is salvaged, says so, and the gateway gives back the rest', async ({
  gateway,
  launchConnected,
  profile,
}) => {
  test.setTimeout(240_000);
  await fill(gateway, 0, 600);
  const first = await launchConnected();
  await expect.poll(() => factsShown(first.page), { timeout: 30_000 }).toBeGreaterThan(600);
  await first.page.getByTestId('rail-timeline').click();
  await first.page.getByTestId('note-input').fill('before the damage');
  await first.page.getByTestId('note-input').press('Enter');
  await expect(first.page.locator('[data-kind="note.written"]')).toHaveCount(1);
  await expect(first.page.getByTestId('outbox')).toHaveCount(0);
  const before = await factsShown(first.page);
  await first.close();
  damage(profile);

  const { page } = await launchConnected();
  await expect(page.getByTestId('banner-salvaged')).toBeVisible();
  await page.screenshot({ path: join(pictures, 'salvaged-desk.png') });
  await page.getByTestId('banner-salvaged').getByTestId('banner-to-record').click();
  await expect(page.getByTestId('record-salvage')).toBeVisible();
  await page.getByTestId('record-salvage').locator('summary').click();
  await expect(page.getByTestId('record-report')).not.toBeEmpty();
  expect(await seriousProblems(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, 'salvaged-record.png') });
  expect(
    readdirSync(join(profile, 'rooms', 'live')).filter((name) => name.startsWith('damaged-')),
  ).toHaveLength(1);

  // What was lost comes from the gateway, and every row is looked at again.
  await expect.poll(() => factsShown(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(before);
  await expect(page.getByTestId('record-verdict')).toHaveAttribute('data-verdict', 'whole', {
    timeout: 60_000,
  });
  await page.screenshot({ path: join(pictures, 'refilled-record.png') });
  await page.getByTestId('rail-timeline').click();
  await expect(page.locator('[data-kind="note.written"]')).toHaveCount(1);

  // Told once: who closed it does not see it again.
  await page.getByTestId('salvaged-dismiss').click();
  await expect(page.getByTestId('banner-salvaged')).toHaveCount(0);
});

test('R-18 a backup and a copy are taken and opened from the window', async ({
  gateway,
  launchConnected,
  profile,
}) => {
  test.setTimeout(180_000);
  await fill(gateway, 0, 50);
  const { page, evaluate } = await launchConnected();
  await expect.poll(() => factsShown(page)).toBeGreaterThan(50);
  await page.keyboard.press('Control+8');
  await expect(page.getByTestId('record-view')).toBeVisible();

  const target = join(profile, 'usb');
  mkdirSync(target);
  const choose = (path: string): Promise<void> =>
    evaluate(({ dialog }, filePath) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    }, path);
  await choose(target);
  await page.getByTestId('record-backup').click();
  await expect.poll(() => readdirSync(target).length, { timeout: 30_000 }).toBe(1);
  const [made = ''] = readdirSync(target);
  await expect(page.getByRole('status').filter({ hasText: 'Backed up' }).first()).toBeVisible();

  await choose(join(target, made));
  await page.getByTestId('record-open-folder').click();
  await expect(page.getByTestId('banner-bundle')).toBeVisible({ timeout: 30_000 });
  await page.getByTestId('leave-room').click();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'connected');

  await page.getByTestId('rail-record').click();
  await page.getByTestId('record-copy').click();
  await expect(page.getByTestId('record-open-point').first()).toBeVisible({ timeout: 30_000 });
  await page.getByTestId('record-open-point').first().click();
  await expect(page.getByTestId('banner-bundle')).toBeVisible({ timeout: 30_000 });
  await page.getByTestId('rail-alerts').click();
  await expect(page.getByTestId('alert-row').first()).toBeVisible();
  await page.getByTestId('leave-room').click();
  await expect(page.getByTestId('banner-bundle')).toHaveCount(0);
});

test('words are found in all of the record, and lead to their moment', async ({
  gateway,
  launchConnected,
}) => {
  test.setTimeout(180_000);
  await fill(gateway, 0, 250);
  const { page } = await launchConnected();
  await expect.poll(() => factsShown(page)).toBeGreaterThan(250);
  await page.getByTestId('rail-timeline').click();
  await page.getByTestId('note-input').fill('traffic of unit-2 drained to unit-1');
  await page.getByTestId('note-input').press('Enter');
  await expect(page.locator('[data-kind="note.written"]')).toHaveCount(1);

  // By the palette, from anywhere.
  await page.keyboard.press('Escape');
  await page.getByTestId('rail-map').click();
  const found = page.getByTestId('palette').locator('[id^="palette-entry-"]');
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Control+k');
        await page.getByTestId('palette-input').fill('drained');
        await page.waitForTimeout(700);
        const count = await found.count();
        if (count === 0) await page.keyboard.press('Escape');
        return count;
      },
      { timeout: 30_000 },
    )
    .toBe(1);
  await found.first().click();
  await expect(page.getByTestId('position')).not.toHaveAttribute('data-mode', 'live');
  await expect(page.getByTestId('entry-card')).toContainText('drained to unit-1');
  await page.keyboard.press('l');

  // By the search: newest first, older ones on demand.
  await page.keyboard.press('Control+f');
  await page.getByTestId('search-text').fill('connection pool');
  await expect(page.getByTestId('search-panel')).toContainText('the newest 100 found');
  expect(await seriousProblems(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, 'search.png') });
  await page.getByTestId('search-more').click();
  await expect(page.getByTestId('search-panel')).toContainText('the newest 200 found');
  await page.getByTestId('search-more').click();
  await expect(page.getByTestId('search-panel')).toContainText('250 found');
  await page.getByTestId('search-text').press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('search-panel')).toHaveCount(0);
  await expect(page.getByTestId('entry-card')).toContainText('no free connection');
});

test('R-08 a gateway that lost its journal shows as a gap, and the desk heals it', async ({
  gateway,
  launchConnected,
}) => {
  test.setTimeout(180_000);
  await fill(gateway, 0, 100);
  const { page } = await launchConnected();
  await expect.poll(() => factsShown(page)).toBeGreaterThan(100);
  await gateway.kill();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  for (const name of readdirSync(join(gateway.folder, 'data'))) {
    if (name.startsWith('gateway.db')) rmSync(join(gateway.folder, 'data', name));
  }
  await gateway.restart();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'connected', {
    timeout: 60_000,
  });
  await page.getByTestId('rail-record').click();
  await expect(page.getByTestId('record-gaps').locator('li')).toHaveAttribute(
    'data-healed',
    'true',
    { timeout: 30_000 },
  );
  await page.getByTestId('rail-timeline').click();
  await expect(page.getByTestId('gap-band').first()).toHaveAttribute('data-healed', 'true');
  await expect(page.getByTestId('timeline-gap').first()).toHaveAttribute('data-healed', 'true');
  await expect(page.getByTestId('banner-gap-healed')).toBeVisible();
  expect(await seriousProblems(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, 'gap-healed.png') });
});

test('R-05 a disk that is almost full is told, a note is still kept, and the feed goes on when there is space', async ({
  gateway,
  launch,
}) => {
  test.setTimeout(180_000);
  await fill(gateway, 0, 100);
  const { page, profile, evaluate } = await launch({
    disk: '260m',
    gateway: { url: gateway.url, token: TOKENS.maya, person: 'Maya' },
  });
  await expect.poll(() => factsShown(page)).toBeGreaterThan(100);

  /** Inside the application's own mount, which nobody else sees. */
  const fillDisk = (leaveBytes: number | null): Promise<void> =>
    evaluate(
      async (_electron, [folder, leave]) => {
        const fs = process.getBuiltinModule('node:fs');
        const path = `${folder}/somebody-elses-file`;
        fs.rmSync(path, { force: true });
        if (leave === null) return;
        const { bavail, bsize } = fs.statfsSync(folder);
        fs.writeFileSync(path, new Uint8Array(Math.max(0, bavail * bsize - leave)));
      },
      [profile, leaveBytes] as [string, number | null],
    );
  await fillDisk(40_000_000);
  await expect(page.getByTestId('banner-space')).toBeVisible();
  // It is this desk that lets the feed wait: nobody is to look for a fault of the gateway.
  await expect(page.getByTestId('connection')).toContainText('Feed waits');
  await expect(page.getByTestId('banner-offline')).toHaveCount(0);
  expect(await seriousProblems(page)).toEqual([]);
  await page.screenshot({ path: join(pictures, 'disk-almost-full.png') });
  await page.getByTestId('note-input').first().fill('the disk of this desk is full');
  await page.getByTestId('note-input').first().press('Enter');
  await expect(page.locator('[data-kind="note.written"]')).toHaveCount(1);

  await fill(gateway, 100, 100);
  await fillDisk(null);
  await expect(page.getByTestId('banner-space')).toHaveCount(0);
  await expect.poll(() => factsShown(page), { timeout: 30_000 }).toBeGreaterThan(200);
  await expect(page.getByTestId('outbox')).toHaveCount(0);
});
