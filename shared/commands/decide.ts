import { CLOCK_TOLERANCE_MS } from '../facts/fact.ts';
import { NOISE_THING } from '../facts/noise.ts';
import { silenceThing } from '../facts/silence.ts';
import { UNITS_THING } from '../facts/units.ts';
import { assertNever } from '../kit/assert-never.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { acknowledgementOf } from '../projections/alert.ts';
import { matcherProblem } from '../noise/matchers.ts';
import { checkUnitRules } from '../units/unit-rules.ts';
import { readSilence } from '../projections/silence.ts';
import type { Command } from './command.ts';
import { contactsThing } from '../facts/contacts.ts';
import {
  after,
  declared,
  one,
  optional,
  refuse,
  type CommandContext,
  type Decision,
} from './context.ts';
import { commentThing } from '../facts/comment.ts';
import { decideAttachment } from './attachment.ts';
import { decideDecision } from './decision.ts';
import { decideExecution } from './execution.ts';
import { decideFollowUp } from './follow-up.ts';
import { decideHypothesis } from './hypothesis.ts';
import { decideImport } from './import.ts';
import { decideIncident } from './incident.ts';
import { decidePostMortem } from './post-mortem.ts';
import { decideReport } from './report.ts';
import { decideRollCall } from './roll-call.ts';
import { decideRunbook, isRecordedOutOfTurn } from './runbook.ts';
import { decideTask } from './task.ts';
import { decideUpdate } from './update.ts';

/** A fact goes over the wire whole, and what is longer than this would not arrive. */
const MAX_RULES_LENGTH = 200_000;
/** How far back a note may be placed. */
const MAX_BACKDATE_MS = 366 * 24 * 3_600_000;

/**
 * What follows from a command: facts, or a refusal with its reason. Pure: the same state, command
 * and moment give the same answer (law C1).
 */
export function decide(command: Command, context: CommandContext): Decision {
  const { now, newId } = context;
  if (context.person === null || context.person.trim() === '') return refuse('no-person');
  switch (command.name) {
    case 'alert.acknowledge': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (acknowledgementOf(alert)) return refuse('already-acknowledged');
      return one(
        'alert.acknowledged',
        command.alert,
        after(context, command.alert),
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
        after(context, command.alert),
        optional({ comment: command.comment }),
      );
    }
    case 'alert.assign': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if ((alert.assigned?.to ?? null) === command.to) return refuse('already-assigned');
      return one('alert.assigned', command.alert, after(context, command.alert), {
        to: command.to,
        ...optional({ comment: command.comment }),
      });
    }
    case 'alert.release': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (alert.released[command.stage]) return refuse('already-released');
      return one('alert.released', command.alert, after(context, command.alert), {
        stage: command.stage,
        ...optional({ comment: command.comment }),
      });
    }
    case 'alert.unrelease': {
      const alert = context.read('alert', command.alert);
      if (!alert) return refuse('unknown-thing');
      if (!alert.released[command.stage]) return refuse('not-released');
      return one('alert.unreleased', command.alert, after(context, command.alert), {
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
        after(context, command.silence),
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
      return one('noise.configured', NOISE_THING, after(context, NOISE_THING), body);
    }
    case 'units.configure': {
      // Half a set of rules leads users nowhere: what is wrong anywhere is refused whole.
      if (!checkUnitRules(command.rules).ok) return refuse('bad-units');
      if (canonicalJson(command.rules).length > MAX_RULES_LENGTH) return refuse('units-too-large');
      const current = context.read('units', UNITS_THING)?.rules ?? null;
      if (current !== null && canonicalJson(command.rules) === canonicalJson(current)) {
        return refuse('nothing-changed');
      }
      return one('units.configured', UNITS_THING, after(context, UNITS_THING), command.rules);
    }
    case 'incident.declare':
    case 'incident.rename':
    case 'incident.change-severity':
    case 'incident.assign-commander':
    case 'incident.change-scope':
    case 'incident.change-phase':
    case 'incident.resolve':
    case 'incident.reopen':
    case 'incident.merge':
    case 'incident.mark-duplicate':
    case 'incident.split':
    case 'incident.set-parent':
    case 'incident.assign-role':
    case 'incident.form-team':
    case 'incident.dissolve-team':
    case 'incident.set-channels':
    case 'incident.offer-command':
    case 'incident.answer-command':
    case 'incident.size-up':
    case 'incident.set-cadence':
    case 'incident.sign-off':
    case 'incident.set-measure':
    case 'incident.mark-point':
      return decideIncident(command, context);
    case 'task.assign':
    case 'task.understand':
    case 'task.extend':
    case 'task.reassign':
    case 'task.report':
    case 'task.finish':
    case 'task.drop':
      return decideTask(command, context);
    case 'decision.propose':
    case 'decision.poll':
    case 'decision.answer':
    case 'decision.take':
    case 'decision.verify':
    case 'decision.withdraw':
      return decideDecision(command, context);
    case 'report.give':
      return decideReport(command, context);
    case 'hypothesis.state':
    case 'hypothesis.support':
    case 'hypothesis.judge':
      return decideHypothesis(command, context);
    case 'update.publish':
    case 'update.confirm-delivery':
      return decideUpdate(command, context);
    case 'roll-call.start':
    case 'roll-call.answer':
      return decideRollCall(command, context);
    case 'contacts.import': {
      const { origin, contacts, shifts, overrides } = command;
      const body = { origin, contacts, shifts, ...optional({ overrides }) };
      if (canonicalJson(body).length > MAX_RULES_LENGTH) return refuse('contacts-too-large');
      return one(
        'contacts.imported',
        contactsThing(origin),
        after(context, contactsThing(origin)),
        body,
      );
    }
    case 'execution.propose':
    case 'execution.take-back':
    case 'execution.rehearse':
    case 'execution.approve':
    case 'execution.withdraw':
    case 'execution.start':
      return decideExecution(command, context);
    case 'follow-up.open':
    case 'follow-up.change':
      return decideFollowUp(command, context);
    case 'post-mortem.draft':
    case 'post-mortem.edit':
    case 'post-mortem.change-status':
      return decidePostMortem(command, context);
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
      return one('note.corrected', command.note, after(context, command.note), {
        replaces: note.text,
        text: command.text,
      });
    }
    case 'note.move': {
      const note = declared(context.read('note', command.note), 'at');
      if (!note) return refuse('unknown-thing');
      if (note.at === command.at) return refuse('nothing-changed');
      if (command.at > now + CLOCK_TOLERANCE_MS) return refuse('in-the-future');
      if (command.at < now - MAX_BACKDATE_MS) return refuse('too-long-ago');
      return one('note.moved', command.note, after(context, command.note), {
        from: note.at,
        to: command.at,
        reason: command.reason,
      });
    }
    case 'comment.write': {
      const { entry, text } = command;
      const thing = commentThing(entry);
      return one('comment.written', thing, after(context, thing), { entry, text });
    }
    case 'attachment.add':
    case 'attachment.withdraw':
      return decideAttachment(command, context);
    case 'import.keep':
    case 'import.withdraw':
      return decideImport(command, context);
    case 'entry.pin':
      if (context.read('pin', `pin:${command.entry}`)?.pinned) return refuse('already-pinned');
      return one('entry.pinned', `pin:${command.entry}`, after(context, `pin:${command.entry}`), {
        entry: command.entry,
      });
    case 'entry.unpin':
      if (!context.read('pin', `pin:${command.entry}`)?.pinned) return refuse('not-pinned');
      return one('entry.unpinned', `pin:${command.entry}`, after(context, `pin:${command.entry}`), {
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
      if ((command.reason ?? '').trim() === '' && isRecordedOutOfTurn(run, command.step, context)) {
        return refuse('out-of-turn');
      }
      return one('run.step-recorded', command.run, after(context, command.run), {
        step: command.step,
        title: command.title,
        outcome: command.outcome,
        ...optional({
          answer: command.answer,
          note: command.note,
          expected: command.expected,
          evidence: command.evidence,
          reason: command.reason,
          execution: command.execution,
        }),
      });
    }
    case 'run.hand-over': {
      const run = declared(context.read('run', command.run), 'startedAt');
      if (!run) return refuse('unknown-thing');
      if (run.status !== 'running') return refuse('run-ended');
      if (run.heldBy === command.to) return refuse('nothing-changed');
      return one('run.handed-over', command.run, after(context, command.run), {
        to: command.to,
        comment: command.comment,
      });
    }
    case 'run.finish': {
      const run = declared(context.read('run', command.run), 'startedAt');
      if (!run) return refuse('unknown-thing');
      if (run.status !== 'running') return refuse('run-ended');
      return one('run.finished', command.run, after(context, command.run), {
        outcome: command.outcome,
      });
    }
    case 'runbook.publish':
    case 'runbook.retire':
      return decideRunbook(command, context);
    default:
      return assertNever(command);
  }
}
