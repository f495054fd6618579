import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { firingAlert, TOKENS } from '../../../gateway/test-gateway.ts';
import { projectFolder } from '../../../scripts/cache.ts';
import { COMPILED } from './crash-desk.ts';

/** Posts, and alerts in each. */
const POSTS = 10;
const ALERTS = 50;

/**
 * A gateway as its own process, over its folder, that takes posts until it dies or all were taken.
 * @returns the instances of which it said 200, in order, and how it ended
 */
export async function runGateway(
  folder: string,
  before: readonly string[],
): Promise<{ told: string[]; ended: string }> {
  const tokens = join(folder, 'tokens.json');
  const entry = { kind: 'ingest', name: 'prom', token: TOKENS.ingest };
  writeFileSync(tokens, JSON.stringify([entry]), { mode: 0o600 });
  const words = [
    ...before,
    process.execPath,
    join(projectFolder, 'gateway', 'server.ts'),
    '--data',
    folder,
    '--port',
    '0',
    '--tokens',
    tokens,
  ];
  const command = words.shift() ?? process.execPath;
  const victim = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...COMPILED },
  });
  let ended: string | null = null;
  const gone = once(victim, 'exit').then(([code, signal]) => {
    ended = String((signal as string | null) ?? code);
  });
  const told: string[] = [];
  const lines = createInterface({ input: victim.stdout });
  const first = await Promise.race([once(lines, 'line'), gone]);
  if (Array.isArray(first)) {
    const { url, pid } = JSON.parse(first[0] as string) as { url: string; pid: number };
    for (let turn = 0; turn < POSTS && ended === null; turn += 1) {
      const instances = Array.from({ length: ALERTS }, (_, index) => `i${turn}-${index}`);
      const startsAt = 1_760_000_000_000 + turn * 1_000;
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKENS.ingest}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(instances.map((instance) => firingAlert(instance, startsAt))),
      }).catch(() => null);
      if (answer?.status === 200) told.push(...instances);
    }
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It is gone, as it should be.
    }
  }
  await gone;
  return { told, ended: String(ended) };
}
