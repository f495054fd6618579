import { join } from 'node:path';
import { statSync } from 'node:fs';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

test('first start: a name, the address and the token lead into the room; the token is kept only in a key store', async ({
  gateway,
  launch,
}) => {
  const { page } = await launch();
  await page.getByTestId('start-name').fill('Maya');
  await page.getByTestId('connect-address').fill(gateway.url);
  await page.getByTestId('connect-token').fill(TOKENS.maya);
  await page.getByTestId('connect-run').click();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'connected');
  // There is no key store here: it says that the token is gone with this run.
  await expect(page.getByTestId('banner-token')).toBeVisible();
});

test('first start: a wrong address and a wrong token are answered in words', async ({
  gateway,
  launch,
}) => {
  const { page } = await launch();
  await page.getByTestId('start-name').fill('Maya');
  await page.getByTestId('connect-address').fill('ftp://nowhere');
  await page.getByTestId('connect-token').fill('x'.repeat(20));
  await page.getByTestId('connect-run').click();
  await expect(page.getByTestId('connection')).toHaveCount(0);
  await page.getByTestId('connect-address').fill(gateway.url);
  await page.getByTestId('connect-run').click();
  await expect(page.getByTestId('banner-refused')).toBeVisible();
});

test('first start: the demo plays without a network and can be left; an exported incident opens read-only', async ({
  launch,
}) => {
  const first = await launch();
  await first.page.getByTestId('start-name').fill('Maya');
  await first.page.getByTestId('start-demo').click();
  await expect(first.page.getByTestId('banner-demo')).toBeVisible();
  await expect
    .poll(() => first.page.evaluate(() => window.__holdfastMap?.conditionOf('unit-router') ?? null))
    .not.toBeNull();
  const path = join(first.profile, 'demo.holdfast');
  await first.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  await first.page.keyboard.press('Control+e');
  await first.page.getByTestId('export-run').click();
  await expect
    .poll(() => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    .toBeGreaterThan(5_000);

  const second = await launch({ profile: join(first.profile, 'reader'), words: [path] });
  await expect(second.page.getByTestId('banner-bundle')).toBeVisible();
  await expect
    .poll(() =>
      second.page.evaluate(() => window.__holdfastMap?.conditionOf('unit-router') ?? null),
    )
    .not.toBeNull();
});
