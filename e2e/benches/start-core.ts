import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { figure, median, type Figure } from '../../scripts/benches/figure.ts';
import { millionFacts, roomFolder } from '../../scripts/benches/views.ts';

const ROUNDS = 5;

/**
 * From the start of the core's process until it answers with the alerts' rows, with one million
 * facts in the journal; and the same where the views are of another version, as after an upgrade.
 */
export async function startWithMillion(): Promise<Figure[]> {
  const { profile } = await millionFacts();
  const usual: number[] = [];
  const upgraded: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) usual.push(await coreStart(profile));
  spoilVersion(join(roomFolder(profile), 'views.sqlite'));
  // Each is killed while it builds the new views, so each begins with the old ones.
  for (let round = 0; round < ROUNDS; round += 1) upgraded.push(await coreStart(profile));
  return [
    figure('start-1m', median(usual), 'ms to the first rows, 1 M facts (limit 3,000)'),
    figure('start-1m-upgraded', median(upgraded), 'ms, views of another version (limit 3,000)'),
  ];
}

/** The name says the version; all else stays as another version may have left it. */
function spoilVersion(path: string): void {
  const database = new Sqlite(path);
  const name = JSON.parse(
    database.prepare("SELECT value FROM meta WHERE key = 'name'").pluck().get() as string,
  ) as Record<string, unknown>;
  database
    .prepare("UPDATE meta SET value = ? WHERE key = 'name'")
    .run(JSON.stringify({ ...name, views: 1 }));
  database.close();
}

async function coreStart(profile: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'core-rows.ts'), profile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const took = performance.now() - began;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  if (!(Number(line) >= 4_000)) throw new Error(`the core answered with ${line} rows`);
  return took;
}
