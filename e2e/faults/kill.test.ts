import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TOKENS } from '../../gateway/test-gateway.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { scratchFolder } from '../../main/testing/scratch.ts';
import { openViews } from '../../main/views/views.ts';
import { figure, seedOf, times } from '../../scripts/tier/tier.ts';
import { canonicalJson } from '../../shared/kit/canonical.ts';
import { seededRandom } from '../../shared/kit/random.ts';
import { NOTHING, watchJournal } from './harness/crash-check.ts';
import { COMPILED, loadDesk, startDesk, type CrashDesk } from './harness/crash-desk.ts';
import { startCountingGateway } from './harness/crash-gateway.ts';
import type { FeedSettings } from './harness/feed-process.ts';

const KILLS = times({ change: 100, full: 1_000 });
/** Every so many lives the whole file is read, and the start is a cold one, whose time counts. */
const WHOLE_EVERY = 25;

test('J2 W2 C3 R-01 a core that is killed at any moment loses, doubles and invents nothing', async () => {
  const random = seededRandom(seedOf('kill'));
  const profile = scratchFolder();
  const gateway = await startCountingGateway();
  const { sequence, acknowledged } = gateway;
  const settings = {
    profile,
    gateway: { address: gateway.url, token: TOKENS.ada },
  };
  const watch = watchJournal(join(profile, 'rooms', 'live', 'journal-0001.sqlite'));
  const starts: number[] = [];
  /** What a command answered: from then on it may not be lost. */
  const written = new Set<string>();
  void gateway.produce(2_500);
  let next = loadDesk(settings);
  for (let life = 0; life < KILLS; life += 1) {
    const cold = life % 10 === 9;
    if (cold) await next.drop();
    const desk = cold ? await startDesk(settings) : await next.go();
    if (cold) starts.push(desk.startedMs);
    next = loadDesk(settings);
    const before = acknowledged.size;
    // Now and then so much was missed that the heads go first.
    void gateway.produce(life % 20 === 19 ? 2_500 : 5 + Math.trunc(random() * 60));
    const writing = write(desk, written, random);
    await gateway.grown(before, desk.ended);
    await pause(random() * 60);
    void gateway.produce(1 + Math.trunc(random() * 40));
    await pause(random() * 60);
    expect(await desk.kill(), 'the desk ended by itself').toBeNull();
    await writing;
    const whole = life % WHOLE_EVERY === WHOLE_EVERY - 1 || life === KILLS - 1;
    expect(watch.look(sequence, [...acknowledged, ...written], whole)).toEqual(NOTHING);
  }

  const last = await next.go();
  await last.until((row) => row.feed === 'connected' && row.outbox === 0 && row.feedBehind === 0);
  await last.stop();
  expect(watch.look(sequence, [...sequence, ...written], true)).toEqual(NOTHING);
  const people = (await gateway.facts()).filter(({ author }) => author !== undefined);
  const names = people.map(({ author }) => `${author?.replica}:${author?.counter}`);
  expect(new Set(names).size, 'a note is on the gateway twice').toBe(names.length);
  const sent = new Set(people.map(({ id }) => id as string));
  expect([...written].filter((id) => !sent.has(id))).toEqual([]);
  expect(watch.facts()).toBe(sequence.length);
  expect(viewsDifference(join(profile, 'rooms', 'live'))).toBeNull();

  figure('R-01', 'kills at random moments', KILLS, KILLS >= 1_000 ? '1,000' : '100 a change');
  figure('R-01', 'acknowledged facts, none lost, doubled or invented', acknowledged.size);
  figure('R-01', 'notes of people, none lost, none sent twice', written.size);
  figure('R-01', 'cold start to first query, median (ms)', Math.round(median(starts)), '≤ 1,000');
  figure('R-01', 'cold start to first query, worst (ms)', Math.round(Math.max(...starts)));
  await gateway.stop();
});

test('R-01 control: a receipt before the commit is found to lose facts', async () => {
  const random = seededRandom(seedOf('kill, control'));
  const folder = scratchFolder();
  const gateway = await startCountingGateway();
  const { sequence, acknowledged } = gateway;
  const watch = watchJournal(join(folder, 'journal-0001.sqlite'));
  let lost = 0;
  for (let life = 0; life < 10 && lost === 0; life += 1) {
    const settings: FeedSettings = {
      folder,
      address: gateway.url,
      token: TOKENS.ada,
      person: 'Ada',
      until: 1e9,
      notes: 0,
      checkpointPages: 1_000,
      views: true,
      without: 'commit-before-receipt',
    };
    const program = join(import.meta.dirname, 'harness', 'feed-process.ts');
    const victim = spawn(process.execPath, [program, JSON.stringify(settings)], {
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...process.env, ...COMPILED },
    });
    const gone = once(victim, 'exit');
    void gateway.produce(20);
    const before = acknowledged.size;
    await gateway.grown(before, () => victim.exitCode?.toString() ?? null);
    for (let batch = 0; batch < 5; batch += 1) {
      void gateway.produce(10);
      await pause(random() * 20);
    }
    victim.kill('SIGKILL');
    await gone;
    if (existsSync(join(folder, 'journal-0001.sqlite'))) {
      lost = watch.look(sequence, acknowledged, false).lost.length;
    }
  }
  expect(lost).toBeGreaterThan(0);
  await gateway.stop();
});

/** A person writes for as long as the desk lives. */
async function write(desk: CrashDesk, written: Set<string>, random: () => number): Promise<void> {
  try {
    for (let note = 0; note < 8; note += 1) {
      const text = `note ${note} ${'.'.repeat(Math.trunc(random() * 2_000))}`;
      const answer = await desk.ask('command.run', { command: { name: 'note.write', text } });
      if (answer.done) for (const id of answer.facts) written.add(id);
      await pause(random() * 20);
    }
  } catch (error) {
    if (desk.ended() === null) throw error;
  }
}

/** The views that survived, against views that are made anew from the same journal. */
function viewsDifference(folder: string): string | null {
  const journal = openJournal({ folder });
  const survived = openViews(folder, journal);
  const anew = openViews(scratchFolder(), journal);
  try {
    for (const views of [survived, anew]) while (views.catchUp(2_000).more);
    for (const thing of new Set([...survived.current.keys(), ...anew.current.keys()])) {
      const [left, right] = [survived, anew].map(({ current }) =>
        canonicalJson(current.get(thing) ?? null),
      );
      if (left !== right) return `${thing}: ${left} survived, ${right} from scratch`;
    }
    return null;
  } finally {
    survived.close();
    anew.close();
    journal.close();
  }
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
