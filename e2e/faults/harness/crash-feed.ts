import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TOKENS } from '../../../gateway/test-gateway.ts';
import { COMPILED } from './crash-desk.ts';
import type { CountingGateway } from './crash-gateway.ts';
import type { FeedSettings } from './feed-process.ts';

/** Facts of machines in one run of the smaller victim, and how many come at a time. */
export const RUN_FACTS = 500;
const CHUNK = 50;

/**
 * Lets the smaller victim (feed-process.ts) follow a gateway that goes on producing until
 * RUN_FACTS more are stored, each chunk after the receipt for the one before.
 * @returns how it ended: `0`, `SIGKILL`, …
 */
export async function runFeed(
  gateway: CountingGateway,
  settings: Pick<FeedSettings, 'folder'> & Partial<FeedSettings>,
  before: readonly string[] = [],
): Promise<string> {
  const until = gateway.sequence.length + RUN_FACTS;
  const given: FeedSettings = {
    address: gateway.url,
    token: TOKENS.ada,
    person: 'Ada',
    until,
    notes: 4,
    checkpointPages: 200,
    views: false,
    ...settings,
  };
  const program = join(import.meta.dirname, 'feed-process.ts');
  const words = [...before, process.execPath, program, JSON.stringify(given)];
  const command = words.shift() ?? process.execPath;
  const victim = spawn(command, words, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...COMPILED },
  });
  let errors = '';
  victim.stderr.on('data', (part: Buffer) => (errors += part.toString()));
  let ended: string | null = null;
  const gone = once(victim, 'exit').then(([code, signal]) => {
    ended = String((signal as string | null) ?? code);
  });
  try {
    for (let left = RUN_FACTS; left > 0; left -= CHUNK) {
      const known = gateway.acknowledged.size;
      await gateway.produce(Math.min(CHUNK, left));
      await gateway.grown(known, () => ended);
    }
  } catch (error) {
    if (ended === null) throw error;
  }
  const guard = setTimeout(() => {
    errors += 'it did not end by itself in 60 s';
    victim.kill('SIGABRT');
  }, 60_000);
  await gone;
  clearTimeout(guard);
  if (ended !== '0' && ended !== 'SIGKILL') throw new Error(`the victim ended: ${ended} ${errors}`);
  return ended ?? '';
}

/** Runs them two at a time, each with what it needs of its own. */
export async function twoByTwo<Item>(
  items: readonly Item[],
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
  };
  const outcomes = await Promise.allSettled([worker(), worker()]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
