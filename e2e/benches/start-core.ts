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
  const usual: Start[] = [];
  const upgraded: Start[] = [];
  for (let round = 0; round < ROUNDS; round += 1) usual.push(await coreStart(profile));
  spoilVersion(join(roomFolder(profile), 'views.sqlite'));
  // Each is killed while it builds the new views, so each begins with the old ones.
  for (let round = 0; round < ROUNDS; round += 1) upgraded.push(await coreStart(profile));
  return [
    ...figuresOf('start-1m', usual, 'to the first rows, 1 M facts (limit 3,000)'),
    ...figuresOf('start-1m-upgraded', upgraded, 'views of another version (limit 3,000)'),
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

interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function figuresOf(name: string, starts: readonly Start[], what: string): Figure[] {
  const wall = starts.map(({ wallMs }) => wallMs);
  const cpu = starts.map(({ cpuMs }) => cpuMs);
  return [
    figure(name, median(wall), `ms ${what}`),
    figure(`${name}-cpu`, median(cpu), `CPU ms ${what}`),
  ];
}

async function coreStart(profile: string): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'core-rows.ts'), profile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const took = performance.now() - began;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const [rows = 0, cpuMs = 0] = line.split(' ').map(Number);
  if (!(rows >= 4_000)) throw new Error(`the core answered with ${line} rows`);
  return { wallMs: took, cpuMs };
}
