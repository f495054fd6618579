import { checkFact, isKnownKind, isPeopleKind } from '../../shared/facts/catalogue.ts';
import { factIdOf, type Fact } from '../../shared/facts/fact.ts';
import type { ProblemCode } from '../../shared/facts/problem-code.ts';
import { MAX_FACT_LENGTH, type Pushed } from '../../shared/wire/protocol.ts';
import type { Bearer } from '../access/tokens.ts';
import type { Witness } from '../access/witness.ts';
import type { Journal } from '../journal/journal.ts';
import { nativeSha256 } from '../journal/native-hash.ts';

export interface PushTo {
  readonly journal: Journal;
  readonly witness: Witness;
  readonly now: number;
  /** Whether the other side knows codes (from version 2 of the protocol on). */
  readonly codes: boolean;
}

/** Facts that are judged in one go: others get their turn between. */
const SLICE_FACTS = 200;

/**
 * Stores what a person wrote, and in an exchange what machines said and what other people wrote under
 * this room's witness. Each fact is judged by itself; one that is refused is named by its id with the
 * reason (law W7).
 * @throws JournalUnavailableError when nothing could be stored: the client tries again
 */
export async function acceptPush(
  push: { readonly facts: readonly unknown[]; readonly exchange?: boolean | undefined },
  bearer: Bearer,
  { journal, witness, now, codes }: PushTo,
): Promise<Pushed> {
  const taken: Fact[] = [];
  const refused: Pushed['refused'] = [];
  for (const [index, sent] of push.facts.entries()) {
    if (index > 0 && index % SLICE_FACTS === 0) await new Promise((done) => setImmediate(done));
    const { fact, code, reason } = judge(sent, bearer, push.exchange === true ? witness : null);
    if (fact === null) {
      refused.push({ id: claimedId(sent) ?? `[${index}]`, ...(codes && { code }), reason });
      continue;
    }
    // The id is not made of when it was heard: a desktop whose clock runs ahead did not hear it
    // in the room's future.
    const heard = { ...fact, heardAt: Math.min(fact.heardAt, now) };
    taken.push(fact.author === undefined ? heard : witness.sign(heard));
  }
  const stored: string[] = [];
  if (taken.length > 0) {
    const answer = await journal.append(taken);
    const all = answer.stored.length + answer.duplicates >= taken.length;
    for (const { id } of taken) {
      // What is behind the journal may take less than we do: what it left out is not stored.
      if (all || (await journal.byId(id)) !== null) stored.push(id);
      else {
        const reason = 'larger than the brokers take';
        refused.push({ id, ...(codes && { code: 'too-large' as const }), reason });
      }
    }
  }
  return { epoch: journal.epoch(), stored, refused };
}

/** @param witness given in an exchange only */
function judge(
  sent: unknown,
  bearer: Bearer,
  witness: Witness | null,
): { fact: Fact; code: null; reason: null } | { fact: null; code: ProblemCode; reason: string } {
  const refuse = (code: ProblemCode, reason: string) => ({ fact: null, code, reason });
  if (bearer.kind !== 'person') return refuse('wrong-author', 'this token only reads');
  const checked = checkFact(sent);
  if (!checked.ok) {
    const { place, code, reason } = checked.error;
    return refuse(code, place === '' ? reason : `${place}: ${reason}`);
  }
  const fact = checked.value;
  if (fact.author === undefined) {
    if (witness === null) return refuse('wrong-author', 'only what people wrote is pushed');
  } else if (fact.author.person !== bearer.name && !(witness?.knows(fact) ?? false)) {
    return refuse(
      'wrong-author',
      `written by ${fact.author.person}, sent with the token of ${bearer.name}` +
        (witness === null ? '' : ' and without the witness of this room'),
    );
  } else if (isKnownKind(fact.kind) && !isPeopleKind(fact.kind)) {
    // A kind that only a newer desktop knows is stored and skipped, as everywhere.
    return refuse('wrong-author', `${fact.kind} is not written by people`);
  }
  if (factIdOf(fact, nativeSha256) !== fact.id) {
    return refuse('wrong-id', 'the id does not follow from the content');
  }
  if (JSON.stringify(fact).length > MAX_FACT_LENGTH) {
    return refuse('too-large', `larger than ${MAX_FACT_LENGTH} characters`);
  }
  return { fact, code: null, reason: null };
}

function claimedId(sent: unknown): string | null {
  const id = (sent as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id.slice(0, 64) : null;
}
