import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Outage } from '../gateway/replay/outage.ts';
import { playOutage } from '../gateway/replay/play-outage.ts';
import { DEMO_FILE } from './demo-outage.ts';

const USAGE = `node scripts/play-outage.ts --url http://127.0.0.1:PORT [--token T] [--speed 10] [--start-at RFC3339] [--file outage.json]
  --token     ingest token; default: the environment's HOLDFAST_INGEST_TOKEN
  --speed     1 is real time (45 minutes)
  --start-at  when the outage began; a moment in the past is filled in at once
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      speed: { type: 'string', default: '1' },
      'start-at': { type: 'string' },
      file: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const startAt = values['start-at'] === undefined ? undefined : Date.parse(values['start-at']);
  const speed = Number(values.speed);
  if (values.help || values.url === undefined || Number.isNaN(startAt) || !(speed > 0)) {
    (values.help ? process.stdout : process.stderr).write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const result = await playOutage({
    outage: JSON.parse(readFileSync(values.file ?? DEMO_FILE, 'utf8')) as Outage,
    url: values.url,
    token: values.token ?? process.env['HOLDFAST_INGEST_TOKEN'],
    speed,
    startAt,
    signal: stop.signal,
    onProgress: ({ index, total, post, status, refusal }) => {
      const minute = (post.afterMs / 60_000).toFixed(1);
      if (refusal !== null) {
        process.stderr.write(`minute ${minute}: ${post.path} refused with ${status}: ${refusal}\n`);
      } else if (index % 50 === 0 || index + 1 === total) {
        process.stdout.write(`minute ${minute}: ${index + 1} of ${total} posts\n`);
      }
    },
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (result.refused > 0) process.exitCode = 1;
}

if (import.meta.main) await main();
