import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const realms = ['shared', 'gateway', 'main', 'renderer', 'scripts', 'e2e'];

function testFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(test|spec)\.tsx?$|conformance\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

test('every law of SPEC.md has a test whose name begins with its ID', () => {
  const spec = readFileSync(join(root, 'shared', 'SPEC.md'), 'utf8');
  const laws = [...spec.matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map((match) => match[1] ?? '');
  expect(laws.length).toBeGreaterThan(20);
  expect(new Set(laws).size).toBe(laws.length);
  const named = new Set<string>();
  for (const file of realms.flatMap(testFiles)) {
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(/\b(?:test|it)(?:\.\w+)?\(\s*['"`]((?:[A-Z]\d+[ ,]+)+)/g)) {
      for (const id of (match[1] ?? '').split(/[ ,]+/)) named.add(id);
    }
  }
  expect(laws.filter((law) => !named.has(law))).toEqual([]);
});
