import { CLOCK_TOLERANCE_MS } from '../../shared/facts/fact.ts';
import { foldThing, type Folded } from '../../shared/projections/fold.ts';
import type { Journal } from '../journal/journal.ts';
import { SLOW_MS } from '../views/counts.ts';
import type { Views } from '../views/views.ts';

/**
 * The states that the facts heard by a moment give, whenever they had happened (law P3). For most
 * things these are the states at that moment; the others are folded anew: those of which something
 * had happened that was heard later, or was heard that its source placed later.
 */
export function statesKnownAt(
  journal: Pick<Journal, 'databases' | 'facts'>,
  views: Pick<Views, 'at' | 'slowThings'>,
  moment: number,
): Map<string, Folded> {
  const states = views.at(moment);
  for (const thing of otherwiseKnown(journal, views, moment)) {
    const heard = journal.facts
      .ofThing(thing)
      .map(({ fact }) => fact)
      .filter(({ heardAt }) => heardAt <= moment);
    const folded = foldThing(thing, heard);
    if (folded === null) states.delete(thing);
    else states.set(thing, folded);
  }
  return states;
}

function otherwiseKnown(
  journal: Pick<Journal, 'databases'>,
  views: Pick<Views, 'slowThings'>,
  moment: number,
): Set<string> {
  const things = new Set(views.slowThings(moment));
  for (const database of journal.databases()) {
    const heardLater = database
      .prepare<unknown[], string>(
        'SELECT DISTINCT thing FROM fact WHERE heard_at > ? AND heard_at <= ? AND at <= ?',
      )
      .pluck()
      .all(moment, moment + SLOW_MS, moment);
    const placedLater = database
      .prepare<unknown[], string>(
        'SELECT DISTINCT thing FROM fact WHERE at > ? AND at <= ? AND heard_at <= ?',
      )
      .pluck()
      .all(moment, moment + CLOCK_TOLERANCE_MS, moment);
    for (const thing of [...heardLater, ...placedLater]) things.add(thing);
  }
  return things;
}
