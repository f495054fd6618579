import { afterEach, expect, test } from 'vitest';
import { linksIn, linkStore, makeLink, openLink } from './links.ts';
import { goTo, viewStore } from './navigation.ts';
import { goLive, positionStore, setPosition } from './position.ts';
import { select, selectionStore } from './selection.ts';

afterEach(() => {
  goLive();
  select(null);
  goTo('desk');
  linkStore.setState({ view: null, params: '' });
});

test('a link brings back view, moment, what was chosen, and what the view says of itself', () => {
  setPosition({ mode: 'known', moment: 1_760_000_000_000 });
  select('node:pay core & co');
  const link = makeLink('map', 'by=unit&focus=a%26b');
  goLive();
  select(null);
  expect(openLink(` ${link} `)).toBe(true);
  expect(positionStore.getState().position).toEqual({ mode: 'known', moment: 1_760_000_000_000 });
  expect(selectionStore.getState().thing).toBe('node:pay core & co');
  expect(viewStore.getState().view).toBe('map');
  expect(linkStore.getState().view).toBe('map');
  const params = new URLSearchParams(linkStore.getState().params);
  expect([params.get('by'), params.get('focus')]).toEqual(['unit', 'a&b']);
});

test('S-07 what is no link of this room opens nothing', () => {
  for (const text of [
    'https://example.com',
    'holdfast:nowhere',
    'holdfast://open/incident',
    'javascript:alert(1)',
    `holdfast:map?${'x'.repeat(20_000)}`,
    '',
  ]) {
    expect(openLink(text)).toBe(false);
  }
  expect(viewStore.getState().view).toBe('desk');
  expect(openLink('holdfast:map?at=known:soon')).toBe(true);
  expect(positionStore.getState().position.mode).toBe('live');
});

test('links are found in a text where they stand', () => {
  const text = 'see holdfast:map?by=unit and (holdfast:units) or holdfast:secret?x=1';
  expect(linksIn(text)).toEqual([
    { at: 4, link: 'holdfast:map?by=unit' },
    { at: 30, link: 'holdfast:units' },
  ]);
});
