import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openCopies } from '../journal/copies.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { lockProfile } from '../profile-lock.ts';
import { flipRow } from '../testing/damage.ts';
import { firedFact } from '../testing/facts.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { UsageError } from './command.ts';
import { journalCommands } from './journal-commands.ts';

const T0 = 1_760_000_000_000;

function facts(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    firedFact({ name: `A${(from + index) % 7}`, service: 'pay', at: T0 + (from + index) * 1_000 }),
  );
}

function live(profile: string): string {
  return join(profile, 'rooms', 'live');
}

/** A profile with a journal of 30 facts. */
function profileWithJournal(): { profile: string; journal: Journal } {
  const profile = scratchFolder();
  const journal = openJournal({ folder: live(profile) });
  journal.appendForeign(facts(1, 30), T0);
  return { profile, journal };
}

async function run(
  name: string,
  ...words: string[]
): Promise<{ code: number; out: string; error: string }> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await journalCommands[`journal ${name}`]?.run(words, {
    out: (text) => out.push(text),
    error: (text) => error.push(text),
  });
  return { code: code ?? -1, out: out.join('\n'), error: error.join('\n') };
}

test('J7 check reads a whole journal also while it is written, and names every damaged fact', async () => {
  const { profile, journal } = profileWithJournal();
  const whole = await run('check', profile);
  expect(whole.code).toBe(0);
  expect(JSON.parse(whole.out)).toMatchObject({ facts: 30, damaged: [] });
  while (!journal.seal(5));
  journal.appendForeign(facts(31, 40), T0);
  journal.close();
  flipRow(join(live(profile), 'journal-0002.sqlite'), 33);
  const { code, out } = await run('check', profile);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    facts: 40,
    damaged: [33],
    files: [
      { name: 'journal-0001.sqlite', sealed: true, facts: 30, damage: null },
      {
        name: 'journal-0002.sqlite',
        sealed: false,
        facts: 10,
        damage: expect.any(String) as string,
      },
    ],
  });
  expect((await run('files', profile)).out.split('\n')).toHaveLength(2);
});

test('J10 salvage saves what is left, prints a report, and says so where nothing is to be done', async () => {
  const { profile, journal } = profileWithJournal();
  journal.close();
  expect(await run('salvage', profile)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/whole/) as string,
  });
  flipRow(join(live(profile), 'journal-0001.sqlite'), 7);
  const { code, out } = await run('salvage', profile);
  expect(code).toBe(0);
  expect(out).toContain('Kept: 29 facts');
  expect(out).toContain('Missing: 1');
  expect(JSON.parse((await run('check', profile)).out)).toMatchObject({ facts: 29, damaged: [] });
  expect(readdirSync(live(profile)).filter((name) => name.startsWith('damaged-'))).toHaveLength(1);
});

test('J12 backup while it is written, restore elsewhere, and never over a journal unasked', async () => {
  const { profile, journal } = profileWithJournal();
  const place = scratchFolder();
  const backup = await run('backup', profile, place);
  expect(backup.code).toBe(0);
  const { path } = JSON.parse(backup.out) as { path: string };
  journal.appendForeign(facts(31, 35), T0);
  journal.close();
  const other = scratchFolder();
  expect(JSON.parse((await run('restore', path, other)).out)).toMatchObject({ facts: 30 });
  expect(await run('restore', path, profile)).toMatchObject({
    code: 1,
    error: expect.stringMatching(/Nothing was changed.*--replace/) as string,
  });
  const replaced = JSON.parse((await run('restore', path, profile, '--replace')).out) as {
    aside: string;
  };
  expect(existsSync(join(replaced.aside, 'journal-0001.sqlite'))).toBe(true);
  expect(JSON.parse((await run('check', profile)).out)).toMatchObject({ facts: 30, damaged: [] });
  expect(JSON.parse((await run('check', path)).out)).toMatchObject({ facts: 30 });
});

test('J12 restore goes back to a moment of the rolling copies', async () => {
  const { profile, journal } = profileWithJournal();
  let now = T0;
  const folder = join(profile, 'copies');
  const copies = openCopies({ journal, folder, now: () => now, freeBytes: () => 1e12 });
  onTestFinished(() => copies.close());
  while (copies.step(50));
  journal.appendForeign(facts(31, 35), T0);
  now += 600_000;
  while (copies.step(50));
  journal.close();
  const restored = async (...words: string[]) =>
    JSON.parse((await run('restore', folder, scratchFolder(), ...words)).out) as unknown;
  expect(await restored()).toMatchObject({ facts: 35 });
  const at = new Date(T0 + 1_000).toISOString();
  expect(await restored('--at', at)).toMatchObject({ facts: 30, at: new Date(T0).toISOString() });
  const early = await run('restore', folder, scratchFolder(), '--at', '2020-01-01T00:00:00Z');
  expect(early).toMatchObject({ code: 1, error: expect.stringMatching(/oldest point/) as string });
  expect(JSON.parse((await run('check', folder)).out)).toMatchObject({ damaged: [] });
});

test('J11 seal closes the file and begins the next one', async () => {
  const { profile, journal } = profileWithJournal();
  journal.close();
  expect(JSON.parse((await run('seal', profile)).out)).toMatchObject({ facts: 30 });
  expect(
    (await run('files', profile)).out.split('\n').map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { sealed: true, facts: 30 },
    { sealed: false, facts: 0 },
  ]);
});

test('J12 what changes a journal is refused while another process has it, and wrong words are told', async () => {
  const { profile, journal } = profileWithJournal();
  journal.close();
  const letGo = lockProfile(profile);
  expect(await run('salvage', profile)).toMatchObject({ code: 3 });
  letGo();
  expect(await run('check', scratchFolder())).toMatchObject({ code: 2 });
  await expect(run('check')).rejects.toThrow(UsageError);
  await expect(run('restore', 'a', 'b', '--at', 'yesterday')).rejects.toThrow(/no moment/);
});

test('the command line answers help, codes and unknown words', async () => {
  const cli = async (...words: string[]) =>
    promisify(execFile)(process.execPath, [
      join(import.meta.dirname, 'holdfast.ts'),
      ...words,
    ]).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: { code: number; stderr: string }) => ({ code: error.code, text: error.stderr }),
    );
  const helped = await cli('journal', 'restore', '--help');
  expect(helped.code).toBe(0);
  expect(helped.text).toContain('--replace');
  expect(await cli('journal', 'check')).toMatchObject({ code: 2 });
  expect((await cli('no', 'such')).text).toContain('journal salvage');
});
