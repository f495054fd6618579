import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

/** A PNG of one colour (W3C PNG 3). */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.alloc(1 + width * 3, 0x60);
  row[0] = 0;
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Pastes into what has the keyboard, as the system's clipboard would. */
async function paste(
  page: Page,
  what: { file?: { name: string; type: string; bytes: Buffer }; text?: string },
): Promise<void> {
  await page.evaluate(
    ({ file, text }) => {
      const data = new DataTransfer();
      if (file) {
        const bytes = Uint8Array.from(atob(file.base64), (sign) => sign.charCodeAt(0));
        data.items.add(new File([bytes], file.name, { type: file.type }));
      }
      if (text !== undefined) data.setData('text/plain', text);
      const target = document.activeElement ?? document.body;
      target.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    {
      file: what.file && {
        name: what.file.name,
        type: what.file.type,
        base64: what.file.bytes.toString('base64'),
      },
      text: what.text,
    },
  );
}

/** Drops a file on an element, as the system would. */
async function drop(page: Page, on: string, file: { name: string; text: string }): Promise<void> {
  await page.evaluate(
    ({ selector, name, text }) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      document
        .querySelector(selector)
        ?.dispatchEvent(
          new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
        );
    },
    { selector: on, ...file },
  );
}

test('what was seen: attached offline, commented, moved, and at the other desk when the gateway is back', async ({
  gateway,
  launch,
}) => {
  test.setTimeout(120_000);
  const maya = await launch({
    gateway: { url: gateway.url, token: TOKENS.maya, person: 'Maya' },
  });
  const { page } = maya;
  await page.getByTestId('rail-timeline').click();
  await page.keyboard.press('n');
  await page.keyboard.type('pool at its limit');
  await page.keyboard.press('Enter');
  const note = page.locator('[data-testid="timeline-entry"][data-kind="note.written"]');
  await expect(note).toContainText('pool at its limit');
  await expect(note.locator('[data-sent="sent"]')).toBeVisible();

  await gateway.kill();
  await note.click();
  await page.getByTestId('timeline-list').focus();
  const bytes = png(640, 400);
  await paste(page, { file: { name: '../../‮panel.png', type: 'image/png', bytes } });
  await expect(page.getByTestId('attach-dialog')).toBeVisible();
  await expect(page.getByTestId('attach-target')).toContainText('pool at its limit');
  expect(await seriousProblems(page)).toEqual([]);
  await page.keyboard.type('connections of ledger');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('attach-dialog')).toBeHidden();
  const card = page.getByTestId('entry-card');
  const attachment = card.getByTestId('attachment');
  await expect(attachment).toHaveAttribute('data-name', 'panel.png');
  await expect(attachment.locator('[data-sent="pending"]')).toBeVisible();
  await expect(note.getByTestId('entry-evidence').locator('canvas')).toHaveAttribute(
    'data-state',
    'shown',
  );

  await page.keyboard.press('Shift+K');
  await page
    .getByTestId('comments-dialog')
    .getByTestId('comment-text')
    .fill('this was the wrong pool');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('comments-dialog').getByTestId('comment')).toHaveCount(1);
  await page.keyboard.press('Escape');

  await page.keyboard.press('Shift+V');
  await expect(page.getByTestId('evidence-viewer').locator('canvas')).toHaveAttribute(
    'data-state',
    'shown',
  );
  expect(await seriousProblems(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('evidence-viewer')).toBeHidden();

  await page.keyboard.press('c');
  await page.getByTestId('correction-time').fill('-5m');
  await page.getByTestId('correction-reason').fill('read from the graph');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('correction-dialog')).toBeHidden();
  await expect(note).toContainText('moved');
  expect(await seriousProblems(page)).toEqual([]);

  await gateway.restart();
  await expect(attachment.locator('[data-sent="sent"]')).toBeVisible({ timeout: 30_000 });
  const ren = await launch({
    profile: join(maya.profile, 'other-desk'),
    gateway: { url: gateway.url, token: TOKENS.ren, person: 'Ren' },
  });
  await ren.page.getByTestId('rail-timeline').click();
  const theirs = ren.page.locator('[data-testid="timeline-entry"][data-kind="note.written"]');
  await expect(theirs.getByTestId('entry-comment')).toContainText('this was the wrong pool');
  await expect(theirs.getByTestId('entry-evidence').locator('canvas')).toHaveAttribute(
    'data-state',
    'shown',
    { timeout: 20_000 },
  );
});

const LOG = `[09:10] ada: <img src=x onerror="window.__owned = 1">
[09:11] bo: pool is full
second line
[25:00] bo: no such time
[09:12] ren: ‮restarted db-7`;

test('a log that is pasted: read, shown, kept once, taken back; and evidence of a step', async ({
  launch,
}) => {
  test.setTimeout(120_000);
  const { page } = await launch();
  await page.getByTestId('start-name').fill('Maya');
  await page.getByTestId('start-alone').click();
  await page.getByTestId('rail-timeline').click();

  // Lines that a single line cannot hold are read as the log that they are.
  await page.keyboard.press('n');
  await paste(page, { text: LOG });
  const dialog = page.getByTestId('import-dialog');
  await expect(dialog.getByTestId('import-preview').locator('tbody tr')).toHaveCount(3);
  await expect(dialog.getByTestId('import-problems')).toContainText('Line 4');
  await dialog.getByTestId('import-day').fill('2026-03-01');
  await expect(dialog.getByTestId('import-preview')).toContainText('2026-03-01');
  expect(await seriousProblems(page)).toEqual([]);
  await dialog.getByTestId('import-text').focus();
  await page.keyboard.press('Control+Enter');
  await expect(dialog).toBeHidden();
  await page.getByTestId('window-all').click();
  const imported = page.locator('[data-testid="timeline-entry"][data-kind="note.imported"]');
  await expect(imported).toHaveCount(3);
  await expect(imported.first()).toContainText('<img src=x');

  await page.keyboard.press('Alt+Shift+L');
  await dialog.getByTestId('import-text').fill(LOG);
  await dialog.getByTestId('import-day').fill('2026-03-01');
  await dialog.getByTestId('import-save').click();
  await expect(page.getByText('Nothing new in it')).toBeVisible();
  await expect(imported).toHaveCount(3);
  await dialog.getByTestId('import-withdraw').click();
  await dialog.getByTestId('import-reason').fill('wrong day');
  await page.keyboard.press('Enter');
  await expect(dialog.getByTestId('import-row')).toContainText('withdrawn by');
  await page.keyboard.press('Escape');
  await expect(imported).toHaveCount(0);

  // A picture of this window, and a text that is dropped, as evidence of the step of a run.
  await page.getByTestId('rail-runbooks').click();
  await page.locator('[data-runbook-id="connection-pool-exhaustion"]').first().click();
  await page.getByTestId('start-run').first().click();
  const step = page.locator('[data-testid="run-step"][data-state="current"]').first();
  await expect(step.getByTestId('step-evidence')).toBeVisible();
  await page.keyboard.press('Control+Shift+X');
  const attach = page.getByTestId('attach-dialog');
  await expect(attach).toBeVisible();
  await page.keyboard.type('before');
  await page.keyboard.press('Enter');
  await expect(attach).toBeHidden();
  await expect(step.getByTestId('attachment')).toHaveCount(1);
  await drop(page, '[data-state="current"] [data-testid="step-evidence"]', {
    name: 'pool.svg',
    text: '<svg xmlns="http://www.w3.org/2000/svg" onload="window.__owned = 1"/>',
  });
  await expect(attach).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(step.getByTestId('attachment')).toHaveCount(2);
  await drop(page, '[data-state="current"] [data-testid="step-evidence"]', {
    name: 'x.exe',
    text: 'MZ\u0000\u0001',
  });
  await expect(attach).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('x.exe was not attached')).toBeVisible();
  await page.keyboard.press('Escape');
  await step.getByTestId('attachment').nth(1).click();
  await expect(page.getByTestId('evidence-text')).toContainText('<svg');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('evidence-viewer').locator('canvas')).toHaveAttribute(
    'data-state',
    'shown',
  );
  await page.keyboard.press('Escape');
  await step.getByTestId('step-done').click();
  await page.getByTestId('rail-timeline').click();
  const recorded = page.locator('[data-testid="timeline-entry"][data-kind="run.step-recorded"]');
  await expect(recorded).toHaveCount(1);

  // A file of Timesketch that is dropped anywhere: it says its days and zones itself.
  await drop(page, 'body', {
    name: 'triage.jsonl',
    text: '{"message":"login","datetime":"2026-03-01T10:00:00Z","timestamp_desc":"Logon"}\n[]\n',
  });
  await expect(dialog.getByTestId('import-preview').locator('tbody tr')).toHaveCount(1);
  await expect(dialog.getByTestId('import-problems')).toContainText('Line 2');
  await expect(dialog.getByTestId('import-day')).toHaveCount(0);
  await dialog.getByTestId('import-save').click();
  await expect(imported).toHaveCount(1);
  await expect(imported).toContainText('login · Logon');
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
});
