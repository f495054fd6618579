import { checkFact, isKnownKind, isPeopleKind } from '../../shared/facts/catalogue.ts';
import { factIdOf, type Fact } from '../../shared/facts/fact.ts';
import { MAX_FACT_LENGTH, type Pushed } from '../../shared/wire/protocol.ts';
import type { Bearer } from '../access/tokens.ts';
import type { Journal } from '../journal/journal.ts';

/**
 * Stores what a person wrote. Each fact is judged by itself; one that is refused is named by its id
 * with the reason. What the token's person did not write is refused (law W7).
 * @throws JournalUnavailableError when nothing could be stored: the client tries again
 */
export async function acceptPush(
  facts: readonly unknown[],
  bearer: Bearer,
  journal: Journal,
  now: number,
): Promise<Pushed> {
  const taken: Fact[] = [];
  const refused: Pushed['refused'] = [];
  for (const [index, sent] of facts.entries()) {
    const { fact, reason } = judge(sent, bearer);
    // The id is not made of when it was heard: a desktop whose clock runs ahead did not hear it
    // in the room's future.
    if (fact !== null) taken.push({ ...fact, heardAt: Math.min(fact.heardAt, now) });
    else refused.push({ id: claimedId(sent) ?? `[${index}]`, reason });
  }
  if (taken.length > 0) await journal.append(taken);
  return { epoch: journal.epoch(), stored: taken.map((fact) => fact.id), refused };
}

function judge(
  sent: unknown,
  bearer: Bearer,
): { fact: Fact; reason: null } | { fact: null; reason: string } {
  const refuse = (reason: string) => ({ fact: null, reason });
  if (bearer.kind !== 'person') return refuse('this token only reads');
  const checked = checkFact(sent);
  if (!checked.ok) {
    const { place, reason } = checked.error;
    return refuse(place === '' ? reason : `${place}: ${reason}`);
  }
  const fact = checked.value;
  if (fact.author === undefined) return refuse('only what people wrote is pushed');
  if (fact.author.person !== bearer.name) {
    return refuse(`written by ${fact.author.person}, sent with the token of ${bearer.name}`);
  }
  // A kind that only a newer desktop knows is stored and skipped, as everywhere.
  if (isKnownKind(fact.kind) && !isPeopleKind(fact.kind)) {
    return refuse(`${fact.kind} is not written by people`);
  }
  if (factIdOf(fact) !== fact.id) return refuse('the id does not follow from the content');
  if (JSON.stringify(fact).length > MAX_FACT_LENGTH) {
    return refuse(`larger than ${MAX_FACT_LENGTH} characters`);
  }
  return { fact, reason: null };
}

function claimedId(sent: unknown): string | null {
  const id = (sent as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id.slice(0, 64) : null;
}
