import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createGateway } from '../gateway/create-gateway.ts';
import type { Outage } from '../gateway/replay/outage.ts';
import { playOutage } from '../gateway/replay/play-outage.ts';
import { projectFolder } from './cache.ts';
import { DEMO_FILE } from './demo-outage.ts';
import { startDesktop } from './start.ts';

/**
 * `npm run demo`: a gateway on its embedded journal, the recorded outage played into it live, and the
 * desktop application connected to it. Everything lives in a folder that goes with the demo.
 */
const USAGE = `npm run demo [-- options]
  --speed N     1 is real time (45 minutes); default 20
  --person NAME who sits at the desk; default Maya
  --keep        keep the folder with journal and profile
  --end         end when the outage was played, without waiting for the window to be closed
`;

const { values } = parseArgs({
  options: {
    speed: { type: 'string', default: '20' },
    person: { type: 'string', default: 'Maya' },
    keep: { type: 'boolean', default: false },
    end: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const speed = Number(values.speed);
if (values.help || !(speed > 0)) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  await demo();
}

async function demo(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const token = (): string => randomBytes(24).toString('base64url');
  const [ingest, person] = [token(), token()];
  const gateway = await createGateway({
    dataFolder: join(folder, 'gateway'),
    port: 0,
    room: 'demo',
    runbooksFolder: join(projectFolder, 'resources', 'runbooks'),
    tokens: [
      { kind: 'ingest', name: 'demo', token: ingest },
      { kind: 'person', name: values.person, token: person },
    ],
  });
  console.log(`gateway: ${gateway.address.url} (embedded journal, in ${folder})`);
  const stop = new AbortController();
  const desktop = startDesktop(
    [`--profile=${join(folder, 'desk')}`],
    {
      HOLDFAST_GATEWAY: gateway.address.url,
      HOLDFAST_TOKEN: person,
      HOLDFAST_PERSON: values.person,
    },
    stop.signal,
  );
  const outage = JSON.parse(readFileSync(DEMO_FILE, 'utf8')) as Outage;
  const { services, firings, changes } = outage.counts;
  console.log(
    `outage: ${services} services, ${firings} alerts, ${changes} changes, ${outage.durationMs / 60_000} minutes at ${speed}×`,
  );
  const played = playOutage({
    outage,
    url: gateway.address.url,
    token: ingest,
    speed,
    signal: stop.signal,
    onProgress({ index, total, post }) {
      if (index % 50 === 0 || index + 1 === total) {
        console.log(
          `outage minute ${(post.afterMs / 60_000).toFixed(1)}: ${index + 1} of ${total} posts`,
        );
      }
    },
  }).then((result) => {
    console.log(`outage played: ${JSON.stringify(result)}`);
    if (values.end) setTimeout(() => stop.abort(), 3_000);
  });
  try {
    process.exitCode = await desktop;
  } finally {
    stop.abort();
    await played;
    await gateway.close();
    if (values.keep) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}
