import type { Page } from '@playwright/test';
import { scratchProfile } from '../harness/app.ts';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const LEDGER = `---
title: Ledger is slow
alerts: [LedgerSlow]
services: [ledger]
last-rehearsed: 2024-02-01
---

# Ledger is slow

## Count the shards {#count}

Look at the board.

Ask (number): How many shards are slow? 0 → end; >= 3 → agree; else → restart

## Agree on a fail-over {#agree}

Approve: database lead

## Let the writers drain {#drain}

- Wait: 2s
- Expect: no writer is left

## Restart the pool {#restart}

\`\`\`action
entry: restart-pool
shards: {{count}}
\`\`\`

## Write it down {#write}

Record: which shards were restarted
`;

const JOB = `- name: Rotate ledger keys
  notification: {onfailure: {email: {recipients: ops@example.org}}}
  sequence:
    commands:
      - description: Rotate
        exec: rotate --all
`;

const HOSTILE = `# <img src=x onerror="window.__owned = 1">

## <script>window.__owned = 1</script> \u202Egnp.exe

[click](javascript:window.__owned=1) ![x](https://evil.example/pixel.png) <b onclick="window.__owned=1">b</b>

- Expect: <svg onload=window.__owned=1>
`;

const file = (name: string, text: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(text),
});

async function importFiles(page: Page, ...files: ReturnType<typeof file>[]): Promise<void> {
  await page.getByTestId('runbook-files').setInputFiles(files);
  await expect(page.getByTestId('runbook-imports')).toBeVisible();
}

const stepOf = (page: Page, id: string) =>
  page.locator(`[data-testid="run-step"][data-step-id="${id}"]`).first();

test('R6, R7, R4 runbooks of other tools come in, are written on with a live preview, and reach the room', async ({
  gateway,
  launch,
  launchConnected,
}) => {
  await gateway.post('/api/v2/alerts', [
    { labels: { alertname: 'LedgerSlow', service: 'ledger', severity: 'critical' } },
    { labels: { alertname: 'Mystery', service: 'cart', severity: 'warning' } },
  ]);
  const { page } = await launchConnected();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.getByTestId('rail-runbooks').click();

  // A job of another tool, a file that is none, and a hostile one: each is told by its lines.
  await importFiles(
    page,
    file('rotate.yaml', JOB),
    file('broken.yaml', 'tasks: [\n'),
    file('Hostile.md', HOSTILE),
  );
  const read = page.getByTestId('imported-file');
  await expect(read).toHaveCount(3);
  await expect(read.nth(0)).toHaveAttribute('data-format', 'rundeck');
  await expect(read.nth(0).getByTestId('import-problem')).toHaveAttribute('data-line', '2');
  await expect(read.nth(1)).toHaveAttribute('data-format', 'unknown');
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByTestId('imports-publish').click();
  await expect(read.nth(0)).toContainText('published');
  await page.getByTestId('imports-close').click();
  await importFiles(page, file('rotate.yaml', JOB));
  await page.getByTestId('imports-publish').click();
  await expect(read.nth(0)).toContainText('unchanged');
  await page.getByTestId('imports-close').click();

  // A new one, by keyboard: what is wrong is named by its line, and the line is one press away.
  await page.keyboard.press('Alt+n');
  const text = page.getByTestId('editor-text');
  await expect(text).toBeFocused();
  await text.fill(LEDGER.replace('>= 3 → agree', '>= 3 → nowhere'));
  const problem = page.getByTestId('editor-problem');
  await expect(problem.first()).toHaveAttribute('data-line', '14');
  await problem.first().click();
  expect(
    await text.evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    ),
  ).toContain('nowhere');
  await text.fill(LEDGER);
  await expect(page.getByTestId('editor-fine')).toBeVisible();
  await expect(page.getByTestId('editor-preview')).toContainText('database lead');
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByTestId('editor-file-name').fill('ledger-slow.md');
  await page.getByTestId('editor-comment').fill('first version');
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('runbook-written-by')).toContainText('first version');

  // Another desk of the room holds the text, and may start with it.
  const elsewhere = scratchProfile();
  const other = await launch({
    profile: elsewhere.folder,
    gateway: { url: gateway.url, token: TOKENS.ren, person: 'Ren' },
  });
  await other.page.getByTestId('rail-runbooks').click();
  const there = other.page.locator('[data-testid="runbook-row"][data-runbook-id="ledger-slow"]');
  await expect(there).toHaveAttribute('data-held', 'true');
  await other.close();
  elsewhere.remove();

  // Found by a word of its text; the alert that nobody serves is named.
  await page.getByTestId('runbook-search').fill('shards writer board');
  await expect(page.getByTestId('runbook-row')).toHaveCount(1);
  await page.getByTestId('runbook-search').fill('');
  await page.getByRole('tab', { name: 'Coverage' }).click();
  await expect(page.getByTestId('coverage-summary')).toContainText('1 alert has no runbook');
  await expect(page.getByTestId('coverage-row').first()).toHaveAttribute(
    'data-alert-name',
    'Mystery',
  );
  expect(await seriousProblems(page)).toEqual([]);

  // Hostile text is text, in the library, the document and the editor.
  await page.getByRole('tab', { name: 'Library' }).click();
  await page.locator('[data-testid="runbook-row"][data-runbook-id="hostile"]').click();
  await expect(page.getByTestId('runbook-preview')).toContainText('<svg onload=');
  await page.keyboard.press('Alt+e');
  await expect(page.getByTestId('editor-preview')).toContainText('<script>');
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
  expect(requests.filter((url) => !/^(app|blob|data):/.test(url))).toEqual([]);
});

test('R2, R3, R5, R8 a run branches, waits, is re-ordered with a reason, handed over, survives a kill, and ends with what was left out', async ({
  gateway,
  launchConnected,
}) => {
  await gateway.post('/ingest/topology', {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    at: new Date().toISOString(),
    nodes: [{ name: 'ledger', zone: 'z1' }],
    edges: [],
  });
  const first = await launchConnected();
  await first.page.getByTestId('rail-runbooks').click();
  await importFiles(first.page, file('ledger-slow.md', LEDGER));
  await first.page.getByTestId('imports-publish').click();
  await expect(first.page.getByTestId('imported-file')).toContainText('published');
  await first.page.getByTestId('imports-close').click();

  // Offered where the service is looked at.
  await first.page.getByTestId('rail-map').click();
  const place = () =>
    first.page.evaluate(() => window.__holdfastMap?.screenPositionOf('ledger') ?? null);
  await expect.poll(place).not.toBeNull();
  const at = await place();
  await first.page.mouse.click(at?.x ?? 0, at?.y ?? 0);
  await first.page.getByTestId('map-runbook-start').first().click();
  const count = stepOf(first.page, 'count');
  await expect(count).toHaveAttribute('data-state', 'current');

  // What is no number is no answer; a number takes its branch.
  await count.getByTestId('step-typed').fill('many');
  await first.page.keyboard.press('Enter');
  await expect(count).toContainText('Type a number');
  await count.getByTestId('step-typed').fill('4');
  await first.page.keyboard.press('Enter');
  await expect(stepOf(first.page, 'agree')).toHaveAttribute('data-state', 'current');

  // An approval names who agreed.
  await stepOf(first.page, 'agree').getByTestId('step-done').click();
  await stepOf(first.page, 'agree').getByTestId('step-approver').fill('Ada');
  await first.page.keyboard.press('Enter');
  await expect(stepOf(first.page, 'drain')).toHaveAttribute('data-state', 'current');
  await expect(stepOf(first.page, 'drain').getByTestId('step-timer')).toBeVisible();

  // Out of its turn only with a reason.
  await stepOf(first.page, 'restart').locator('[data-step-head]').click();
  await stepOf(first.page, 'restart').getByTestId('step-done').click();
  await first.page.getByTestId('step-reason-confirm').click();
  await expect(stepOf(first.page, 'restart')).toContainText('Say it in a few words');
  await first.page.getByTestId('step-reason').fill('the pool died by itself');
  await first.page.keyboard.press('Enter');
  await expect(stepOf(first.page, 'restart')).toHaveAttribute('data-state', 'done');
  expect(await seriousProblems(first.page)).toEqual([]);

  // Somebody else goes on.
  await first.page.getByTestId('run-end').click();
  await first.page.getByRole('menuitem', { name: 'Hand over' }).click();
  await first.page.getByTestId('run-hand-over-to').fill('Ren');
  await first.page.getByTestId('run-hand-over-comment').fill('watch shard 3');
  await first.page.getByTestId('run-hand-over-confirm').click();
  await expect(first.page.getByTestId('run-held-by')).toContainText('Ren');
  await stepOf(first.page, 'drain').locator('[data-step-head]').click();
  await stepOf(first.page, 'drain').getByTestId('step-note').fill('still two writers');
  await first.page.waitForTimeout(1_500);
  await first.kill();

  const { page } = await launchConnected();
  await page.getByTestId('rail-runbooks').click();
  await expect(page.getByTestId('run-held-by').first()).toContainText('watch shard 3');
  await expect(stepOf(page, 'drain')).toHaveAttribute('data-state', 'current');
  // What was being written is still there, and the wait went on.
  await expect(stepOf(page, 'drain').getByTestId('step-note')).toHaveValue('still two writers');
  await expect(stepOf(page, 'drain').getByTestId('step-timer')).toHaveAttribute(
    'data-over',
    'true',
  );
  await stepOf(page, 'drain').getByTestId('step-skip').click();
  await expect(page.getByTestId('step-reason')).toHaveValue('still two writers');
  await page.getByTestId('step-reason-confirm').click();
  // The step that was taken before its turn counts now: the run goes on behind it.
  await expect(stepOf(page, 'write')).toHaveAttribute('data-state', 'current');
  await stepOf(page, 'write').getByTestId('step-done').click();
  await expect(stepOf(page, 'write')).toContainText('Write it down before');

  // The end names what was left out, and why.
  await page.getByTestId('run-end').click();
  await page.getByRole('menuitem', { name: 'Finish early' }).click();
  const leftOut = page.getByTestId('run-end-dialog').getByTestId('run-left-out');
  await expect(leftOut.locator('li')).toHaveCount(2);
  await page.getByTestId('run-end-confirm').click();
  const ended = page.getByTestId('run-ended');
  await expect(ended.locator('[data-step-id="drain"]')).toContainText('still two writers');
  await expect(ended.locator('[data-step-id="write"]')).toHaveAttribute('data-why', 'not-done');
  await expect(ended.getByTestId('run-reordered')).toContainText('the pool died by itself');
  expect(await seriousProblems(page)).toEqual([]);
});
