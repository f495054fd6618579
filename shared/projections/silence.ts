import { effectiveAt } from '../facts/fact.ts';
import type { Matcher } from '../facts/matcher.ts';
import type { Projection } from './projection.ts';

interface Described {
  matchers: Matcher[];
  startsAt: number;
  endsAt: number;
  comment: string;
}

/** What an Alertmanager says of a silence of its own. */
export interface ListedSilence extends Described {
  silenceId: string;
  createdBy: string;
  state: 'active' | 'pending' | 'expired';
  /** When it said so. */
  at: number;
}

export interface SilenceState {
  created: (Described & { by: string; purpose: 'silence' | 'maintenance' }) | null;
  /** A person of this room ended it. */
  expired: { by: string; at: number; comment: string | null } | null;
  listed: Record<string, ListedSilence>;
}

export const silenceProjection: Projection<SilenceState> = {
  noun: 'silence',
  kinds: ['silence.created', 'silence.expired', 'silence.listed'],
  initial: () => ({ created: null, expired: null, listed: {} }),
  apply(state, fact) {
    switch (fact.kind) {
      case 'silence.created': {
        const { matchers, startsAt, endsAt, comment, purpose } = fact.body;
        const by = fact.author?.person ?? '';
        state.created = { matchers, startsAt, endsAt, comment, purpose, by };
        return;
      }
      case 'silence.expired':
        state.expired = {
          by: fact.author?.person ?? '',
          at: effectiveAt(fact),
          comment: fact.body.comment ?? null,
        };
        return;
      case 'silence.listed':
        state.listed[fact.source] = { ...fact.body, at: effectiveAt(fact) };
        return;
      default:
        return;
    }
  },
};

/** One reading of a silence at a moment, whoever tells of it; null while nobody described it. */
export interface SilenceReading extends Described {
  createdBy: string;
  purpose: 'silence' | 'maintenance';
  state: 'active' | 'pending' | 'expired';
  /** Sources that list it; empty: a person of this room made it. */
  sources: string[];
  /** The Alertmanager's own id of it; null: it is this room's. */
  silenceId: string | null;
}

export function readSilence(state: SilenceState, now: number): SilenceReading | null {
  const listings = Object.entries(state.listed);
  // The newest word counts: a silence that was prolonged is listed by one peer before the other.
  const newest = listings.map(([, listed]) => listed).sort((a, b) => b.at - a.at)[0];
  const said = state.created ?? newest;
  if (said === undefined) return null;
  const over =
    // Written at most a moment ahead, after what it ends: from then on it holds nothing.
    state.expired !== null ||
    now >= said.endsAt ||
    (state.created === null && newest?.state === 'expired');
  const { matchers, startsAt, endsAt, comment } = said;
  return {
    matchers,
    startsAt,
    endsAt: state.expired === null ? endsAt : Math.min(endsAt, state.expired.at),
    comment,
    createdBy: state.created?.by ?? newest?.createdBy ?? '',
    purpose: state.created?.purpose ?? 'silence',
    state: over ? 'expired' : now < startsAt ? 'pending' : 'active',
    sources: listings.map(([source]) => source).sort(),
    silenceId: newest?.silenceId ?? null,
  };
}
