import type { z } from 'zod';
import { alertFacts } from './alert.ts';
import { attachmentFacts, attachmentThing } from './attachment.ts';
import { commentFacts, commentThing } from './comment.ts';
import { importFacts } from './import.ts';
import { changeFacts } from './change.ts';
import { eventFacts } from './event.ts';
import { PEOPLE, factSchema, type Fact } from './fact.ts';
import { incidentFacts } from './incident.ts';
import { decisionFacts } from './decision.ts';
import { executionFacts } from './execution.ts';
import { followUpFacts } from './follow-up.ts';
import { hypothesisFacts } from './hypothesis.ts';
import { postMortemFacts } from './post-mortem.ts';
import { rollCallFacts } from './roll-call.ts';
import { taskFacts } from './task.ts';
import { updateFacts } from './update.ts';
import { contactsFacts, contactsThing } from './contacts.ts';
import { reportFacts, reportThing } from './report.ts';
import { NOISE_THING, noiseFacts } from './noise.ts';
import { noteFacts } from './note.ts';
import { runFacts } from './run.ts';
import { silenceFacts, silenceThing } from './silence.ts';
import { sourceFacts, sourceThing } from './source.ts';
import { edgeThing, nodeThing, topologyFacts } from './topology.ts';
import { UNITS_THING, unitFacts } from './units.ts';
import { fail, ok, type Result } from '../kit/result.ts';
import { codeOfIssue, type ProblemCode } from './problem-code.ts';
import { isRecord, shapeOf, type Shape } from './shape.ts';

/** Every kind of fact that this version understands, with the schema of its body. */
export const catalogue = {
  ...alertFacts,
  ...topologyFacts,
  ...changeFacts,
  ...sourceFacts,
  ...incidentFacts,
  ...noteFacts,
  ...runFacts,
  ...eventFacts,
  ...silenceFacts,
  ...noiseFacts,
  ...unitFacts,
  ...contactsFacts,
  ...decisionFacts,
  ...executionFacts,
  ...followUpFacts,
  ...hypothesisFacts,
  ...postMortemFacts,
  ...reportFacts,
  ...rollCallFacts,
  ...taskFacts,
  ...updateFacts,
  ...attachmentFacts,
  ...commentFacts,
  ...importFacts,
};

/** The version of the catalogue: raised whenever a schema changes (catalogue.lock.test.ts). */
export const CATALOGUE_VERSION = 4;

export type FactKind = keyof typeof catalogue;
export type BodyOf<Kind extends FactKind> = z.infer<(typeof catalogue)[Kind]>;
export type FactOf<Kind extends FactKind> = Omit<Fact, 'kind' | 'body'> & {
  kind: Kind;
  body: BodyOf<Kind>;
};
/** A fact of a kind that we know, discriminated by `kind`. */
export type KnownFact = { [Kind in FactKind]: FactOf<Kind> }[FactKind];

/** Kinds that only people write: without an author they are refused. */
const PEOPLE_KINDS = new Set<string>([
  'alert.acknowledged',
  'alert.unacknowledged',
  'alert.assigned',
  'alert.released',
  'alert.unreleased',
  'silence.created',
  'silence.expired',
  ...Object.keys(noiseFacts),
  ...Object.keys(unitFacts),
  ...Object.keys(incidentFacts),
  ...Object.keys(noteFacts),
  'run.started',
  'run.step-recorded',
  'run.handed-over',
  'run.finished',
  'runbook.written',
  'runbook.retired',
  ...Object.keys(contactsFacts),
  ...Object.keys(decisionFacts),
  ...Object.keys(executionFacts),
  ...Object.keys(followUpFacts),
  ...Object.keys(hypothesisFacts),
  ...Object.keys(postMortemFacts),
  ...Object.keys(reportFacts),
  ...Object.keys(rollCallFacts),
  ...Object.keys(taskFacts),
  ...Object.keys(updateFacts),
  ...Object.keys(attachmentFacts),
  ...Object.keys(commentFacts),
  ...Object.keys(importFacts),
]);

export function isPeopleKind(kind: string): boolean {
  return PEOPLE_KINDS.has(kind);
}

export function isKnownKind(kind: string): kind is FactKind {
  return Object.hasOwn(catalogue, kind);
}

const shapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries(catalogue).map(([kind, schema]) => [kind, shapeOf(schema)] as const),
);

/**
 * Sees a stored fact as one of the kinds we know, or null: unknown kinds are stored and skipped. So
 * is one that lies in a journal and has not the types of its kind, whoever put it there: no state,
 * and nothing that reads one, ever meets it (law W5).
 */
export function asKnown(fact: Fact): KnownFact | null {
  if (fact.v !== 1) return null;
  const shape = shapes.get(fact.kind);
  if (shape === undefined || !shape(fact.body) || !isAuthored(fact)) return null;
  return fact as unknown as KnownFact;
}

/** True where a stored fact names a kind that we know and is not what that kind says. */
export function isStrange(fact: Fact): boolean {
  return fact.v === 1 && shapes.has(fact.kind) && asKnown(fact) === null;
}

function isAuthored({ author }: Fact): boolean {
  return (
    author === undefined ||
    (isRecord(author) && typeof author.person === 'string' && typeof author.hlc === 'string')
  );
}

/** What is wrong with something that is to be a fact: where, for programs, and for people. */
export interface FactProblem {
  readonly place: string;
  readonly code: ProblemCode;
  readonly reason: string;
}

/**
 * Checks a fact that comes from outside this process: envelope, body (when the kind is known), and
 * that a person's kind has an author and a machine's kind has none.
 * An error names the place and the reason.
 */
export function checkFact(input: unknown): Result<Fact, FactProblem> {
  try {
    return check(input);
  } catch (error) {
    // Nested so deeply that the checks themselves ran out of stack.
    if (error instanceof RangeError)
      return fail({ place: '', code: 'too-deep', reason: 'nested too deeply' });
    throw error;
  }
}

function check(input: unknown): Result<Fact, FactProblem> {
  const envelope = factSchema.safeParse(input);
  if (!envelope.success) return fail(firstIssue(envelope.error, ''));
  const fact = envelope.data;
  if (isPeopleKind(fact.kind) !== (fact.author !== undefined) && isKnownKind(fact.kind)) {
    return fail({
      place: 'author',
      code: 'wrong-author',
      reason: fact.author
        ? `${fact.kind} is not written by people`
        : `${fact.kind} needs an author`,
    });
  }
  if ((fact.source === PEOPLE) !== (fact.author !== undefined)) {
    return fail({
      place: 'source',
      code: 'wrong-author',
      reason: `a fact of source "${PEOPLE}" and no other has an author`,
    });
  }
  if (isKnownKind(fact.kind) && fact.v === 1) {
    const body = catalogue[fact.kind].safeParse(fact.body);
    if (!body.success) return fail(firstIssue(body.error, 'body.'));
    const thing = thingOf(fact as unknown as KnownFact);
    if (thing.endsWith(':') ? !fact.thing.startsWith(thing) : fact.thing !== thing) {
      return fail({
        place: 'thing',
        code: 'contradiction',
        reason: `${fact.kind} speaks of ${thing}, not of ${fact.thing}`,
      });
    }
  }
  return ok(fact);
}

/**
 * The thing that a fact must speak of, or its beginning where the body does not name it. Without it
 * a note could speak of a source, and a silent source look as if it were heard.
 */
function thingOf(fact: KnownFact): string {
  switch (fact.kind) {
    case 'alert.fired':
    case 'alert.resolved':
    case 'alert.suppressed':
      return `alert:${fact.body.fingerprint}`;
    case 'node.declared':
    case 'node.retired':
    case 'node.unlisted':
      return nodeThing(fact.body.name);
    case 'edge.declared':
    case 'edge.retired':
    case 'edge.unlisted':
    case 'edge.measured':
      return edgeThing(fact.body.from, fact.body.to);
    case 'source.heard':
    case 'source.problem':
    case 'source.counted':
      return sourceThing(fact.source);
    case 'entry.pinned':
    case 'entry.unpinned':
      return `pin:${fact.body.entry}`;
    case 'runbook.published':
    case 'runbook.withdrawn':
    case 'runbook.written':
    case 'runbook.retired':
      return `runbook:${fact.body.fileName}`;
    case 'silence.listed':
      return silenceThing(fact.body.silenceId);
    case 'noise.configured':
      return NOISE_THING;
    case 'report.given':
      return reportThing(fact.body.incident, fact.body.from);
    case 'attachment.added':
    case 'attachment.withdrawn':
      return attachmentThing(fact.body.of);
    case 'comment.written':
      return commentThing(fact.body.entry);
    case 'contacts.imported':
      return contactsThing(fact.body.origin);
    case 'units.configured':
      return UNITS_THING;
    default:
      return `${fact.kind.slice(0, fact.kind.indexOf('.'))}:`;
  }
}

function firstIssue(error: z.ZodError, prefix: string): FactProblem {
  const issue = error.issues[0];
  return {
    place: prefix + (issue?.path.map(String).join('.') ?? ''),
    code: codeOfIssue(issue),
    reason: issue?.message ?? 'not a fact',
  };
}
