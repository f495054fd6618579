import { createStore } from 'zustand/vanilla';
import { positionSchema } from '../../shared/ipc/position.ts';
import { goTo, VIEWS, type ViewName } from './navigation.ts';
import { positionStore, setPosition } from './position.ts';
import { select, selectionStore } from './selection.ts';

/**
 * A link inside the room: which view, what it shows, what is chosen, and the moment that is looked
 * at. It stands in notes and messages as text and is opened by this application alone; it names
 * nothing outside, and opening it changes nothing but what is on the screen.
 */

const SCHEME = 'holdfast:';

/** What a view is to show, until the view has taken it. */
export const linkStore = createStore<{ readonly view: ViewName | null; readonly params: string }>(
  () => ({ view: null, params: '' }),
);

/** @param params what the view itself says of what it shows, as the text of a query */
export function makeLink(view: ViewName, params: string): string {
  const all = new URLSearchParams(params);
  const { position } = positionStore.getState();
  if (position.mode !== 'live') all.set('at', `${position.mode}:${position.moment}`);
  const { thing } = selectionStore.getState();
  if (thing !== null) all.set('chosen', thing);
  const query = all.toString();
  return `${SCHEME}${view}${query === '' ? '' : `?${query}`}`;
}

/** Shows the map as another view wishes it. */
export function showMap(params: string): void {
  linkStore.setState({ view: 'map', params });
  goTo('map');
}

/** Opens a link. @returns false where the text is none */
export function openLink(text: string): boolean {
  const read = readLink(text);
  if (read === null) return false;
  const [mode, moment] = (read.params.get('at') ?? '').split(':');
  const position = positionSchema.safeParse(
    moment === undefined ? { mode: 'live' } : { mode, moment: Number(moment) },
  );
  if (position.success) setPosition(position.data);
  select(read.params.get('chosen'));
  linkStore.setState({ view: read.view, params: read.params.toString() });
  goTo(read.view);
  return true;
}

/** Every link in a text, with where it stands. */
export function linksIn(text: string): readonly { readonly at: number; readonly link: string }[] {
  return [...text.matchAll(/holdfast:[a-z]+(?:\?[^\s<>"]*)?/g)]
    .filter(([link]) => readLink(link) !== null)
    .map((match) => ({ at: match.index, link: match[0] }));
}

function readLink(text: string): { view: ViewName; params: URLSearchParams } | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith(SCHEME) || trimmed.length > MOST_CHARACTERS) return null;
  const [name = '', query = ''] = trimmed.slice(SCHEME.length).split('?', 2);
  const view = VIEWS.find((known) => known === name);
  return view === undefined ? null : { view, params: new URLSearchParams(query) };
}

const MOST_CHARACTERS = 16_000;
