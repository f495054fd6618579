import { seededRandom } from '../../shared/kit/random.ts';
import { figure, quantile, type Figure } from '../../scripts/benches/figure.ts';
import { launchDesktop, scratchProfile } from '../harness/app.ts';
import { startGateway, TOKENS } from '../harness/gateway.ts';
import { withDisplay } from './with-display.ts';

const POSTS = 60;

/** From `POST /api/v2/alerts` to the painted map of a desktop that is connected, one at a time. */
export function postToPixels(): Promise<Figure[]> {
  return withDisplay(async () => {
    const gateway = await startGateway();
    const profile = scratchProfile();
    try {
      const names = Array.from({ length: 64 }, (_, index) => `service-${index}`);
      await gateway.post('/ingest/topology', {
        version: 1,
        source: 'mesh',
        mode: 'whole',
        nodes: names.map((name, index) => ({ name, zone: `z${index % 3}` })),
        edges: names.slice(1).map((to, index) => ({ from: names[index >> 1], to })),
      });
      const desktop = await launchDesktop({
        profile: profile.folder,
        gateway: { url: gateway.url, token: TOKENS.maya, person: 'Maya' },
      });
      await desktop.page.waitForFunction(() => window.__holdfastMap?.conditionOf('service-63'));
      const waits: number[] = [];
      const random = seededRandom(7);
      for (let index = 0; index < POSTS; index += 1) {
        // Alerts do not come in step with the rows' own rhythm.
        await new Promise((resolve) => setTimeout(resolve, 50 + random() * 400));
        const name = names[index % names.length] ?? '';
        const painted = desktop.page.evaluate(
          (service) =>
            new Promise<number>((resolve) => {
              const look = (): void => {
                if (window.__holdfastMap?.conditionOf(service) === 'critical') resolve(Date.now());
                else requestAnimationFrame(look);
              };
              look();
            }),
          name,
        );
        const sent = Date.now();
        await gateway.post('/api/v2/alerts', [
          { labels: { alertname: `Down${index}`, service: name, severity: 'critical' } },
        ]);
        waits.push((await painted) - sent);
      }
      await desktop.close();
      return [
        figure('post-to-pixels-p50', quantile(waits, 0.5), 'ms'),
        figure('post-to-pixels-p99', quantile(waits, 0.99), 'ms'),
      ];
    } finally {
      await gateway.remove();
      profile.remove();
    }
  });
}
