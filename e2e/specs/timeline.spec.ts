import type { Page } from '@playwright/test';
import { seriousProblems } from '../harness/axe.ts';
import { expect, test } from '../harness/story.ts';

const MINUTE = 60_000;

/** Drags over a part of an element, from one share of its width to another. */
async function drag(page: Page, testId: string, from: number, to: number): Promise<void> {
  const box = await page.getByTestId(testId).boundingBox();
  if (box === null) throw new Error(`${testId} is not on screen`);
  const y = box.y + 10;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 3 });
  await page.mouse.move(box.x + box.width * to, y, { steps: 3 });
  await page.mouse.up();
}

test('P4 the timeline in lanes: by service, person, unit; a range by mouse and by keyboard; single entries; UTC', async ({
  gateway,
  launchConnected,
}) => {
  const start = Date.now() - 50 * MINUTE;
  const at = (minutes: number): string => new Date(start + minutes * MINUTE).toISOString();
  await gateway.post('/ingest/topology', {
    version: 1,
    source: 'mesh',
    mode: 'whole',
    at: at(0),
    nodes: [
      { name: 'checkout', unit: 'rz01' },
      { name: 'ledger', unit: 'rz02' },
    ],
    edges: [{ from: 'checkout', to: 'ledger' }],
  });
  // A storm on many services, and a single alert long before it that was heard late.
  const storm = Array.from({ length: 1_800 }, (_, number) => ({
    labels: {
      alertname: `Slow${String(number % 60)}`,
      service: number % 3 === 0 ? 'checkout' : `service-${String(number % 14)}`,
      severity: number % 4 === 0 ? 'critical' : 'warning',
      instance: String(number),
    },
    startsAt: at(30 + (number % 12)),
    endsAt: at(49),
  }));
  const early = { alertname: 'LedgerDown', service: 'ledger', severity: 'critical' };
  await gateway.post('/api/v2/alerts', [{ labels: early, startsAt: at(5), endsAt: at(9) }]);
  for (let from = 0; from < storm.length; from += 600) {
    await gateway.post('/api/v2/alerts', storm.slice(from, from + 600));
  }
  const { evaluate, page } = await launchConnected();
  await evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900);
  });
  await page.getByTestId('rail-timeline').click();
  const canvas = page.getByTestId('lane-canvas');
  await expect(canvas).toHaveAttribute('data-grain', 'columns');
  // The busiest services have a lane of their own, the rest stands together.
  await expect(page.locator('[data-testid="lane"][data-lane="checkout"]')).toBeVisible();
  await expect(page.getByTestId('lane-others')).toBeVisible();
  await expect(page.getByTestId('lanes-grain')).toContainText('1 min');

  // A lane narrows the list.
  const list = page.getByTestId('timeline-list');
  const entries = async (): Promise<number> => Number(await list.getAttribute('data-total'));
  await expect.poll(entries).toBeGreaterThan(3_500);
  const all = await entries();
  await page.locator('[data-testid="lane"][data-lane="checkout"]').click();
  await expect.poll(entries).toBeLessThan(all / 2);
  await page.locator('[data-testid="lane"][data-lane="checkout"]').click();
  await expect.poll(entries).toBe(all);

  // A range that is dragged out narrows the list to it; zoomed in, every entry stands by itself.
  await drag(page, 'lane-canvas', 0.05, 0.3);
  await expect(page.getByTestId('brush-bar')).toBeVisible();
  await expect.poll(entries).toBe(2);
  await expect(list).toContainText('LedgerDown');
  await page.getByTestId('brush-zoom').click();
  await expect(page.getByTestId('brush-bar')).toHaveCount(0);
  await expect(canvas).toHaveAttribute('data-grain', 'events');
  await expect(page.locator('[data-testid="lane"][data-lane="ledger"]')).toBeVisible();

  // By unit, by keyboard: service, then unit.
  await page.keyboard.press('Alt+l');
  await expect(page.locator('[data-testid="lane"][data-lane="rz02"]')).toBeVisible();

  // Both times, and all times in UTC: told in the head of the list.
  await page.keyboard.press('Alt+b');
  await expect(page.getByTestId('entry-heard').first()).toContainText('+');
  const head = page.getByTestId('timeline-head');
  await page.keyboard.press('Alt+u');
  await expect(head).toContainText('Time (UTC)');
  await expect(page.getByTestId('timeline-entry').first()).toContainText(at(5).slice(11, 19));
  expect(await seriousProblems(page)).toEqual([]);

  // A range by keyboard alone: chosen, moved, zoomed to; Escape clears another one.
  await page.keyboard.press('h');
  const begin = page.getByTestId('brush-from');
  await expect(begin).toBeFocused();
  const before = Number(await begin.getAttribute('aria-valuenow'));
  await page.keyboard.press('Shift+ArrowLeft');
  await expect
    .poll(async () => Number(await begin.getAttribute('aria-valuenow')))
    .toBeLessThan(before);
  await page.keyboard.press('Enter');
  await expect(begin).toHaveCount(0);
  await page.keyboard.press('h');
  await expect(begin).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(begin).toHaveCount(0);
});

/** Runs a command of the core's as the window would; the answer is the thing that it speaks of. */
async function run(page: Page, command: Record<string, unknown>): Promise<string> {
  return page.evaluate(async (asked) => {
    interface Port {
      post(message: unknown): void;
      onMessage(listener: (message: unknown) => void): () => void;
    }
    const { holdfast } = window as unknown as { holdfast: Port };
    const id = Math.floor(performance.now() * 1_000) + 900_000_000;
    const answered = new Promise<{ done: boolean; thing?: string; code?: string }>((resolve) => {
      const stop = holdfast.onMessage((message) => {
        const frame = message as { type: string; id?: number; body?: unknown };
        if (frame.type === 'event' || frame.id !== id) return;
        stop();
        resolve(frame.body as { done: boolean });
      });
    });
    holdfast.post({ type: 'ask', id, name: 'command.run', body: { command: asked } });
    const { done, thing, code } = await answered;
    if (!done) throw new Error(`${String(asked['name'])}: ${code ?? 'refused'}`);
    return thing ?? '';
  }, command);
}

test('C1 what people do in an incident stands on the timeline by itself, each line names what it is about', async ({
  launchConnected,
}) => {
  const { evaluate, page } = await launchConnected();
  await evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900);
  });
  await expect(page.getByTestId('rail-timeline')).toBeVisible();
  const incident = await run(page, {
    name: 'incident.declare',
    title: 'Payments fail in RZ02',
    severity: 'SEV-2',
    commander: 'Maya',
    services: ['ledger', 'checkout'],
  });
  const task = await run(page, {
    name: 'task.assign',
    incident,
    person: 'Lin',
    action: 'Fail over the ledger database',
    minutes: 10,
  });
  await run(page, { name: 'task.understand', task, byVoice: true });
  await run(page, { name: 'task.report', task, text: 'replica lag 0' });
  const decision = await run(page, {
    name: 'decision.propose',
    incident,
    action: 'Shift traffic to RZ01',
    risk: 'medium',
    danger: 'double load',
    expected: 'payments recover',
    undo: 'shift back',
  });
  await run(page, { name: 'decision.poll', decision });
  const hypothesis = await run(page, {
    name: 'hypothesis.state',
    incident,
    text: 'the connection pool is exhausted',
    service: 'ledger',
  });
  await run(page, { name: 'hypothesis.judge', hypothesis, verdict: 'confirmed', reason: 'seen' });
  await run(page, {
    name: 'roll-call.start',
    incident,
    expected: [{ person: 'Lin', team: 'database' }],
  });
  await run(page, {
    name: 'report.give',
    incident,
    from: 'Lin',
    condition: 'primary is up',
    actions: 'checking replicas',
    needs: '',
  });

  await page.getByTestId('rail-timeline').click();
  const entry = (kind: string) =>
    page.locator(`[data-testid="timeline-entry"][data-kind="${kind}"]`);
  await expect(entry('task.understood')).toContainText('Fail over the ledger database');
  await expect(entry('decision.polled')).toContainText('Shift traffic to RZ01');
  await expect(entry('hypothesis.judged')).toContainText('the connection pool is exhausted');
  await expect(entry('roll-call.started')).toContainText('Payments fail in RZ02');

  // A note of an earlier time, said in UTC whatever is shown.
  const earlier = new Date(Date.now() - 20 * MINUTE).toISOString().slice(11, 16);
  await page.getByTestId('note-input').fill(`> ${earlier} UTC restarted db-7`);
  await page.keyboard.press('Enter');
  await expect(entry('note.written')).toContainText('restarted db-7');
  await expect(entry('note.written')).toContainText(`${earlier}:00`);

  // Pinned, it stands marked in its person's lane; the list shows it alone.
  await page.getByTestId('lanes-by-person').click();
  await expect(page.locator('[data-testid="lane"][data-lane="Maya"]')).toBeVisible();
  await expect(page.getByTestId('lane-canvas')).toHaveAttribute('data-grain', 'events');
  await entry('note.written').click();
  await page.keyboard.press('p');
  await page.keyboard.press('Shift+P');
  await expect(page.getByTestId('timeline-entry')).toHaveCount(1);
  await page.keyboard.press('Shift+P');
  await expect(entry('report.given')).toBeVisible();
  expect(await seriousProblems(page)).toEqual([]);

  // What is found stands on the strip too.
  await page.keyboard.press('Control+f');
  await page.getByTestId('search-text').fill('restarted');
  await expect(page.getByTestId('search-hit')).toHaveCount(1);
  await page.keyboard.press('Escape');

  // How the timeline is looked at is kept.
  await page.getByTestId('timeline-utc').click();
  await page.waitForTimeout(600);
  await page.reload();
  await page.getByTestId('rail-timeline').click();
  await expect(page.getByTestId('timeline-utc')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('lanes-by-person')).toHaveAttribute('aria-pressed', 'true');
});
