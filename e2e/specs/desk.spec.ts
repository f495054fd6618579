import type { Page } from '@playwright/test';
import { seriousProblems } from '../harness/axe.ts';
import { expect, test } from '../harness/story.ts';

/** Everything here is done by keyboard. */

async function declare(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+d');
  await expect(page.getByTestId('declare-title')).toBeFocused();
  await page.getByTestId('declare-title').fill(title);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-header')).toContainText(title.slice(0, 5));
  await expect(page.getByTestId('declare-dialog')).toHaveCount(0);
}

/** Fills the fields of the form that is open and sends it. */
async function fillForm(page: Page, name: string, fields: Record<string, string>): Promise<void> {
  const form = page.getByTestId(`desk-form-${name}`);
  await expect(form).toBeVisible();
  for (const [field, text] of Object.entries(fields)) await form.getByTestId(field).fill(text);
  await page.keyboard.press('Control+Enter');
  await expect(form).toHaveCount(0);
}

/** Chooses one of a few values by arrow keys. */
async function choose(page: Page, group: string, value: string): Promise<void> {
  const option = page.getByTestId(`${group}-${value}`).getByRole('radio');
  await page.getByTestId(group).getByRole('radio', { checked: true }).first().focus();
  for (let press = 0; press < 5 && !(await option.isChecked()); press += 1) {
    await page.keyboard.press('ArrowRight');
  }
  await expect(option).toBeChecked();
}

async function task(page: Page, line: string): Promise<void> {
  await page.keyboard.press('q');
  await expect(page.getByTestId('task-line')).toBeFocused();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('task-line')).toHaveValue('');
  await page.keyboard.press('Escape');
}

test('a commander leads one incident by keyboard alone, from the size-up to the sign-off', async ({
  gateway,
  launchConnected,
}) => {
  test.setTimeout(120_000);
  await gateway.post('/api/v2/alerts', [
    { labels: { alertname: 'HighErrorRate', service: 'checkout', severity: 'critical' } },
    { labels: { alertname: 'SlowQueries', service: 'ledger-db', severity: 'warning' } },
  ]);
  const { page } = await launchConnected();
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.conditionOf('checkout') ?? null))
    .not.toBeNull();
  await declare(page, 'Checkout fails');
  await page.keyboard.press('Control+2');
  await expect(page.getByTestId('command-desk')).toBeVisible();

  // The size-up begins with what the alerts say.
  await page.keyboard.press('Shift+U');
  await expect(page.getByTestId('size-up-symptoms')).toHaveValue(/HighErrorRate/);
  await expect(page.getByTestId('size-up-scope')).toHaveValue(/checkout/);
  await fillForm(page, 'size-up', { 'size-up-symptoms': 'Every fifth payment fails' });
  await expect(page.getByTestId('desk-size-up')).toContainText('Every fifth payment fails');

  // A task by one line, the person completed by keyboard where known.
  await task(page, '@ada restart db-7 10m');
  const first = page.getByTestId('desk-task').first();
  await expect(first).toContainText('restart db-7');
  await expect(first).toContainText('not understood');
  await page.keyboard.press('q');
  await page.keyboard.type('@a');
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('task-line')).toHaveValue('@ada ');
  await page.keyboard.type('read the log 5m');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('desk-task')).toHaveCount(2);

  // Lines are walked by arrows, letters act: understood, more time, done.
  await page.keyboard.press('Escape');
  const row = page.getByTestId('desk-task').filter({ hasText: 'restart db-7' });
  await row.locator('[data-desk-row]').focus();
  await page.keyboard.press('u');
  await expect(row).not.toContainText('not understood');
  await page.keyboard.press('e');
  await fillForm(page, 'extend', { 'come-back-minutes': '20', 'come-back-text': 'still copying' });
  await expect(row).toContainText('extended once');
  await expect(row).toContainText(/(19|20):\d\d/);

  // A candidate, the poll, a strong objection that is overruled by name, and the task that follows.
  await page.keyboard.press('Shift+N');
  await expect(page.getByTestId('candidate-action')).toBeFocused();
  await choose(page, 'candidate-risk', 'high');
  await fillForm(page, 'candidate', {
    'candidate-action': 'Fail over the ledger to RZ02',
    'candidate-danger': 'a minute without writes',
    'candidate-undo': 'fail back',
  });
  const decision = page.getByTestId('desk-decision').first();
  await expect(decision).toContainText('High risk');
  await page.keyboard.press('Shift+O');
  await expect(decision.getByTestId('do-answer')).toBeVisible();
  await page.keyboard.press('Shift+O');
  await expect(page.getByTestId('answer-person')).toHaveValue('ada');
  await choose(page, 'answer-objection', 'strong');
  await fillForm(page, 'answer', { 'answer-reason': 'the replica lags' });
  await page.keyboard.press('Shift+D');
  const form = page.getByTestId('desk-form-take');
  await form.getByTestId('take-executor').fill('Bo');
  await form.getByTestId('take-reason').fill('the lag is two seconds, we can bear it');
  await page.keyboard.press('Control+Enter');
  await expect(form).toContainText('does not proceed while a strong objection stands');
  await form.getByTestId('take-overrule').getByRole('checkbox').focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('decision-sentence')).toContainText(
    'Polled for: Fail over the ledger to RZ02. Strong objections heard and overruled: ada. Proceeding. Bo executes.',
  );
  await page.keyboard.press('Control+Enter');
  await expect(form).toHaveCount(0);
  await expect(page.getByTestId('desk-task').filter({ hasText: 'Bo' })).toContainText('Fail over');
  await page.keyboard.press('Shift+V');
  await choose(page, 'verify-outcome', 'improved').catch(() => undefined);
  await page.getByTestId('verify-outcome-improved').getByRole('radio').focus();
  await page.keyboard.press('Space');
  await fillForm(page, 'verify', { 'verify-text': 'errors at 0.2 %' });
  await expect(decision).toContainText('improved');

  // What the experts say, and what may have caused it.
  await page.keyboard.press('Shift+R');
  await fillForm(page, 'report', {
    'report-from': 'ledger team',
    'report-condition': 'writes work again',
    'report-needs': 'a second pair of eyes',
  });
  await expect(page.getByTestId('desk-report-row')).toContainText('a second pair of eyes');
  await page.keyboard.press('Shift+Y');
  await fillForm(page, 'hypothesis', {
    'hypothesis-text': 'The disk of db-7 is full',
    'hypothesis-service': 'ledger-db',
  });
  const hypothesis = page.getByTestId('desk-hypothesis').first();
  await hypothesis.locator('[data-desk-row]').focus();
  await page.keyboard.press('e');
  await expect(page.getByTestId('evidence-fact').first()).toContainText('SlowQueries');
  await page.getByTestId('evidence-fact').first().getByRole('checkbox').focus();
  await page.keyboard.press('Space');
  await fillForm(page, 'evidence', { 'evidence-text': 'queries wait for the disk' });
  await expect(hypothesis.getByTestId('evidence-cited')).toHaveCount(1);
  await hypothesis.locator('[data-desk-row]').focus();
  await page.keyboard.press('v');
  await fillForm(page, 'judge', { 'judge-reason': 'df says 100 %' });
  await expect(hypothesis).toContainText('confirmed');

  await page.screenshot({ path: '/tmp/h/shots/desk-1.png' });
  expect(await seriousProblems(page)).toEqual([]);

  // All of it is on the timeline by itself.
  await page.getByTestId('rail-timeline').click();
  for (const kind of ['incident.sized-up', 'task.extended', 'decision.taken', 'report.given']) {
    await expect(
      page.locator(`[data-testid="timeline-entry"][data-kind="${kind}"]`).first(),
    ).toBeVisible();
  }
});
