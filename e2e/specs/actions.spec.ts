import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { projectFolder } from '../../scripts/cache.ts';
import { seriousProblems } from '../harness/axe.ts';
import { TOKENS, type GatewayProcess } from '../harness/gateway.ts';
import { expect, test } from '../harness/story.ts';

const RUNBOOK = `---
id: ledger-stuck
title: Ledger is stuck
---

# Ledger is stuck

## Restart it {#restart}

\`\`\`action
entry: restart-service
service: ledger
\`\`\`

- Expect: it says that it is active.

## Drain slowly {#drain}

\`\`\`action
entry: drain
\`\`\`

## Clear the cache {#clear}

\`\`\`action
entry: clear-cache
automatic: true
\`\`\`
`;

/** Executables that only write into a folder of the story, and a catalogue of them. */
function prepare(folder: string): { catalogue: string; key: string; marks: string } {
  mkdirSync(folder, { recursive: true });
  const marks = join(folder, 'marks');
  const script = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const restart = script(
    'restart',
    `[ "$1" = --dry-run ] && { echo "would restart $3"; exit; }\necho "$*" >> '${marks}'; echo "restarted $2"`,
  );
  const drain = script('drain', `sleep 300 & echo $! $$ > '${folder}/pids'; echo draining; wait`);
  const clear = script('clear', `echo "$1" >> '${folder}/cleared'; echo "$1 is done"`);
  const common = { kind: 'command', timeoutSeconds: 20, parameters: {} };
  const service = { service: { type: 'name', label: 'Service' } };
  const entries = [
    {
      ...common,
      id: 'restart-service',
      title: 'Restart a service',
      does: 'Restarts one service; requests that are under way are lost.',
      effect: 'dangerous',
      approvals: 1,
      parameters: service,
      executable: restart,
      argv: ['--', '{service}'],
      dryRun: ['--dry-run', '--', '{service}'],
      verify: { entry: 'show-service', parameters: { service: '{service}' } },
      wayBack: { entry: 'restart-service', parameters: { service: '{service}' } },
    },
    {
      ...common,
      id: 'show-service',
      title: 'Show a service',
      does: 'Says whether it is active.',
      effect: 'reads',
      parameters: service,
      executable: '/bin/echo',
      argv: ['{service}', 'is', 'active'],
    },
    {
      ...common,
      id: 'drain',
      title: 'Drain',
      does: 'Waits for what is under way.',
      effect: 'reads',
      timeoutSeconds: 2,
      executable: drain,
      argv: [],
    },
    {
      ...common,
      id: 'clear-cache',
      title: 'Clear the cache',
      does: 'Clears it.',
      effect: 'changes',
      automatic: true,
      executable: clear,
      argv: ['clear'],
      dryRun: ['dry-run'],
      verify: { entry: 'show-cache' },
      wayBack: { entry: 'show-cache' },
    },
    {
      ...common,
      id: 'show-cache',
      title: 'Show the cache',
      does: 'Shows it.',
      effect: 'reads',
      executable: '/bin/echo',
      argv: ['empty'],
    },
  ];
  const catalogue = join(folder, 'catalogue.json');
  writeFileSync(
    catalogue,
    JSON.stringify({
      format: 'holdfast-actions/1',
      version: 3,
      expires: '2099-01-01T00:00:00Z',
      entries,
    }),
  );
  holdfast('actions', 'keygen', folder);
  holdfast('actions', 'sign', catalogue, '--key', join(folder, 'actions-key.pem'));
  return { catalogue, key: join(folder, 'actions-key.pub'), marks };
}

function holdfast(...words: string[]): void {
  execFileSync(process.execPath, [join(projectFolder, 'main/cli/holdfast.ts'), ...words]);
}

const at = (gateway: GatewayProcess, person: 'maya' | 'ren') => ({
  gateway: {
    url: gateway.url,
    token: TOKENS[person],
    person: person === 'maya' ? 'Maya' : 'Ren',
  },
});

const step = (page: Page, id: string) => page.locator(`[data-step-id="${id}"]`);
const execution = (page: Page) => page.getByTestId('execution');

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that ended and was not waited for yet counts as gone.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('A4 A5 A7 A8 an action of the signed catalogue: dry run, a second person at a second desk, run, verified; a time-out ends all; automatic; a changed catalogue runs nothing', async ({
  gateway,
  launch,
  profile,
}) => {
  test.setTimeout(120_000);
  writeFileSync(join(gateway.folder, 'runbooks', 'ledger-stuck.md'), RUNBOOK);
  const { catalogue, key, marks } = prepare(join(profile, 'signed'));
  const folder = join(profile, 'actions');

  const maya = await launch(at(gateway, 'maya'));
  const { page } = maya;
  await page.getByTestId('rail-runbooks').click();
  await page.locator('[data-runbook-id="ledger-stuck"]').first().click();
  await page.getByTestId('start-run').first().click();
  // Nothing is installed: it says so, and the step stays one for hands.
  await expect(page.getByTestId('action-refused')).toHaveAttribute('data-problem', 'none');
  await expect(step(page, 'restart').getByTestId('step-done')).toBeEnabled();
  holdfast('actions', 'install', folder, catalogue, '--trust', key);
  await expect(page.getByTestId('action-plan')).toContainText('restart -- ledger');
  expect(await seriousProblems(page)).toEqual([]);

  // By keyboard: dry run, and what is dangerous is not approved by who proposed it.
  await step(page, 'restart').locator('[data-step-head]').focus();
  await page.keyboard.press('Shift+P');
  await expect(execution(page)).toHaveAttribute('data-stage', 'to-approve');
  await expect(page.getByTestId('execution-rehearsal')).toContainText('would restart ledger');
  await expect(page.getByTestId('action-approve')).toHaveCount(0);
  const digest = await page.getByTestId('action-digest').getAttribute('title');

  const ren = await launch({ profile: join(profile, 'other-desk'), ...at(gateway, 'ren') });
  await ren.page.getByTestId('rail-runbooks').click();
  await expect(execution(ren.page)).toHaveAttribute('data-stage', 'to-approve');
  await expect(ren.page.getByTestId('action-digest')).toHaveAttribute('title', digest ?? '');
  await expect(ren.page.getByTestId('execution-call')).toContainText('restart -- ledger');
  await expect(ren.page.getByTestId('execution-way-back')).toContainText('service: ledger');
  await ren.page.getByTestId('action-approve').click();
  // It runs at the desk that the approval names, and at no other.
  await expect(execution(ren.page)).toHaveAttribute('data-stage', 'to-start');
  await expect(ren.page.getByTestId('action-start')).toHaveCount(0);
  expect(existsSync(marks)).toBe(false);
  await expect(execution(page)).toHaveAttribute('data-stage', 'to-start');
  await page.keyboard.press('Shift+X');
  await expect(page.getByTestId('execution-result')).toContainText('restarted ledger');
  await expect(page.getByTestId('execution-verification')).toHaveAttribute('data-good', 'true');
  expect(readFileSync(marks, 'utf8')).toBe('-- ledger\n');
  await expect(page.getByTestId('action-take-back')).toBeVisible();
  await expect(ren.page.getByTestId('execution-verification')).toContainText('ledger is active');
  expect(await seriousProblems(page)).toEqual([]);
  await page.getByTestId('action-record').click();

  // A time-out ends the process and what it started.
  await expect(step(page, 'drain')).toHaveAttribute('data-state', 'current');
  const drain = step(page, 'drain');
  await drain.getByTestId('action-prepare').click();
  await drain.getByTestId('action-approve').click();
  await drain.getByTestId('action-start').click();
  await expect(drain.getByTestId('execution-live')).toContainText('draining');
  const pids = readFileSync(join(profile, 'signed', 'pids'), 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  await expect(drain.getByTestId('execution-result')).toHaveAttribute('data-outcome', 'timed-out');
  expect(pids.map(isAlive)).toEqual([false, false]);
  await expect(drain.getByTestId('action-record')).toHaveCount(0);
  await drain.getByTestId('step-skip').click();
  await drain.getByTestId('step-reason').fill('takes too long');
  await drain.getByTestId('step-reason').press('Enter');

  // Runbook and catalogue both allow it: it runs by itself, and is verified.
  const clear = step(page, 'clear');
  await expect(clear.getByTestId('execution-verification')).toHaveAttribute('data-good', 'true');
  await expect(clear).toHaveAttribute('data-state', 'done');
  expect(readFileSync(join(profile, 'signed', 'cleared'), 'utf8')).toBe('dry-run\nclear\n');

  // One byte of the catalogue is another one.
  const installed = join(folder, 'catalogue.json');
  writeFileSync(installed, readFileSync(installed, 'utf8').replace('Clears it', 'Clears at'));
  await expect(page.getByTestId('action-refused').first()).toHaveAttribute(
    'data-problem',
    'changed',
  );
  await page.getByTestId('rail-timeline').click();
  for (const kind of ['proposed', 'rehearsed', 'approved', 'started', 'ended', 'verified']) {
    await expect(
      page.locator(`[data-testid="timeline-entry"][data-kind="execution.${kind}"]`).first(),
    ).toBeVisible();
  }
});
