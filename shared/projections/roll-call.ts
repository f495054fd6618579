import { effectiveAt } from '../facts/fact.ts';
import type { Projection } from './projection.ts';

export interface RollCallState {
  incident: string;
  startedAt: number;
  startedBy: string;
  /** Who was expected, then who came without being expected; `present` null: not answered yet. */
  people: {
    person: string;
    team: string;
    expected: boolean;
    present: boolean | null;
    comment: string;
    at: number | null;
  }[];
}

export const rollCallProjection: Projection<RollCallState> = {
  noun: 'roll-call',
  kinds: ['roll-call.started', 'roll-call.answered'],
  initial: () => ({ incident: '', startedAt: 0, startedBy: '', people: [] }),
  apply(state, fact) {
    if (fact.kind === 'roll-call.started') {
      state.incident = fact.body.incident;
      state.startedAt = effectiveAt(fact);
      state.startedBy = fact.author?.person ?? '';
      const came = state.people;
      state.people = fact.body.expected.map(({ person, team }) => ({
        person,
        team,
        expected: true,
        present: null,
        comment: '',
        at: null,
      }));
      // Answers that stand before the call itself, by a clock that was behind.
      for (const answer of came) answerOf(state, answer.person, answer.team, answer);
    } else if (fact.kind === 'roll-call.answered') {
      const { person, team, present, comment } = fact.body;
      answerOf(state, person, team, { present, comment, at: effectiveAt(fact) });
    }
  },
};

function answerOf(
  state: RollCallState,
  person: string,
  team: string,
  { present, comment, at }: Pick<RollCallState['people'][number], 'present' | 'comment' | 'at'>,
): void {
  const known = state.people.find((candidate) => candidate.person === person);
  if (known) Object.assign(known, { present, comment, at });
  else state.people.push({ person, team, expected: false, present, comment, at });
}
