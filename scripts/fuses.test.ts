import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectFolder } from './cache.ts';
import { intendedFuses, wrongFuses } from './fuses.ts';

const configuration = parse(readFileSync(join(projectFolder, 'electron-builder.yml'), 'utf8')) as {
  electronFuses: unknown;
  publish: unknown;
  npmRebuild: unknown;
  asar: unknown;
};

test('the release configuration sets the intended fuses and no others', () => {
  expect(configuration.electronFuses).toEqual(intendedFuses);
});

test('a release is no interpreter, takes no debugger and loads only its archive', () => {
  expect(intendedFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    onlyLoadAppFromAsar: true,
  });
  expect(configuration.asar).toBe(true);
});

test('a fuse that is not as intended is named', () => {
  expect(wrongFuses(intendedFuses, intendedFuses)).toEqual([]);
  expect(wrongFuses({ ...intendedFuses, runAsNode: true }, intendedFuses)).toEqual(['runAsNode']);
});
