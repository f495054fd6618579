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

async function assign(page: Page, line: string): Promise<void> {
  await page.keyboard.press('q');
  await expect(page.getByTestId('task-line')).toBeFocused();
  await page.keyboard.insertText(line);
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
  await assign(page, '@ada restart db-7 10m');
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
  // All were heard: the decision is what is offered next.
  await expect(page.getByTestId('desk-step').first()).toHaveAttribute('data-code', 'take');
  await page.keyboard.press('j');
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
  await page.keyboard.press('Shift+J');
  await expect(page.getByTestId('desk-task')).toHaveCount(2);
  await page.keyboard.press('Shift+J');
  expect(await seriousProblems(page)).toEqual([]);

  // When it is over the call is signed off: that is offered by itself.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('Resolve incident');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('resolve-summary')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('desk-step').first()).toHaveAttribute('data-code', 'sign-off');
  await page.keyboard.press('j');
  await fillForm(page, 'sign-off', {
    'sign-off-remaining': 'ada watches the disk until noon',
    'sign-off-next': 'post-mortem on Tuesday',
  });
  await expect(page.getByTestId('desk-sign-off')).toContainText('post-mortem on Tuesday');

  // All of it is on the timeline by itself.
  await page.getByTestId('rail-timeline').click();
  // … and says what it is about.
  await expect(
    page.locator('[data-testid="timeline-entry"][data-kind="decision.taken"]'),
  ).toContainText('Fail over the ledger to RZ02');
  for (const kind of [
    'decision.taken',
    'report.given',
    'hypothesis.judged',
    'incident.signed-off',
  ]) {
    await expect(
      page.locator(`[data-testid="timeline-entry"][data-kind="${kind}"]`).first(),
    ).toBeVisible();
  }
});

const HOSTILE =
  '<img src=x onerror="window.__owned = 1"><script>window.__owned = 1</script>\u202Egpj.exe\u2066 \u200B' +
  'W'.repeat(3_800);

test('S-08 hostile text in every field of the desk is text and breaks no layout, and eight who report to one are too many', async ({
  launchConnected,
}) => {
  test.setTimeout(120_000);
  const { page } = await launchConnected();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await declare(page, 'Checkout fails');
  await page.keyboard.press('Control+2');

  await page.keyboard.press('Shift+U');
  await fillForm(page, 'size-up', { 'size-up-symptoms': HOSTILE, 'size-up-scope': HOSTILE });
  await page.keyboard.press('Shift+N');
  await fillForm(page, 'candidate', {
    'candidate-action': HOSTILE,
    'candidate-danger': HOSTILE,
    'candidate-expected': HOSTILE,
    'candidate-undo': HOSTILE,
  });
  await expect(page.getByTestId('desk-decision')).toHaveCount(1);
  await page.keyboard.press('Shift+O');
  await expect(page.getByTestId('do-take')).toBeVisible();
  await page.keyboard.press('Shift+O');
  await fillForm(page, 'answer', { 'answer-person': HOSTILE, 'answer-reason': HOSTILE });
  await page.keyboard.press('Shift+D');
  await fillForm(page, 'take', { 'take-executor': HOSTILE, 'take-reason': HOSTILE });
  const task = page.getByTestId('desk-task');
  await expect(task).toHaveCount(1);
  await task.locator('[data-desk-row]').focus();
  await page.keyboard.press('r');
  await fillForm(page, 'task-report', { 'come-back-text': HOSTILE });
  await page.keyboard.press('Shift+V');
  await page.getByTestId('verify-outcome-worse').getByRole('radio').focus();
  await page.keyboard.press('Space');
  await fillForm(page, 'verify', { 'verify-text': HOSTILE });
  await page.keyboard.press('Shift+R');
  await fillForm(page, 'report', {
    'report-from': HOSTILE,
    'report-condition': HOSTILE,
    'report-actions': HOSTILE,
    'report-needs': HOSTILE,
  });
  await page.keyboard.press('Shift+Y');
  await fillForm(page, 'hypothesis', { 'hypothesis-text': HOSTILE, 'hypothesis-service': HOSTILE });
  const hypothesis = page.getByTestId('desk-hypothesis').locator('[data-desk-row]');
  await hypothesis.focus();
  await page.keyboard.press('e');
  await fillForm(page, 'evidence', { 'evidence-text': HOSTILE });
  await hypothesis.focus();
  await page.keyboard.press('v');
  await fillForm(page, 'judge', { 'judge-reason': HOSTILE });

  for (const name of ['bo', 'chen', 'dara', 'eli', 'fay', 'gus', 'hal']) {
    await assign(page, `@${name} look at ${HOSTILE} 5m`);
  }
  await expect(page.getByTestId('desk-span')).toContainText('more than 7');
  await expect(page.getByTestId('desk-step').first()).toHaveAttribute('data-code', 'span');
  await page.keyboard.press('j');
  await page.getByTestId('desk-form-team').getByRole('checkbox').nth(3).focus();
  await page.keyboard.press('Space');
  await fillForm(page, 'team', {
    'team-name': HOSTILE,
    'team-lead': 'bo',
    'team-mission': HOSTILE,
  });
  await expect(page.getByTestId('desk-span-row')).toHaveCount(2);
  await expect(page.getByTestId('desk-span')).not.toContainText('more than 7');

  await page.screenshot({ path: '/tmp/h/shots/desk-2.png' });
  await expect(page.getByTestId('desk-hypothesis')).toContainText('⟨U+202E⟩');
  const tooWide = await page.evaluate(() =>
    [...document.querySelectorAll('body, [data-testid="command-desk"] section > div')]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.parentElement?.getAttribute('data-testid') ?? element.tagName),
  );
  expect(tooWide).toEqual([]);
  expect(await seriousProblems(page)).toEqual([]);
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
  expect(requests.filter((url) => !url.startsWith('app://holdfast/'))).toEqual([]);
});
