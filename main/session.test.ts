import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSession } from './session.ts';
import { scratchFolder } from './testing/scratch.ts';

test('what the disk does not take holds in memory, is told, and is written later', async () => {
  const path = join(scratchFolder(), 'session.json');
  const session = openSession(path, 20);
  onTestFinished(() => session.close());
  // A folder in the place of the draft: as a full or read-only disk, for this file.
  mkdirSync(`${path}.new`);
  expect(session.write({ person: 'maya' }).person).toBe('maya');
  expect(session.read().person).toBe('maya');
  expect(session.problem()).toMatch(/session\.json/);
  rmSync(`${path}.new`, { recursive: true });
  await expect.poll(() => session.problem()).toBeNull();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ person: 'maya' });
});

test('a word of another version costs no draft', () => {
  const path = join(scratchFolder(), 'session.json');
  writeFileSync(
    path,
    JSON.stringify({ person: 'maya', theme: 'of-tomorrow', drafts: { note: 'unsent' }, fresh: 1 }),
  );
  const session = openSession(path);
  expect(session.read()).toMatchObject({
    person: 'maya',
    theme: 'dark',
    drafts: { note: 'unsent' },
  });
  session.write({ room: 'live' });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ drafts: { note: 'unsent' } });
  session.close();
});
