import { z } from 'zod';
import { alertFacts } from '../facts/alert.ts';
import { contactsFacts } from '../facts/contacts.ts';
import { commentFacts } from '../facts/comment.ts';
import { noiseFacts } from '../facts/noise.ts';
import { noteFacts } from '../facts/note.ts';
import { runFacts } from '../facts/run.ts';
import { silenceFacts } from '../facts/silence.ts';
import { unitRulesSchema } from '../facts/units.ts';
import { attachmentCommands } from './attachment.ts';
import { decisionCommands } from './decision.ts';
import { executionCommands } from './execution.ts';
import { followUpCommands } from './follow-up.ts';
import { hypothesisCommands } from './hypothesis.ts';
import { importCommands } from './import.ts';
import { incidentCommands } from './incident.ts';
import { postMortemCommands } from './post-mortem.ts';
import { reportCommands } from './report.ts';
import { runbookCommands } from './runbook.ts';
import { rollCallCommands } from './roll-call.ts';
import { taskCommands } from './task.ts';
import { updateCommands } from './update.ts';

/**
 * What people may ask for. A command carries what the person saw and chose; `decide` turns it into
 * facts or refuses it with a reason.
 */
const comment = z.string().max(4_000).optional();
const thing = z.string().min(3).max(1024);

export const commandSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('alert.acknowledge'), alert: thing, comment }),
  z.strictObject({ name: z.literal('alert.unacknowledge'), alert: thing, comment }),
  z.strictObject({
    name: z.literal('alert.assign'),
    alert: thing,
    to: alertFacts['alert.assigned'].shape.to,
    comment,
  }),
  /** Undoes what one stage against noise does to this alert … */
  z.strictObject({
    name: z.literal('alert.release'),
    alert: thing,
    stage: alertFacts['alert.released'].shape.stage,
    comment,
  }),
  /** … and lets the stage have it again. */
  z.strictObject({
    name: z.literal('alert.unrelease'),
    alert: thing,
    stage: alertFacts['alert.released'].shape.stage,
  }),
  z.strictObject({
    name: z.literal('silence.create'),
    ...silenceFacts['silence.created'].shape,
    comment: z.string().trim().min(1).max(4_000),
  }),
  z.strictObject({ name: z.literal('silence.expire'), silence: thing, comment }),
  /** Sets the room's rules against noise, all of them. */
  z.strictObject({
    name: z.literal('noise.configure'),
    ...noiseFacts['noise.configured'].shape,
  }),
  /** Sets the room's units, cells and shards, all of them. */
  z.strictObject({ name: z.literal('units.configure'), rules: unitRulesSchema }),
  ...incidentCommands,
  ...taskCommands,
  ...decisionCommands,
  ...reportCommands,
  ...hypothesisCommands,
  ...updateCommands,
  ...rollCallCommands,
  /** Keeps people and their shifts, as one file tells of them. */
  z.strictObject({
    name: z.literal('contacts.import'),
    ...contactsFacts['contacts.imported'].shape,
  }),
  ...executionCommands,
  ...followUpCommands,
  ...postMortemCommands,
  z.strictObject({
    name: z.literal('note.write'),
    text: noteFacts['note.written'].shape.text,
    /** Where the writer places it (ms since the epoch); now when absent. */
    at: z.int().optional(),
    incident: thing.optional(),
  }),
  z.strictObject({
    name: z.literal('note.correct'),
    note: thing,
    text: noteFacts['note.corrected'].shape.text,
  }),
  /** Places a note at another moment; where it stood stays in its history. */
  z.strictObject({
    name: z.literal('note.move'),
    note: thing,
    at: z.int(),
    reason: noteFacts['note.moved'].shape.reason,
  }),
  z.strictObject({
    name: z.literal('comment.write'),
    ...commentFacts['comment.written'].shape,
  }),
  ...attachmentCommands,
  ...importCommands,
  z.strictObject({ name: z.literal('entry.pin'), entry: z.string().length(64) }),
  z.strictObject({ name: z.literal('entry.unpin'), entry: z.string().length(64) }),
  z.strictObject({
    name: z.literal('run.start'),
    runbook: runFacts['run.started'].shape.runbook,
    title: runFacts['run.started'].shape.title,
    digest: runFacts['run.started'].shape.digest,
    incident: thing.optional(),
    alert: thing.optional(),
  }),
  z.strictObject({
    name: z.literal('run.record-step'),
    run: thing,
    step: z.string().min(1).max(300),
    title: z.string().max(500),
    outcome: runFacts['run.step-recorded'].shape.outcome,
    answer: z.string().max(500).optional(),
    note: z.string().max(20_000).optional(),
    expected: runFacts['run.step-recorded'].shape.expected,
    evidence: runFacts['run.step-recorded'].shape.evidence,
    reason: runFacts['run.step-recorded'].shape.reason,
    execution: runFacts['run.step-recorded'].shape.execution,
  }),
  z.strictObject({
    name: z.literal('run.hand-over'),
    run: thing,
    ...runFacts['run.handed-over'].shape,
  }),
  z.strictObject({
    name: z.literal('run.finish'),
    run: thing,
    outcome: z.enum(['completed', 'abandoned']),
  }),
  ...runbookCommands,
]);
export type Command = z.infer<typeof commandSchema>;
