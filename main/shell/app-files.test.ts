import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { contentSecurityPolicy, fileForAddress, isAppAddress, listAppFiles } from './app-files.ts';

const base = mkdtempSync(join(tmpdir(), 'holdfast-app-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const folder = join(base, 'renderer');
mkdirSync(join(folder, 'assets'), { recursive: true });
writeFileSync(join(folder, 'index.html'), '<!doctype html>');
writeFileSync(join(folder, 'assets', 'start-a_B-1.js'), '');
writeFileSync(join(folder, 'assets', 'start.js.map'), '');
writeFileSync(join(base, 'package.json'), '{}');
symlinkSync(join(base, 'package.json'), join(folder, 'assets', 'link.json'));
symlinkSync(base, join(folder, 'up'));
const files = listAppFiles(folder);

test('the bundle is served, each file with its type', () => {
  expect([...files.keys()].toSorted()).toEqual(['/', '/assets/start-a_B-1.js', '/index.html']);
  const page = fileForAddress('app://holdfast/index.html?x=1#y', files);
  expect(page).toEqual({ path: join(folder, 'index.html'), mimeType: 'text/html; charset=utf-8' });
  expect(fileForAddress('app://holdfast/assets/start-a_B-1.js', files)?.mimeType).toMatch(
    /^text\/javascript/,
  );
});

const climbs = [
  '..',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '%252e%252e',
  '..%00',
  '....',
  '%c0%ae%c0%ae',
  '．．',
];
const separators = ['/', '%2f', '%2F', '\\', '%5c', '%5C', '//', '/./', '%252f'];
const targets = ['package.json', 'etc/passwd'];
const hostile = [
  ...climbs.flatMap((climb) =>
    separators.flatMap((separator) =>
      targets.map((target) => `app://holdfast/${climb}${separator}${climb}${separator}${target}`),
    ),
  ),
  'app://holdfast/up/package.json',
  'app://holdfast/assets/link.json',
  'app://holdfast/assets',
  'app://holdfast/assets/',
  'app://holdfast/assets/start.js.map',
  'app://holdfast/INDEX.HTML',
  'app://holdfast/Index.html',
  'app://holdfast/index.html/',
  'app://holdfast/index.html%00',
  'app://holdfast/index.html%00.png',
  'app://holdfast/index.html::$DATA',
  'app://holdfast/index.html%20',
  'app://holdfast/index.html.',
  'app://holdfast/%69ndex.html',
  'app://holdfast/C:/Windows/win.ini',
  'app://holdfast/C:%5cWindows%5cwin.ini',
  'app://holdfast//etc/passwd',
  'app://holdfast/file:///etc/passwd',
  'app://holdfast/~/.ssh/id_ed25519',
  'app://holdfast/constructor',
  'app://holdfast/__proto__',
  'app://holdfast:80/index.html',
  'app://user@holdfast/index.html',
  'app://user:secret@holdfast/index.html',
  'app://other/index.html',
  'app://holdfast.evil.example/index.html',
  'app://evil.example/holdfast/index.html',
  'app:///index.html',
  'app:index.html',
  'app2://holdfast/index.html',
  'http://holdfast/index.html',
  'https://holdfast/index.html',
  'file:///etc/passwd',
  'data:text/html,x',
  'javascript:alert(1)',
  'blob:app://holdfast/x',
  '',
  'index.html',
  '\0',
];

test(`${hostile.length} hostile addresses are answered with nothing`, () => {
  expect(hostile.length).toBeGreaterThanOrEqual(200);
  expect(hostile.filter((address) => fileForAddress(address, files) !== null)).toEqual([]);
});

test('no address reaches a file that is not in the bundle', () => {
  const paths = new Set([...files.values()].map((file) => file.path));
  const piece = fc.oneof(fc.string(), fc.constantFrom(...climbs, ...separators, ...targets));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const file = fileForAddress(`app://holdfast/${pieces.join('')}`, files);
      if (file) expect(paths.has(file.path)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('only our own pages are ours', () => {
  expect(isAppAddress('app://holdfast/index.html')).toBe(true);
  for (const address of [
    'app://other/',
    'https://holdfast/',
    'about:blank',
    '',
    'app://holdfast.x/',
  ]) {
    expect(isAppAddress(address)).toBe(false);
  }
});

test('the policy starts from nothing and lets no inline script, style or evaluation in', () => {
  expect(contentSecurityPolicy).toMatch(/^default-src 'none'; /);
  expect(contentSecurityPolicy).toContain("require-trusted-types-for 'script'");
  expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:|blob:/);
});
