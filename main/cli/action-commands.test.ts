import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogueText } from '../testing/actions.ts';
import { scratchFolder } from '../testing/scratch.ts';
import { actionCommands } from './action-commands.ts';
import { UsageError } from './command.ts';

const show = {
  id: 'show-service',
  title: 'Show a service',
  does: 'Shows it.',
  kind: 'command',
  effect: 'reads',
  executable: '/bin/echo',
  argv: ['active'],
  timeoutSeconds: 5,
};

async function run(name: string, ...words: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const say = { out: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  const code = await actionCommands[`actions ${name}`]?.run(words, say);
  return { code: code ?? -1, said: said.join('\n') };
}

test('A2 a catalogue is signed, checked and installed from the command line, and refused by name', async () => {
  const folder = scratchFolder();
  const profile = scratchFolder();
  const file = join(folder, 'catalogue.json');
  const pem = join(folder, 'actions-key.pem');
  const pub = join(folder, 'actions-key.pub');
  writeFileSync(file, catalogueText([show]));
  expect((await run('keygen', folder)).code).toBe(0);
  expect(await run('keygen', folder)).toMatchObject({ code: 1 });
  expect(await run('verify', file, '--trust', pub)).toEqual({ code: 1, said: 'unsigned' });
  expect((await run('sign', file, '--key', pem)).code).toBe(0);
  expect((await run('verify', file, '--trust', pub)).code).toBe(0);
  const place = join(profile, 'actions');
  expect((await run('install', place, file, '--trust', pub)).code).toBe(0);
  expect((await run('list', profile)).said).toContain('show-service');
  // One that expired is not put over one that can be used.
  const old = join(folder, 'old.json');
  writeFileSync(old, catalogueText([show], { version: 2, expires: '2020-01-01T00:00:00Z' }));
  await run('sign', old, '--key', pem);
  expect((await run('install', place, old, '--trust', pub)).said).toContain('expired');
  expect((await run('list', profile)).said).toContain('show-service');
  expect(readdirSync(place).toSorted()).toEqual([
    'catalogue.json',
    'catalogue.json.sig',
    'trusted-keys',
  ]);
  // Others may write the list of keys.
  chmodSync(join(place, 'trusted-keys'), 0o666);
  expect((await run('list', profile)).said).toContain('unsafe-keys');
  // Another key, a changed file, a wrong catalogue, a broken signature.
  const other = scratchFolder();
  await run('keygen', other);
  const strange = join(other, 'actions-key.pub');
  expect(await run('verify', file, '--trust', strange)).toEqual({ code: 1, said: 'unknown-key' });
  writeFileSync(file, readFileSync(file, 'utf8').replace('active', 'broken'));
  expect(await run('verify', file, '--trust', pub)).toEqual({ code: 1, said: 'changed' });
  writeFileSync(`${file}.sig`, 'nothing');
  expect(await run('verify', file, '--trust', pub)).toEqual({ code: 1, said: 'bad-signature' });
  writeFileSync(file, catalogueText([{ ...show, argv: ['{nobody}'] }]));
  expect(await run('sign', file, '--key', pem)).toMatchObject({ code: 1 });
  await expect(run('sign', file)).rejects.toThrow(UsageError);
});
