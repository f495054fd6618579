import type { KnownFact } from '../facts/catalogue.ts';
import type { ClockPoint } from '../facts/incident.ts';
import type { PlacedPoint } from './clock.ts';
import { inOrder, type Keyed } from './keyed.ts';

/** What the facts of the incident itself say of its clock. */
export interface OwnEvidence {
  readonly marks: Marks;
  /** The first word of people that it was over, of those that no later word took back. */
  readonly recovered: Keyed | null;
  /** The resolution that stands. */
  readonly resolved: Keyed | null;
}

/**
 * @param own the incident's own facts, in any order
 * @param byId all facts that are there
 * @param awaited takes in the ids of facts to which a mark points and that are not there
 */
export function readOwn(
  own: readonly Keyed[],
  byId: ReadonlyMap<string, KnownFact>,
  awaited: Set<string>,
): OwnEvidence {
  const ordered = inOrder(own);
  const ended = ordered.findLast(
    ({ fact: { kind } }) => kind === 'incident.resolved' || kind === 'incident.reopened',
  );
  return {
    marks: marksOf(ordered, byId, awaited),
    recovered: wordOfRecovery(ordered),
    resolved: ended?.fact.kind === 'incident.resolved' ? ended : null,
  };
}

function wordOfRecovery(ordered: readonly Keyed[]): Keyed | null {
  let word: Keyed | null = null;
  for (const told of ordered) {
    const { fact } = told;
    if (fact.kind === 'incident.reopened') word = null;
    if (fact.kind === 'incident.resolved') word ??= told;
    if (fact.kind !== 'incident.phase-changed') continue;
    if (fact.body.phase === 'active') word = null;
    if (fact.body.phase === 'mitigated') word ??= told;
  }
  return word;
}

type Marks = Partial<Record<ClockPoint, PlacedPoint>>;

/** The points that people placed, as they stand. */
function marksOf(
  ordered: readonly Keyed[],
  byId: ReadonlyMap<string, KnownFact>,
  awaited: Set<string>,
): Marks {
  const marks: Marks = {};
  for (const { fact } of ordered) {
    if (fact.kind !== 'incident.point-marked') continue;
    const { point, at, evidence } = fact.body;
    if (at === null) {
      delete marks[point];
      continue;
    }
    const shown = evidence === null ? null : (byId.get(evidence) ?? null);
    if (evidence !== null && shown === null) awaited.add(evidence);
    const { heardAt, kind } = shown ?? fact;
    marks[point] = {
      at,
      // What somebody remembers came by no feed.
      heardAt: shown === null ? at : heardAt,
      evidence: evidence ?? fact.id,
      kind,
      by: fact.author?.person ?? '',
      mark: evidence === null ? 'from-memory' : 'by-fact',
    };
  }
  return marks;
}
