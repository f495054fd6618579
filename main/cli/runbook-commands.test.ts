import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../testing/scratch.ts';
import { UsageError } from './command.ts';
import { runbookCommands } from './runbook-commands.ts';

async function run(name: string, ...words: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const say = {
    out: (text: string) => void out.push(text),
    error: (text: string) => void error.push(text),
  };
  const code = await runbookCommands[`runbook ${name}`]?.run(words, say);
  return { code, out, error };
}

function file(name: string, text: string): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, text);
  return path;
}

test('R1 a check names what is wrong by file and line, and says so in its exit code', async () => {
  const bad = file('bad.md', '# x\n\n## a\n\nWait: a while\n');
  expect(await run('check', file('good.md', '# x\n\n## a\n'))).toMatchObject({ code: 0, out: [] });
  const { code, out } = await run('check', bad);
  expect([code, out]).toEqual([
    1,
    [`${bad}:5: "a while" is not a duration such as 30s, 5m or 2h (wait)`],
  ]);
});

test('R6 another tool’s file becomes ours; nothing that is there is written over', async () => {
  const job = file('job.yaml', '- name: Job\n  x: 1\n  sequence: {commands: [{exec: uptime}]}\n');
  const folder = scratchFolder();
  const first = await run('convert', job, '--out', folder);
  expect(first).toMatchObject({ code: 0, out: [join(folder, 'job.md')] });
  expect(first.error[0]).toContain(`${job}:2:`);
  expect(readFileSync(join(folder, 'job.md'), 'utf8')).toContain('uptime');
  expect((await run('convert', job, '--out', folder)).code).toBe(1);
  expect((await run('convert', file('no.yaml', 'a: 1'))).code).toBe(1);
});

test('no file, or none that is there, is a wrong word', async () => {
  await expect(async () => run('check')).rejects.toThrow(UsageError);
  await expect(async () => run('check', '/nowhere.md')).rejects.toThrow(UsageError);
});
