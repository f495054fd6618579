import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const HOSTILE = '<img src=x onerror="window.__owned=1"> \u202Egpj.exe';

/** Runs a command by its words in the palette, as a person without a mouse does. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(words);
  await expect(page.getByTestId('palette').getByRole('option').first()).toContainText(words);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('palette')).toHaveCount(0);
}

const header = (page: Page) => page.getByTestId('incident-header');
const phase = (page: Page) => page.getByTestId('incident-phase');

async function untilConnected(page: Page): Promise<void> {
  await expect(page.getByTestId('connection')).toHaveAttribute('data-feed', 'connected', {
    timeout: 30_000,
  });
  await expect(page.getByTestId('outbox')).toHaveCount(0);
}

test('an incident is declared from an alert with two keys, and led by keyboard alone through its phases, roles, parts and merging', async ({
  gateway,
  launchConnected,
}) => {
  await gateway.post('/api/v2/alerts', [
    {
      labels: { alertname: 'LedgerDown', service: 'ledger', severity: 'critical' },
      annotations: { summary: 'ledger refuses writes' },
    },
  ]);
  const { page } = await launchConnected();
  await expect
    .poll(() => page.evaluate(() => window.__holdfastMap?.conditionOf('ledger') ?? null))
    .toBe('critical');

  // Two keys: it opens filled in from the worst alert, and Enter sends it.
  await page.keyboard.press('Control+d');
  await expect(page.getByTestId('declare-title')).toHaveValue('ledger refuses writes');
  await page.keyboard.press('Enter');
  await expect(header(page)).toContainText('ledger refuses writes');
  await expect(header(page)).toContainText('SEV-2');
  await expect(phase(page)).toHaveAttribute('data-phase', 'active');
  await expect(page.getByTestId('incident-panel')).toContainText('LedgerDown');

  // Only the ways that are allowed are offered; resolving goes on in its own form.
  await page.keyboard.press('Control+m');
  await expect(page.getByTestId('incident-form-phase').getByRole('radio')).toHaveCount(4);
  await page.keyboard.press('1');
  await page.keyboard.press('Enter');
  await expect(phase(page)).toHaveAttribute('data-phase', 'mitigated');

  await command(page, 'Change the severity');
  await page.keyboard.press('Alt+1');
  await page.getByTestId('incident-form-text').pressSequentially('half of the payments fail');
  await page.keyboard.press('Enter');
  await expect(header(page)).toContainText('SEV-1');

  // Roles, a sub-team, bridge and chat; what was typed stays text.
  await command(page, 'Assign roles');
  await page.keyboard.type('Ren');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Ada');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-roles')).toContainText('Deputy: Ren · Scribe: Ada');
  await command(page, 'Form a sub-team');
  await page.keyboard.type('Database');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Lin');
  await page.keyboard.press('Tab');
  await page.keyboard.type(HOSTILE);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-form-team')).toHaveCount(0);
  await command(page, 'Set bridge and chat');
  await page.keyboard.type('https://meet.example/ledger');
  await page.keyboard.press('Tab');
  await page.keyboard.type('javascript:alert(1)');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('incident-form-channels')).toHaveCount(0);

  // A part of it is split off and takes its service with it.
  await command(page, 'Split a part off');
  await page.keyboard.type('Reports lag behind');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Alt+3');
  await page.getByTestId('incident-form-save').press('Enter');
  await expect(page.getByTestId('incident-others')).toContainText('1 more');

  // The start-of-call card says all of it.
  await page.keyboard.press('Control+j');
  const card = page.getByTestId('call-card');
  await expect(card).toContainText('Lin leads');
  await expect(card).toContainText('<img src=x');
  await expect(card).toContainText('Reports lag behind');
  await expect(card.getByTestId('channel-open')).toHaveCount(1);
  expect(await seriousProblems(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(card).toHaveCount(0);

  // The list of all, the part below its whole; the keyboard goes there.
  await page.keyboard.press('Control+i');
  const lines = page.getByTestId('switch-incident');
  await expect(lines).toHaveCount(2);
  await expect(lines.nth(1)).toHaveAttribute('data-depth', '1');
  expect(await seriousProblems(page)).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(header(page)).toContainText('Reports lag behind');
  await expect(header(page)).toContainText('SEV-3');

  // It is merged back: work goes on in the other, which has the service again.
  await command(page, 'Merge into another incident');
  await page.keyboard.type('same cause');
  await page.keyboard.press('Enter');
  await expect(header(page)).toContainText('ledger refuses writes');
  await expect(page.getByTestId('incident-ties')).toContainText('Merged into it');
  await expect(page.getByTestId('incident-panel')).toContainText('ledger');

  // It ends: resolved with a summary, then closed.
  await page.keyboard.press('Control+m');
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  await page.getByTestId('resolve-summary').fill('the pool was enlarged');
  await page.keyboard.press('Control+Enter');
  await expect(phase(page)).toHaveAttribute('data-phase', 'resolved');
  await page.keyboard.press('Control+m');
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  await expect(phase(page)).toHaveAttribute('data-phase', 'closed');
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
});

test('C5, C4 command is handed over while the gateway is away; two who take it apart contest it until one is confirmed', async ({
  gateway,
  launch,
  launchConnected,
}) => {
  test.setTimeout(180_000);
  const maya = await launchConnected();
  const ren = await launch({
    profile: join(maya.profile, 'ren'),
    gateway: { url: gateway.url, token: TOKENS.ren, person: 'Ren' },
  });
  await maya.page.keyboard.press('Control+d');
  await maya.page.getByTestId('declare-title').pressSequentially('Payments fail');
  await maya.page.keyboard.press('Enter');
  await expect(header(ren.page)).toContainText('Payments fail');

  // Maya offers while the gateway is away: it waits in the outbox.
  await gateway.kill();
  await expect(maya.page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  await maya.page.keyboard.press('Control+h');
  await expect(maya.page.getByTestId('offer-pack')).toHaveValue(/NOT KNOWN/);
  await maya.page.keyboard.type('Ren');
  await maya.page.keyboard.press('Enter');
  await expect(maya.page.getByTestId('offer-waits')).toContainText('Ren');
  await expect(ren.page.getByTestId('command-offer')).toHaveCount(0);

  // They meet: Ren is asked wherever he is, also in the past.
  await ren.page.getByTestId('rail-timeline').click();
  await ren.page.getByTestId('scrubber').first().focus();
  await ren.page.keyboard.press('ArrowLeft');
  await expect(ren.page.getByTestId('position')).toHaveAttribute('data-mode', 'happened');
  await gateway.restart();
  await untilConnected(maya.page);
  await expect(ren.page.getByTestId('command-offer')).toContainText('Payments fail', {
    timeout: 30_000,
  });

  // Apart again, Ren reads the hand-over and accepts.
  await gateway.kill();
  await expect(ren.page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  await ren.page.keyboard.press('Control+Shift+h');
  await expect(ren.page.getByTestId('answer-pack')).toContainText('Nobody has sized it up');
  await expect(ren.page.getByTestId('position')).toHaveAttribute('data-mode', 'live');
  expect(await seriousProblems(ren.page)).toEqual([]);
  await ren.page.keyboard.press('Enter');
  await expect(header(ren.page)).toContainText('Commander: Ren');
  await expect(header(maya.page)).toContainText('Commander: Maya');
  await gateway.restart();
  await untilConnected(ren.page);
  await expect(header(maya.page)).toContainText('Commander: Ren', { timeout: 30_000 });
  await expect(maya.page.getByText('Ren commands now')).toBeVisible();
  await expect(ren.page.getByTestId('command-offer')).toHaveCount(0);

  // Apart: Maya takes it back, Ren gives it to Ada. Both see that it is contested.
  await gateway.kill();
  await expect(maya.page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  await expect(ren.page.getByTestId('connection')).toHaveAttribute('data-feed', 'offline');
  await command(maya.page, 'Take command');
  await expect(header(maya.page)).toContainText('Commander: Maya');
  await command(ren.page, 'Assign the commander');
  await ren.page.getByTestId('incident-form-text').fill('Ada');
  await ren.page.keyboard.press('Enter');
  await expect(header(ren.page)).toContainText('Commander: Ada');
  await gateway.restart();
  await untilConnected(maya.page);
  await untilConnected(ren.page);
  for (const { page } of [maya, ren]) {
    await expect(page.getByTestId('incident-contested')).toContainText('Ada, Maya', {
      timeout: 30_000,
    });
  }

  // One is confirmed, by keyboard: both see the same.
  await ren.page.getByTestId('settle-command').press('Enter');
  await ren.page.getByRole('menuitem', { name: 'Maya commands' }).press('Enter');
  for (const { page } of [maya, ren]) {
    await expect(header(page)).toContainText('Commander: Maya');
    await expect(page.getByTestId('incident-contested')).toHaveCount(0);
  }
});

test('S-08 every form about an incident opens from the palette, is clean in axe with hostile text in it, and closes', async ({
  launchConnected,
}) => {
  const { page } = await launchConnected();
  await page.keyboard.press('Control+d');
  await page.getByTestId('declare-title').fill(`${HOSTILE} ${'x'.repeat(4_000)}`);
  await page.getByTestId('declare-phase').press('Enter');
  await page.getByRole('option', { name: 'Triage' }).press('Enter');
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByTestId('declare-title').press('Enter');
  await expect(phase(page)).toHaveAttribute('data-phase', 'triage');

  // A part of it, which is then called a duplicate, and opened again.
  await page.keyboard.press('Control+Shift+d');
  await expect(page.getByTestId('declare-parent')).toContainText('<img src=x');
  await page.keyboard.type('The same again');
  await page.keyboard.press('Enter');
  await expect(header(page)).toContainText('The same again');
  await expect(page.getByTestId('incident-ties')).toContainText('Part of');
  await command(page, 'Mark as a duplicate');
  // What would turn the line stands as its number.
  await expect(page.getByTestId('incident-other')).toContainText('⟨U+202E⟩gpj.exe');
  await page.keyboard.press('Enter');
  await expect(phase(page)).toHaveAttribute('data-phase', 'duplicate');
  await page.keyboard.press('Control+m');
  await page.keyboard.press('Tab');
  await page.keyboard.type('it is another');
  await page.keyboard.press('Enter');
  await expect(phase(page)).toHaveAttribute('data-phase', 'active');

  // A view of little: what is looked at is the form.
  await page.keyboard.press('Control+8');
  const problems: Record<string, string[]> = {};
  for (const words of [
    'Change the phase',
    'Change the severity',
    'Change impact',
    'Assign roles',
    'Form a sub-team',
    'Set bridge',
    'Hand over command',
    'Split a part off',
    'Merge into',
    'Make it a part',
  ]) {
    await command(page, words);
    await expect(page.getByTestId('incident-form-save')).toBeVisible();
    const found = await seriousProblems(page);
    if (found.length > 0) problems[words] = found;
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('incident-form-save')).toHaveCount(0);
  }
  expect(problems).toEqual({});
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
});
