import {
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TOKENS } from '../../gateway/test-gateway.ts';
import { SPACE_LIMITS, type SpaceLimits } from '../../main/disk-space.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { figure, times } from '../../scripts/tier/tier.ts';
import { startDesk, type CrashDesk } from './harness/crash-desk.ts';
import { NOTHING, watchJournal } from './harness/crash-check.ts';
import { startCountingGateway } from './harness/crash-gateway.ts';

const MEGABYTE = 1_048_576;
/** A round's notes, each on a disk that was just filled again. */
const NOTES = 40;
const ROUNDS = times({ change: 1, full: 5 });
/** As in use, but for the reserve, which is made at once. */
const LIMITS = { reserveAfterMs: 0 };

test('J16 R-05 a full disk: the feed waits, people write, all goes on by itself', async () => {
  const gateway = await startCountingGateway();
  await gateway.produce(1_000);
  const desk = await deskOnSmallDisk(gateway.url, LIMITS);
  const notes: string[] = [];
  await desk.until((row) => row.feed === 'connected' && row.facts === 1_000);
  await desk.reserved(SPACE_LIMITS.reserveBytes);
  const lowAfter: number[] = [];
  const onAfter: number[] = [];

  for (let round = 0; round < ROUNDS; round += 1) {
    const before = desk.told.length;
    let began = performance.now();
    desk.fill(SPACE_LIMITS.lowBytes - 20 * MEGABYTE);
    const low = await desk.until((row) => row.space === 'low' && row.feed === 'offline');
    lowAfter.push(performance.now() - began);
    expect(low).toMatchObject({ feedReason: 'space' });
    // To and fro around the limit changes nothing.
    desk.fill(SPACE_LIMITS.lowBytes + MEGABYTE);
    await gateway.produce(800);

    // Somebody else fills the disk to the last byte, and after each note again.
    desk.fill(0);
    for (let note = 0; note < NOTES; note += 1) {
      const text = `a note on a full disk ${round}-${note} ${'.'.repeat(500)}`;
      const answer = await desk.ask('command.run', { command: { name: 'note.write', text } });
      if (!answer.done) throw new Error(answer.code);
      notes.push(...answer.facts);
      desk.fill(0);
    }
    const file = join(scratchFolder(), 'export.holdfast');
    const written = await desk.ask('export.write', {
      format: 'bundle',
      path: file,
      incident: null,
      language: 'en',
    });
    expect(written.facts).toBeGreaterThanOrEqual(1_000 + notes.length);
    expect(statSync(file).size).toBe(written.bytes);

    began = performance.now();
    rmSync(desk.filler);
    const facts = gateway.sequence.length + notes.length;
    await desk.until(
      (row) => row.space === 'enough' && row.feed === 'connected' && row.outbox === 0,
    );
    onAfter.push(performance.now() - began);
    await desk.until((row) => row.facts >= facts - NOTES * (round + 1));
    await desk.reserved(SPACE_LIMITS.reserveBytes);
    const states = desk.told.slice(before).map((row) => row.space);
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual(
      round === 0 ? ['low', 'enough'] : expect.arrayContaining(['low', 'enough']),
    );
    // While it was low nobody was asked and nobody refused: one long wait.
    const whileLow = desk.told.slice(before).filter((row) => row.space === 'low');
    expect(whileLow.filter((row) => row.feed !== 'offline' && row.feed !== 'connected')).toEqual(
      [],
    );
  }

  // The disk goes with its last program: what lies on it is copied while that one stands still.
  process.kill(desk.pid, 'SIGSTOP');
  const copy = scratchFolder();
  cpSync(join(desk.folder, 'rooms', 'live'), copy, { recursive: true });
  await desk.kill();
  const watch = watchJournal(join(copy, 'journal-0001.sqlite'));
  const acknowledged = [...gateway.acknowledged, ...notes];
  expect(watch.look(gateway.sequence, acknowledged, true)).toEqual(NOTHING);
  const sent = (await gateway.facts()).filter(({ author }) => author !== undefined);
  expect(sent.map(({ id }) => id as string).sort()).toEqual([...notes].sort());
  figure('R-05', 'disk low, told after (ms)', Math.round(Math.max(...lowAfter)), '≤ 2,000');
  figure('R-05', 'space again, feed goes on (ms)', Math.round(Math.max(...onAfter)), '≤ 5,000');
  figure('R-05', 'notes saved on a full disk', notes.length, '≥ 1');
  await gateway.stop();
}, 600_000);

test('R-05 control: without a reserve a note finds no room', async () => {
  const gateway = await startCountingGateway();
  const desk = await deskOnSmallDisk(gateway.url, { lowBytes: 0, marginBytes: 0, reserveBytes: 0 });
  await desk.until((row) => row.feed === 'connected');
  desk.fill(0);
  const text = 'x'.repeat(19_000);
  let refused = null;
  for (let note = 0; note < 300 && refused === null; note += 1) {
    refused = await desk
      .ask('command.run', { command: { name: 'note.write', text: `${note} ${text}` } })
      .then(
        () => null,
        (error: unknown) => error,
      );
    desk.fill(0);
  }
  expect(refused).toMatchObject({ code: 'disk' });
  await desk.kill();
  await gateway.stop();
});

interface DeskOnSmallDisk extends CrashDesk {
  /** The profile, as this process reaches it. */
  readonly folder: string;
  readonly filler: string;
  /** Fills the disk until so much is free; a smaller filler frees some. */
  fill(freeBytes: number): void;
  /** Resolves when the reserve is as large as that. */
  reserved(bytes: number): Promise<void>;
}

/** A desk whose profile is a disk of its own, in memory, that only it has mounted. */
async function deskOnSmallDisk(
  address: string,
  space: Partial<SpaceLimits>,
): Promise<DeskOnSmallDisk> {
  const profile = scratchFolder();
  const mounts = process.getuid?.() === 0 ? ['-m'] : ['-r', '-m'];
  const mount = 'mount -t tmpfs -o size=220m none "$0" && exec "$@"';
  const desk = await startDesk(
    { profile, gateway: { address, token: TOKENS.ada }, space: { ...space } },
    ['unshare', ...mounts, 'sh', '-c', mount, profile],
  );
  const folder = join('/proc', String(desk.pid), 'root', profile);
  const filler = join(folder, 'filler');
  const free = (): number => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  return {
    ...desk,
    folder,
    filler,
    fill(freeBytes) {
      const held = existsSync(filler) ? statSync(filler).size : 0;
      const wanted = Math.max(0, held + free() - freeBytes);
      if (wanted < held) {
        // In place: written anew, all of it would be free for a moment.
        truncateSync(filler, wanted);
        return;
      }
      try {
        writeFileSync(filler, Buffer.alloc(wanted - held), { flag: 'a' });
      } catch (error) {
        if ((error as { code?: string }).code !== 'ENOSPC') throw error;
      }
    },
    async reserved(bytes) {
      const until = performance.now() + 30_000;
      const path = join(folder, 'reserve');
      while (!existsSync(path) || readFileSync(path).length < bytes) {
        if (performance.now() > until) throw new Error('no reserve was made');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}
