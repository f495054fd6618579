import { checkFact } from '../facts/catalogue.ts';
import { PEOPLE, sealFact, type Fact } from '../facts/fact.ts';
import { nextHlc } from '../facts/hlc.ts';
import { momentOfKey } from '../facts/order.ts';
import type { Command } from '../commands/command.ts';
import type { CommandContext } from '../commands/context.ts';
import { decide } from '../commands/decide.ts';
import type { RefusalCode } from '../commands/refusal.ts';
import type { Noun, StateOf } from '../projections/all.ts';
import { foldThing, type Folded } from '../projections/fold.ts';

/** A room without a journal, for tests of what commands do to one another. Only tests import this. */
export interface CommandRoom {
  readonly facts: readonly Fact[];
  /** Runs a command as a person at a moment; null when it was taken, else why it was refused. */
  run(command: Command, person: string, now: number): RefusalCode | null;
  /** The things of a noun that have begun, in the order in which they did. */
  things(noun: Noun): readonly string[];
  read<Name extends Noun>(noun: Name, thing: string): StateOf[Name] | null;
}

/** @throws Error when a command leaves a fact that no journal would take */
export function createCommandRoom(): CommandRoom {
  const facts: Fact[] = [];
  const byThing = new Map<string, Fact[]>();
  const folded = new Map<string, Folded>();
  let made = 0;
  const read: CommandRoom['read'] = (noun, thing) => {
    const found = folded.get(thing);
    return found?.noun === noun ? (found.state as never) : null;
  };
  return {
    facts,
    read,
    things: (noun) =>
      [...folded.values()].filter((thing) => thing.noun === noun).map(({ thing }) => thing),
    run(command, person, now) {
      made += 1;
      const context: CommandContext = {
        now,
        person,
        newId: `n${made}`,
        read,
        holdsRunbook: () => true,
        holdsAttachment: () => true,
        lastAt: (thing) => {
          const key = folded.get(thing)?.lastKey;
          return key === undefined ? null : momentOfKey(key);
        },
      };
      const decision = decide(command, context);
      if (!decision.ok) return decision.error.code;
      for (const draft of decision.value) {
        const fact = sealFact({
          ...draft,
          v: 1,
          heardAt: now,
          source: PEOPLE,
          author: {
            person,
            replica: `${person}-laptop`,
            counter: facts.length + 1,
            hlc: nextHlc(null, now),
          },
          body: draft.body as Record<string, never>,
        });
        const checked = checkFact(fact);
        if (!checked.ok) {
          throw new Error(`${command.name} left ${fact.kind}: ${JSON.stringify(checked.error)}`);
        }
        facts.push(fact);
        const mine = [...(byThing.get(fact.thing) ?? []), fact];
        byThing.set(fact.thing, mine);
        const state = foldThing(fact.thing, mine);
        if (state !== null) folded.set(fact.thing, state);
      }
      return null;
    },
  };
}
