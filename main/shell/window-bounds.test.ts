import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readBounds, writeBounds } from './window-bounds.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bounds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'window.json');
const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
const bounds = { x: 100, y: 50, width: 1200, height: 800, maximized: true };
const plain = { width: 1440, height: 900, maximized: false };

test('a window comes back where it stood', () => {
  writeBounds(file, bounds);
  expect(readBounds(file, screens)).toEqual(bounds);
});

test('a window whose screen is gone comes back on the one that is there', () => {
  writeBounds(file, { ...bounds, x: 3_000 });
  expect(readBounds(file, screens)).toEqual({ width: 1200, height: 800, maximized: true });
  writeBounds(file, { ...bounds, y: -500 });
  expect(readBounds(file, screens)).not.toHaveProperty('y');
});

test.each(['', '{', 'null', '{"width":1}', '{"width":1e9,"height":900,"maximized":false}'])(
  'a broken file (%j) costs only the place',
  (text) => {
    writeFileSync(file, text);
    expect(readBounds(file, screens)).toEqual(plain);
  },
);

test('no file is no error', () => {
  expect(readBounds(join(folder, 'nothing.json'), screens)).toEqual(plain);
});
