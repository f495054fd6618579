import { expect, test } from '../harness/story.ts';

const HTML = '<img src=x onerror="window.__owned = 1"><script>window.__owned = 1</script>';
const REVERSED = '\u202Egpj.exe\u2066 checkout';

test('hostile text in labels is text: nothing runs, nothing is fetched, marks do not turn the line', async ({
  gateway,
  launchConnected,
}) => {
  const answer = await gateway.post('/api/v2/alerts', [
    {
      labels: { alertname: HTML, service: REVERSED, severity: 'critical' },
      annotations: { summary: HTML, runbook_url: 'javascript:window.__owned=1' },
    },
    { labels: { alertname: 'Neighbour', service: 'checkout', severity: 'warning' } },
  ]);
  expect(answer.status).toBe(200);
  const { page } = await launchConnected();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.getByTestId('rail-alerts').click();
  const rows = page.getByTestId('alert-row');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('<img src=x');
  await rows.first().click();
  for (const view of ['timeline', 'map', 'desk', 'sources']) {
    await page.getByTestId(`rail-${view}`).click();
    await page.waitForTimeout(300);
  }
  expect(await page.evaluate(() => '__owned' in window)).toBe(false);
  expect(requests.filter((url) => !url.startsWith('app://holdfast/'))).toEqual([]);
});
