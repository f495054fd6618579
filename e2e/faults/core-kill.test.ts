import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TOKENS } from '../../gateway/test-gateway.ts';
import { channelToChild } from '../../main/ipc/child-channel.ts';
import { superviseCore } from '../../main/shell/core-supervisor.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { projectFolder } from '../../scripts/cache.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import { createCoreClient, type CoreClient } from '../../shared/ipc/client.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { NOTHING, watchJournal } from './harness/crash-check.ts';
import { COMPILED } from './harness/crash-desk.ts';
import { startCountingGateway } from './harness/crash-gateway.ts';

const KILLS = times({ change: 10, full: 50 });
/** Then a core counts as steady: kills that come one a day get no longer pauses either. */
const STEADY_MS = 20;

test('J2 W2 R-14 a core’s process that is killed is back at once, and nothing was lost', async () => {
  const random = seededRandom(seedOf('core-kill'));
  const profile = scratchFolder();
  const gateway = await startCountingGateway();
  await gateway.produce(1_000);
  let child: ChildProcess | null = null;
  let killedAt = 0;
  let lost = 0;
  let life = 0;
  const backAfter: number[] = [];
  const written = new Set<string>();
  let heard: (window: CoreClient) => void = () => {};
  let ready = new Promise<CoreClient>((resolve) => (heard = resolve));

  const supervisor = superviseCore({
    steadyMs: STEADY_MS,
    start() {
      const started = fork(
        join(projectFolder, 'main', 'core-process.ts'),
        [`--profile=${profile}`, `--resources=${join(projectFolder, 'resources')}`],
        { serialization: 'advanced', stdio: 'inherit', env: { ...process.env, ...COMPILED } },
      );
      child = started;
      return {
        channel: channelToChild(started),
        stop: () => started.disconnect(),
        kill: () => void started.kill('SIGKILL'),
      };
    },
    onReady() {
      life += 1;
      void answer(life);
    },
    onLost: () => (lost += 1),
  });

  /** What the window and the shell do with a core that is ready. */
  async function answer(number: number): Promise<void> {
    const [windowPort, shellPort] = [
      supervisor.openPort('window', 'window'),
      supervisor.openPort('shell', 'shell'),
    ];
    if (windowPort === null || shellPort === null) return;
    const [window, shell] = [createCoreClient(windowPort), createCoreClient(shellPort)];
    if (number === 1) {
      await window.ask('session.write', { person: 'Ada' });
      await window.ask('room.open', {});
    }
    const { rows } = await window.ask('table.read', {
      table: 'status',
      position: { mode: 'live' },
    });
    expect(rows).toHaveLength(1);
    if (killedAt > 0) backAfter.push(performance.now() - killedAt);
    await shell.ask('room.connect', {
      address: gateway.url,
      token: TOKENS.ada,
      tokenKept: false,
    });
    heard(window);
  }

  const watch = watchJournal(join(profile, 'rooms', 'live', 'journal-0001.sqlite'));
  for (let kill = 0; kill < KILLS; kill += 1) {
    const window = await ready;
    ready = new Promise((resolve) => (heard = resolve));
    const known = gateway.acknowledged.size;
    await gateway.produce(20 + Math.trunc(random() * 100));
    await gateway.grown(known, () => null);
    const command = { name: 'note.write' as const, text: `before kill ${kill}` };
    const note = await window.ask('command.run', { command });
    if (note.done) for (const id of note.facts) written.add(id);
    await pause(STEADY_MS + random() * 100);
    killedAt = performance.now();
    (child as ChildProcess | null)?.kill('SIGKILL');
  }
  const window = await ready;
  expect(lost).toBe(KILLS);
  const position = { mode: 'live' as const };
  for (;;) {
    const { rows } = await window.ask('table.read', { table: 'status', position });
    const { feed, outbox, facts } = rows[0] as { feed: string; outbox: number; facts: number };
    if (feed === 'connected' && outbox === 0 && facts >= gateway.sequence.length) break;
    await pause(20);
  }
  await supervisor.stop(5_000);
  expect(watch.look(gateway.sequence, [...gateway.sequence, ...written], true)).toEqual(NOTHING);
  expect(backAfter).toHaveLength(KILLS);
  await gateway.stop();
  const [middle, worst] = [median(backAfter), Math.max(...backAfter)].map(Math.round);
  figure('R-14', 'kills of the core’s process', KILLS, '50');
  figure('R-14', 'from the kill to the next answer, median (ms)', middle ?? 0, '≤ 1,000');
  figure('R-14', 'from the kill to the next answer, worst (ms)', worst ?? 0, '≤ 1,000');
}, 600_000);

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
