import { intendedFuses, readFuses, wrongFuses } from '../../scripts/fuses.ts';
import { launchPackaged, packagedExecutable } from '../harness/packaged.ts';
import { expect, test } from '../harness/story.ts';

test('the package has the fuses that the release is meant to have', async () => {
  expect(wrongFuses(await readFuses(packagedExecutable), intendedFuses)).toEqual([]);
});

test('the package: declare, work through a runbook, restart, and all of it is there', async ({
  profile,
}) => {
  const first = await launchPackaged(profile);
  const { page } = first;
  await page.getByTestId('start-name').fill('Maya');
  await page.getByTestId('start-alone').click();
  await expect(page.getByTestId('connection')).toBeVisible();
  await page.keyboard.press('Control+d');
  const dialog = page.getByTestId('declare-dialog');
  await expect(dialog).toBeVisible();
  await page.getByTestId('declare-title').fill('Payments fail in RZ02');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-header')).toContainText('Payments fail in RZ02');
  await page.getByTestId('rail-runbooks').click();
  await page.locator('[data-runbook-id="connection-pool-exhaustion"]').first().click();
  await page.getByTestId('start-run').first().click();
  const current = page.locator('[data-testid="run-step"][data-state="current"]').first();
  await current.getByTestId('step-done').click();
  await expect(page.locator('[data-testid="run-step"][data-state="done"]').first()).toBeVisible();
  await first.close();

  const second = await launchPackaged(profile);
  await expect(second.page.getByTestId('incident-header')).toContainText('Payments fail in RZ02');
  await second.page.getByTestId('rail-runbooks').click();
  await expect(
    second.page.locator('[data-testid="run-step"][data-state="done"]').first(),
  ).toBeVisible();
  await second.close();
});
