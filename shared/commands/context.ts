import type { BodyOf, FactKind } from '../facts/catalogue.ts';
import { fail, ok, type Result } from '../kit/result.ts';
import type { Noun, StateOf } from '../projections/all.ts';
import type { Runbook } from '../runbooks/format.ts';
import type { ActionContext } from '../actions/action-context.ts';
import type { RefusalCode } from './refusal.ts';

/** What a decision may look at: current states, and an id for a thing that it brings into being. */
export interface CommandContext {
  readonly now: number;
  readonly person: string | null;
  /** A fresh id, the same for the whole decision. */
  readonly newId: string;
  read<Name extends Noun>(noun: Name, thing: string): StateOf[Name] | null;
  holdsRunbook(digest: string): boolean;
  /** The runbook of a text that this desk holds; null when it does not. */
  runbook?(digest: string): Pick<Runbook, 'steps'> | null;
  /** Absent: a desk that runs nothing. */
  readonly actions?: ActionContext;
  /** Whether the bytes of an attachment lie at this desk, synced: only then may a fact name them. */
  holdsAttachment(digest: string): boolean;
  /** Where the newest fact of a thing stands (ms since the epoch); null when there is none. */
  lastAt(thing: string): number | null;
}

/** A person's fact before the core adds author, replica, counter and clocks. */
export type PersonDraft = {
  [Kind in FactKind]: { kind: Kind; thing: string; at: number; body: BodyOf<Kind> };
}[FactKind];

export interface Refusal {
  readonly code: RefusalCode;
}
export type Decision = Result<PersonDraft[], Refusal>;

/** What a person does now comes after all that is known of the thing, whatever the clocks say. */
export function after(context: CommandContext, thing: string): number {
  return Math.max(context.now, (context.lastAt(thing) ?? -1) + 1);
}

export function draft<Kind extends FactKind>(
  kind: Kind,
  thing: string,
  at: number,
  body: BodyOf<Kind>,
): PersonDraft {
  return { kind, thing, at, body } as PersonDraft;
}

export function one<Kind extends FactKind>(
  kind: Kind,
  thing: string,
  at: number,
  body: BodyOf<Kind>,
): Decision {
  return ok([draft(kind, thing, at, body)]);
}

/** A thing whose beginning has not arrived yet: others spoke of it, but there is nothing to act on. */
export function declared<State extends object>(
  state: State | null,
  since: keyof State,
): State | null {
  return state === null || state[since] === 0 ? null : state;
}

export function refuse(code: RefusalCode): Decision {
  return fail({ code });
}

/** Leaves out members that are undefined: an absent field and an undefined one are not the same. */
export function optional<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
