import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { seriousProblems } from '../harness/axe.ts';
import { expect, test } from '../harness/story.ts';

const HOSTILE = '<img src=x onerror="window.__owned=1">\u202Egpj.exe\u200B';
const DAY_MS = 86_400_000;

interface Hook {
  readonly url: string;
  readonly heard: { key: string; body: { text: string; audience: string } }[];
  up(): Promise<void>;
  down(): Promise<void>;
}

/** A chat's webhook that is there or not, always under the same address. */
async function startHook(): Promise<Hook> {
  const heard: Hook['heard'] = [];
  let server: Server | null = null;
  let port = 0;
  const up = async (): Promise<void> => {
    const made = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        heard.push({
          key: String(request.headers['idempotency-key']),
          body: JSON.parse(body) as Hook['heard'][number]['body'],
        });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
    port = (made.address() as AddressInfo).port;
    server = made;
  };
  const down = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    server = null;
  };
  await up();
  await down();
  return { url: `http://127.0.0.1:${port}/hook`, heard, up, down };
}

function stamp(moment: number): string {
  return new Date(moment).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

function rota(now: number, rule: string): string {
  return [
    'BEGIN:VCALENDAR',
    'X-WR-CALNAME:Payments',
    'BEGIN:VEVENT',
    'UID:1',
    `DTSTART:${stamp(now - 10 * DAY_MS)}`,
    `DTEND:${stamp(now - 9 * DAY_MS)}`,
    rule,
    'SUMMARY:On Call - Ada Lovelace - Payments',
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n');
}

/** What just became enabled fades in: its contrast is that of the end. */
async function expectClean(page: Page): Promise<void> {
  await expect.poll(() => seriousProblems(page)).toEqual([]);
}

/** A dialog that goes takes keys until it is gone. */
async function expectClosed(page: Page, dialog: string): Promise<void> {
  await expect(page.getByTestId(dialog)).toHaveCount(0);
}

async function importPeople(page: Page, text: string): Promise<void> {
  await page.keyboard.press('i');
  await page.getByTestId('people-import-text').fill(text);
}

test('H1 H3 H5 S-08 by keyboard: contacts, roll call, a promise to executives, an update that waits for its webhook over a restart, one to the public', async ({
  launchConnected,
  profile,
}) => {
  test.setTimeout(180_000);
  const hook = await startHook();
  let desktop = await launchConnected();
  let { page } = desktop;
  await page.keyboard.press('Control+d');
  await page.getByTestId('declare-title').fill('Checkout is slow');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-header')).toContainText('Checkout is slow');

  // Contacts: what is wrong is named by its line and nothing of it comes in; then both files do.
  await page.keyboard.press('Control+Shift+L');
  await importPeople(page, rota(Date.now(), 'RRULE:FREQ=SECONDLY'));
  await expect(page.getByTestId('people-problem')).toContainText('7');
  await expect(page.getByTestId('people-import-run')).toBeDisabled();
  await page.getByTestId('people-import-text').fill(rota(Date.now(), 'RRULE:FREQ=DAILY'));
  await expect(page.getByTestId('people-import-fine')).toBeVisible();
  await expectClean(page);
  await page.keyboard.press('Control+Enter');
  await expectClosed(page, 'people-import-dialog');
  const table = `name,team,phone,mail\nAda Lovelace,Payments,+49 30 110,ada@example.org\nMaya,Command,+49 30 112,maya@example.org\n"${HOSTILE.replaceAll('"', '""')}",${HOSTILE.replaceAll(/[",]/g, '')},999,\n`;
  await importPeople(page, table);
  await expect(page.getByTestId('people-import-fine')).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expectClosed(page, 'people-import-dialog');
  await expect(page.getByTestId('on-call-team')).toContainText('Ada Lovelace');
  await expect(page.getByTestId('on-call-team')).toContainText('+49 30 110');

  // Roll call: whoever is on call and in command is expected; a hostile name is a name.
  await page.keyboard.press('r');
  const expected = page.getByTestId('roll-call-people');
  await expect(expected).toHaveValue(/Maya[\s\S]*Ada Lovelace \(Payments\)/);
  await expected.fill(`${await expected.inputValue()}\n${HOSTILE} (${'x'.repeat(300)})`);
  await page.keyboard.press('Control+Enter');
  await expectClosed(page, 'roll-call-dialog');
  const counts = page.getByTestId('roll-call-counts');
  await expect(counts).toContainText('0');
  await expect(page.getByTestId('missing-person')).toHaveCount(3);
  await page.keyboard.press('p');
  await expect(page.getByTestId('missing-person')).toHaveCount(2);
  await page.keyboard.press('a');
  await expect(page.locator('[data-testid="roll-call-grid"] [data-answer="absent"]')).toHaveCount(
    1,
  );
  await expect(page.getByTestId('roll-call-missing')).toContainText('+49 30 110');
  await expectClean(page);
  await page.keyboard.press('e');
  await page.getByTestId('answer-comment').fill('on the train');
  await page.getByTestId('answer-absent').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('roll-call-missing')).toContainText('on the train');
  await expectClosed(page, 'answer-dialog');
  await page.keyboard.press('j');
  await page.getByTestId('answer-person').fill('Ren');
  await page.keyboard.press('Enter');
  await expectClosed(page, 'answer-dialog');
  await expect(counts).toContainText('2 of 4');
  await page.getByTestId('contacts-grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('c');
  await expect
    .poll(() => desktop.evaluate(({ clipboard }) => clipboard.readText()))
    .toMatch(/^(\+49 30 11\d|999)$/);

  // A promise to the executives, and a webhook that is down.
  await page.keyboard.press('Control+Shift+U');
  await expect(page.getByTestId('update-text')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('update-text')).toHaveCount(0);
  await page.getByTestId('every-executive').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('30');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('cadence')).toHaveAttribute('data-state', 'waiting');
  await page.keyboard.press('w');
  await page.getByTestId('webhook-add').fill('status=ftp://nowhere');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('webhooks-dialog')).toContainText('ftp://nowhere');
  await page.getByTestId('webhook-add').fill(`status=${hook.url}`);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('webhook')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expectClosed(page, 'webhooks-dialog');
  await page.keyboard.press('2');
  const text = page.getByTestId('update-text');
  await expect(text).toHaveValue(/Checkout is slow[\s\S]*Next update/);
  await text.fill(`${await text.inputValue()}\n${HOSTILE}`);
  await page.getByTestId('channel-webhook').focus();
  await page.keyboard.press('Space');
  await expectClean(page);
  await text.focus();
  await page.keyboard.press('Control+Enter');
  const delivery = () => page.getByTestId('delivery-webhook').first();
  await expect(delivery()).toHaveAttribute('data-state', 'waiting');
  await expect(delivery()).toContainText('ECONNREFUSED');
  await expect(page.getByTestId('delivery-copy')).toHaveAttribute('data-state', 'taken');
  await expect(page.getByTestId('cadence')).toHaveAttribute('data-unsent', '1');

  // A power cut: the update is there, still waits, and is delivered once when the channel is back.
  await desktop.kill();
  desktop = await launchConnected();
  page = desktop.page;
  await page.keyboard.press('Control+Shift+U');
  await expect(delivery()).toHaveAttribute('data-state', 'waiting');
  expect(hook.heard).toEqual([]);
  await hook.up();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('update-text')).toHaveCount(0);
  await page.keyboard.press('s');
  await expect(delivery()).toHaveAttribute('data-state', 'taken');
  await expect(page.getByTestId('cadence')).toHaveAttribute('data-unsent', '0');
  expect(hook.heard.map(({ body }) => body.audience)).toEqual(['executive']);
  expect(hook.heard[0]?.body.text).toContain(HOSTILE);

  // To the public by e-mail: a name from the inside holds it back until it is meant.
  const filePath = join(profile, 'public.eml');
  await desktop.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, filePath);
  await page.keyboard.press('3');
  await expect(page.getByTestId('update-names')).toHaveCount(0);
  await page.getByTestId('update-text').fill('Maya is on it. 结账缓慢');
  await expect(page.getByTestId('update-names')).toContainText('Maya');
  await expect(page.getByTestId('update-publish')).toBeDisabled();
  await page.getByTestId('update-meant').focus();
  await page.keyboard.press('Space');
  await page.getByTestId('channel-mail').focus();
  await page.keyboard.press('Space');
  await page.getByTestId('update-to').fill('all@example.org, not an address');
  await expect(page.getByTestId('update-publish')).toBeDisabled();
  await page.getByTestId('update-to').fill('all@example.org');
  await page.getByTestId('update-subject').fill('结账 Bcc: x@example.org');
  await expectClean(page);
  await page.getByTestId('update-text').focus();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('delivery-mail')).toHaveAttribute('data-state', 'taken');
  const letter = readFileSync(filePath, 'utf8');
  expect(letter).toContain('\r\nTo: all@example.org\r\nSubject: =?utf-8?q?');
  expect(letter).not.toMatch(/^Bcc:/m);
  await expectClean(page);
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);

  // Both views in the other themes and in Chinese.
  for (const session of [
    { theme: 'light' },
    { theme: 'contrast' },
    { theme: 'dark', language: 'zh-CN' },
  ]) {
    await page.evaluate((body) => {
      const { holdfast } = window as unknown as { holdfast: { post(message: unknown): void } };
      holdfast.post({ type: 'ask', id: 900_000_001, name: 'session.write', body });
    }, session);
    await expect(page.locator('html')).toHaveAttribute('data-theme', session.theme);
    for (const view of ['people', 'updates']) {
      await page.getByTestId(`rail-${view}`).click();
      await expectClean(page);
    }
  }
  await expect(page.getByTestId('rail-updates')).toContainText('通报');
  expect(hook.heard).toHaveLength(1);
  await hook.down();
});
