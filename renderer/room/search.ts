import { createStore } from 'zustand/vanilla';
import type { Answer, PortError, TimelineEntry } from '../../shared/ipc/contract.ts';
import { text } from '../i18n/text.ts';
import { showToast } from '../kit/toast-store.ts';
import { core, errorCode } from './core.ts';
import { goTo } from './navigation.ts';

/** Finding words in all of the record, and going to what was found. */

interface SearchState {
  /** The results stand in place of the timeline's entries. */
  readonly isOpen: boolean;
  readonly text: string;
  /** Newest first. */
  readonly hits: readonly TimelineEntry[];
  /** The last page was full: older ones may follow. */
  readonly hasMore: boolean;
  readonly isReading: boolean;
  /** What the hits answer; null before the first answer. */
  readonly answered: string | null;
  readonly indexed: number;
  readonly facts: number;
  readonly error: PortError['code'] | null;
}

const EMPTY: Omit<SearchState, 'isOpen' | 'text'> = {
  hits: [],
  hasMore: false,
  isReading: false,
  answered: null,
  indexed: 0,
  facts: 0,
  error: null,
};

export const searchStore = createStore<SearchState>(() => ({ isOpen: false, text: '', ...EMPTY }));

/** An entry that was found and is to be shown by the timeline; null once it is. */
export const revealStore = createStore<{ readonly entry: TimelineEntry | null }>(() => ({
  entry: null,
}));

const PAGE = 100;
const DELAY_MS = 150;

let timer: ReturnType<typeof setTimeout> | null = null;

/** Opens the search on the timeline; without a text with what was looked for last. */
export function openSearch(text?: string): void {
  goTo('timeline');
  searchStore.setState({ isOpen: true });
  setSearchText(text ?? searchStore.getState().text);
}

export function closeSearch(): void {
  searchStore.setState({ isOpen: false });
}

/** Looks for a text a moment after the last letter. */
export function setSearchText(text: string): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  if (text.trim() === '') {
    searchStore.setState({ text, ...EMPTY });
    return;
  }
  searchStore.setState({ text, isReading: true });
  timer = setTimeout(() => void readPage(null), DELAY_MS);
}

/** Reads the next, older page. */
export function readMore(): void {
  const oldest = searchStore.getState().hits.at(-1);
  if (oldest) void readPage(oldest.seq);
}

/** Newest entries that hold the words, for a few hits beside other things. */
export function findInRecord(text: string, limit: number): Promise<Answer<'search.read'>> {
  return core.ask('search.read', { text: text.trim(), before: null, limit });
}

/** Puts the desk to the moment of an entry and shows it in the timeline. */
export function revealEntry(entry: TimelineEntry): void {
  closeSearch();
  goTo('timeline');
  revealStore.setState({ entry });
}

/** The same for a fact by its id, or the first 12 or more digits of it. @returns false where it is not held */
export async function revealFact(id: string): Promise<boolean> {
  try {
    const [entry] = (await core.ask('fact.read', { ids: [id] })).entries;
    if (entry === undefined) {
      showToast({ tone: 'warning', title: text('fact.missing') });
      return false;
    }
    revealEntry(entry);
    return true;
  } catch (failure) {
    showToast({ tone: 'critical', title: text(`error.${errorCode(failure)}`) });
    return false;
  }
}

async function readPage(before: number | null): Promise<void> {
  const { text } = searchStore.getState();
  searchStore.setState({ isReading: true });
  try {
    const answer = await core.ask('search.read', { text: text.trim(), before, limit: PAGE });
    const state = searchStore.getState();
    // Something else is looked for meanwhile: its own answer follows.
    if (state.text !== text) return;
    searchStore.setState({
      hits: before === null ? answer.entries : [...state.hits, ...answer.entries],
      hasMore: answer.entries.length === PAGE,
      isReading: false,
      answered: text,
      indexed: answer.indexed,
      facts: answer.facts,
      error: null,
    });
  } catch (failure) {
    if (searchStore.getState().text !== text) return;
    searchStore.setState({ isReading: false, answered: text, error: errorCode(failure) });
  }
}

// What was found belongs to the room that it was found in.
core.on('session.changed', () => searchStore.setState({ isOpen: false, text: '', ...EMPTY }));
