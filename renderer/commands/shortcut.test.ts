import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { commandStore, dispatchKey, registerCommands, type UiCommand } from './registry.ts';
import { isPlain, matchesShortcut, mayFire, type KeyPress } from './shortcut.ts';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

/** An element that stands inside what these selectors' names say. */
const inside = (...names: string[]) => ({
  closest: (selector: string): boolean => names.some((name) => selector.includes(name)),
});

describe('shortcut', () => {
  test('modifiers must agree exactly', () => {
    expect(matchesShortcut('Ctrl+K', press('k', { ctrlKey: true }))).toBe(true);
    expect(matchesShortcut('Ctrl+K', press('k', { metaKey: true }))).toBe(true);
    expect(matchesShortcut('Ctrl+K', press('k'))).toBe(false);
    expect(matchesShortcut('Ctrl+K', press('K', { ctrlKey: true, shiftKey: true }))).toBe(false);
    expect(matchesShortcut('Ctrl+K', press('k', { ctrlKey: true, altKey: true }))).toBe(false);
    expect(matchesShortcut('A', press('a'))).toBe(true);
    expect(matchesShortcut('A', press('A', { shiftKey: true }))).toBe(false);
    expect(matchesShortcut('Shift+A', press('A', { shiftKey: true }))).toBe(true);
    expect(matchesShortcut('ArrowUp', press('ArrowUp', { shiftKey: true }))).toBe(false);
  });

  test('signs are compared as they are typed, whatever the layout needs for them', () => {
    expect(matchesShortcut('?', press('?', { shiftKey: true }))).toBe(true);
    expect(matchesShortcut('?', press('?'))).toBe(true);
    expect(matchesShortcut('+', press('+', { shiftKey: true }))).toBe(true);
    expect(matchesShortcut('Ctrl+,', press(',', { ctrlKey: true }))).toBe(true);
  });

  test('plain keys do nothing while somebody types', () => {
    expect(isPlain('A')).toBe(true);
    expect(isPlain('Shift+A')).toBe(true);
    expect(isPlain('Ctrl+K')).toBe(false);
    expect(mayFire('A', inside('textarea'))).toBe(false);
    expect(mayFire('?', inside('[role=combobox]'))).toBe(false);
    expect(mayFire('Ctrl+K', inside('textarea'))).toBe(true);
    expect(mayFire('A', inside('[role=menu]'))).toBe(false);
    expect(mayFire('A', inside('nothing of note'))).toBe(true);
    expect(mayFire('A', null)).toBe(true);
  });

  test('nothing fires inside a dialog', () => {
    expect(mayFire('Ctrl+K', inside('[role=dialog]'))).toBe(false);
    expect(mayFire('A', inside('[role=alertdialog]'))).toBe(false);
  });

  test('a focused control keeps the keys that operate it', () => {
    expect(mayFire('Enter', inside('button'))).toBe(false);
    expect(mayFire('ArrowLeft', inside('[role=slider]'))).toBe(false);
    expect(mayFire('A', inside('a[href]'))).toBe(true);
  });
});

describe('registry', () => {
  afterEach(() => commandStore.setState({ commands: new Map() }));
  const ran: string[] = [];
  const command = (id: string, shortcut: string, more: Partial<UiCommand> = {}): UiCommand => ({
    id,
    group: 'window',
    titleKey: 'command.settings',
    shortcut,
    run: () => void ran.push(id),
    ...more,
  });

  test('the newest enabled registration of a key is run', () => {
    ran.length = 0;
    registerCommands([command('old', 'A')]);
    registerCommands([command('new', 'A')]);
    registerCommands([command('disabled', 'A', { isEnabled: () => false })]);
    expect(dispatchKey(press('a'), null)).toBe(true);
    expect(ran).toEqual(['new']);
    expect(dispatchKey(press('z'), null)).toBe(false);
  });

  test('unregistering takes away its own commands only', () => {
    const stop = registerCommands([command('a', 'A'), command('b', 'B')]);
    const replaced = command('b', 'B');
    registerCommands([replaced]);
    stop();
    expect([...commandStore.getState().commands.values()]).toEqual([replaced]);
  });

  test('nothing is run while somebody types', () => {
    ran.length = 0;
    registerCommands([command('a', 'A'), command('k', 'Ctrl+K')]);
    expect(dispatchKey(press('a'), inside('input'))).toBe(false);
    expect(dispatchKey(press('k', { ctrlKey: true }), inside('input'))).toBe(true);
    expect(ran).toEqual(['k']);
  });
});

/**
 * Plain keys belong to the view that is on screen; with Ctrl or Alt they work from everywhere, so that
 * one of them twice would hide a command.
 */
test('no two commands have the same keys with Ctrl or Alt', () => {
  const folder = join(import.meta.dirname, '..');
  const owners = new Map<string, Set<string>>();
  for (const file of globSync('**/*.{ts,tsx}', { cwd: folder })) {
    if (file.includes('.test.')) continue;
    const source = readFileSync(join(folder, file), 'utf8');
    // A command says its id before its keys; a button that only shows keys has no id.
    for (const [, id = '', keys = ''] of source.matchAll(
      /\bid: '([a-z.-]+)',(?:(?!\bid: ')[\s\S])*?\bshortcut: (\[[^\]]*\]|'[^']*')/gu,
    )) {
      for (const [, shortcut = ''] of keys.matchAll(/'((?:Ctrl|Alt)\+[^']+)'/gu)) {
        owners.set(shortcut, (owners.get(shortcut) ?? new Set()).add(id));
      }
    }
  }
  expect(owners.size).toBeGreaterThan(20);
  const twice = [...owners].filter(([, ids]) => ids.size > 1);
  expect(twice.map(([shortcut, ids]) => [shortcut, ...ids])).toEqual([]);
});
