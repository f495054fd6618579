import type { BodyOf, FactKind } from '../facts/catalogue.ts';
import { CLOCK_TOLERANCE_MS } from '../facts/fact.ts';
import { NOISE_THING } from '../facts/noise.ts';
import { silenceThing } from '../facts/silence.ts';
import { UNITS_THING } from '../facts/units.ts';
import { assertNever } from '../kit/assert-never.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { fail, ok, type Result } from '../kit/result.ts';
import type { Noun, StateOf } from '../projections/all.ts';
import { acknowledgementOf } from '../projections/alert.ts';
import { matcherProblem } from '../noise/matchers.ts';
import { commandOf } from '../projections/incident.ts';
import { checkUnitRules } from '../units/unit-rules.ts';
import { readSilence } from '../projections/silence.ts';
import type { Command, RefusalCode } from './command.ts';

/** What a decision may look at: current states, and an id for a thing that it brings into being. */
export interface CommandContext {
  readonly now: number;
  readonly person: string | null;
  /** A fresh id, the same for the whole decision. */
  readonly newId: string;
  read<Name extends Noun>(noun: Name, thing: string): StateOf[Name] | null;
  holdsRunbook(digest: string): boolean;
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

/** A fact goes over the wire whole, and what is longer than this would not arrive. */
const MAX_RULES_LENGTH = 200_000;
/** How far back a note may be placed. */
const MAX_BACKDATE_MS = 366 * 24 * 3_600_000;

/**
 * What follows from a command: facts, or a refusal with its reason. Pure: the same state, command
 * and moment give the same answer (law C1).
 */
export function decide(command: Command, context: CommandContext): Result<PersonDraft[], Refusal> {
  const { now, newId } = context;
  /** What a person does now comes after all that is known of the thing, whatever the clocks say. */
  const after = (thing: string): number => Math.max(now, (context.lastAt(thing) ?? -1) + 1);
  if (context.person === null || context.person.trim() === '') return refuse('no-person');
  switch (command.name) {
    case 'alert.acknowledge': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (acknowledgementOf(alert)) return refuse('already-acknowledged');
      return one(
        'alert.acknowledged',
        command.alert,
        after(command.alert),
        optional({ comment: command.comment }),
      );
    }
    case 'alert.unacknowledge': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (!acknowledgementOf(alert)) return refuse('not-acknowledged');
      return one(
        'alert.unacknowledged',
        command.alert,
        after(command.alert),
        optional({ comment: command.comment }),
      );
    }
    case 'alert.assign': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if ((alert.assigned?.to ?? null) === command.to) return refuse('already-assigned');
      return one('alert.assigned', command.alert, after(command.alert), {
        to: command.to,
        ...optional({ comment: command.comment }),
      });
    }
    case 'alert.release': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (alert.released[command.stage]) return refuse('already-released');
      return one('alert.released', command.alert, after(command.alert), {
        stage: command.stage,
        ...optional({ comment: command.comment }),
      });
    }
    case 'alert.unrelease': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (!alert.released[command.stage]) return refuse('not-released');
      return one('alert.unreleased', command.alert, after(command.alert), {
        stage: command.stage,
      });
    }
    case 'silence.create': {
      const { matchers, startsAt, endsAt, comment, purpose } = command;
      if (endsAt <= startsAt) return refuse('ends-before-start');
      if (endsAt <= now) return refuse('silence-over');
      if (matchers.some((matcher) => matcherProblem(matcher) !== null))
        return refuse('bad-matcher');
      const body = { matchers, startsAt, endsAt, comment, purpose };
      return one('silence.created', silenceThing(newId), now, body);
    }
    case 'silence.expire': {
      const silence = context.read('silence', command.silence);
      const reading = silence && readSilence(silence, now);
      if (!reading) return refuse('unknown-thing');
      if (reading.state === 'expired') return refuse('silence-over');
      return one(
        'silence.expired',
        command.silence,
        after(command.silence),
        optional({ comment: command.comment }),
      );
    }
    case 'noise.configure': {
      const { inhibitRules, origin, groupBy, shake, folding } = command;
      const matchers = inhibitRules.flatMap(({ source, target }) => [...source, ...target]);
      if (matchers.some((matcher) => matcherProblem(matcher) !== null))
        return refuse('bad-matcher');
      const body = { inhibitRules, origin, groupBy, shake, folding };
      const current = context.read('noise', NOISE_THING)?.rules ?? null;
      if (current !== null && canonicalJson(body) === canonicalJson(current)) {
        return refuse('nothing-changed');
      }
      return one('noise.configured', NOISE_THING, after(NOISE_THING), body);
    }
    case 'units.configure': {
      // Half a set of rules leads users nowhere: what is wrong anywhere is refused whole.
      if (!checkUnitRules(command.rules).ok) return refuse('bad-units');
      if (canonicalJson(command.rules).length > MAX_RULES_LENGTH) return refuse('units-too-large');
      const current = context.read('units', UNITS_THING)?.rules ?? null;
      if (current !== null && canonicalJson(command.rules) === canonicalJson(current)) {
        return refuse('nothing-changed');
      }
      return one('units.configured', UNITS_THING, after(UNITS_THING), command.rules);
    }
    case 'incident.declare':
      return one('incident.declared', `incident:${newId}`, now, {
        title: command.title,
        severity: command.severity,
        commander: command.commander,
        services: command.services,
      });
    case 'incident.rename': {
      const incident = declared(context.read('incident', command.incident), 'declaredAt');
      if (!incident) return refuse('unknown-thing');
      if (incident.title === command.title) return refuse('nothing-changed');
      return one('incident.renamed', command.incident, after(command.incident), {
        title: command.title,
      });
    }
    case 'incident.change-severity': {
      const incident = declared(context.read('incident', command.incident), 'declaredAt');
      if (!incident) return refuse('unknown-thing');
      if (incident.severity === command.severity) return refuse('same-severity');
      return one('incident.severity-changed', command.incident, after(command.incident), {
        severity: command.severity,
        reason: command.reason,
      });
    }
    case 'incident.assign-commander': {
      const incident = declared(context.read('incident', command.incident), 'declaredAt');
      if (!incident) return refuse('unknown-thing');
      if (incident.claims.length === 0 && incident.commander === command.commander) {
        return refuse('same-commander');
      }
      return one('incident.commander-changed', command.incident, after(command.incident), {
        replaces: commandOf(incident),
        commander: command.commander,
      });
    }
    case 'incident.resolve': {
      const incident = declared(context.read('incident', command.incident), 'declaredAt');
      if (!incident) return refuse('unknown-thing');
      if (incident.status === 'resolved') return refuse('incident-resolved');
      return one('incident.resolved', command.incident, after(command.incident), {
        summary: command.summary,
      });
    }
    case 'incident.reopen': {
      const incident = declared(context.read('incident', command.incident), 'declaredAt');
      if (!incident) return refuse('unknown-thing');
      if (incident.status === 'active') return refuse('incident-active');
      return one('incident.reopened', command.incident, after(command.incident), {
        reason: command.reason,
      });
    }
    case 'note.write': {
      const at = command.at ?? now;
      if (at > now + CLOCK_TOLERANCE_MS) return refuse('in-the-future');
      if (at < now - MAX_BACKDATE_MS) return refuse('too-long-ago');
      return one('note.written', `note:${newId}`, at, {
        text: command.text,
        ...optional({ incident: command.incident }),
      });
    }
    case 'note.correct': {
      const note = declared(context.read('note', command.note), 'at');
      if (!note) return refuse('unknown-thing');
      if (note.text === command.text) return refuse('nothing-changed');
      return one('note.corrected', command.note, after(command.note), {
        replaces: note.text,
        text: command.text,
      });
    }
    case 'entry.pin':
      if (context.read('pin', `pin:${command.entry}`)?.pinned) return refuse('already-pinned');
      return one('entry.pinned', `pin:${command.entry}`, after(`pin:${command.entry}`), {
        entry: command.entry,
      });
    case 'entry.unpin':
      if (!context.read('pin', `pin:${command.entry}`)?.pinned) return refuse('not-pinned');
      return one('entry.unpinned', `pin:${command.entry}`, after(`pin:${command.entry}`), {
        entry: command.entry,
      });
    case 'run.start':
      if (!context.holdsRunbook(command.digest)) return refuse('unknown-runbook');
      return one('run.started', `run:${newId}`, now, {
        runbook: command.runbook,
        title: command.title,
        digest: command.digest,
        ...optional({ incident: command.incident, alert: command.alert }),
      });
    case 'run.record-step': {
      const run = declared(context.read('run', command.run), 'startedAt');
      if (!run) return refuse('unknown-thing');
      if (run.status !== 'running') return refuse('run-ended');
      return one('run.step-recorded', command.run, after(command.run), {
        step: command.step,
        title: command.title,
        outcome: command.outcome,
        ...optional({ answer: command.answer, note: command.note }),
      });
    }
    case 'run.finish': {
      const run = declared(context.read('run', command.run), 'startedAt');
      if (!run) return refuse('unknown-thing');
      if (run.status !== 'running') return refuse('run-ended');
      return one('run.finished', command.run, after(command.run), { outcome: command.outcome });
    }
    default:
      return assertNever(command);
  }
}

function one<Kind extends FactKind>(
  kind: Kind,
  thing: string,
  at: number,
  body: BodyOf<Kind>,
): Result<PersonDraft[], Refusal> {
  return ok([{ kind, thing, at, body } as PersonDraft]);
}

/** A thing whose beginning has not arrived yet: others spoke of it, but there is nothing to act on. */
function declared<State extends object>(state: State | null, since: keyof State): State | null {
  return state === null || state[since] === 0 ? null : state;
}

function refuse(code: RefusalCode): Result<PersonDraft[], Refusal> {
  return fail({ code });
}

/** Leaves out members that are undefined: an absent field and an undefined one are not the same. */
function optional<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
