import { alertProjection, type AlertState } from './alert.ts';
import { attachmentProjection, type AttachmentState } from './attachment.ts';
import { commentProjection, type CommentState } from './comment.ts';
import { importProjection, type ImportState } from './import.ts';
import { contactsProjection, type ContactsState } from './contacts.ts';
import { decisionProjection, type DecisionState } from './decision.ts';
import { executionProjection, type ExecutionState } from './execution.ts';
import { followUpProjection, type FollowUpState } from './follow-up.ts';
import { hypothesisProjection, type HypothesisState } from './hypothesis.ts';
import { postMortemProjection, type PostMortemState } from './post-mortem.ts';
import { reportProjection, type ReportState } from './report.ts';
import { rollCallProjection, type RollCallState } from './roll-call.ts';
import { taskProjection, type TaskState } from './task.ts';
import { updateProjection, type UpdateState } from './update.ts';
import { changeProjection, type ChangeState } from './change.ts';
import { incidentProjection, type IncidentState } from './incident.ts';
import { noiseProjection, type NoiseState } from './noise.ts';
import { noteProjection, pinProjection, type NoteState, type PinState } from './note.ts';
import type { Projection } from './projection.ts';
import {
  publishedRunbookProjection,
  runProjection,
  type PublishedRunbookState,
  type RunState,
} from './run.ts';
import { silenceProjection, type SilenceState } from './silence.ts';
import { sourceProjection, type SourceState } from './source.ts';
import { edgeProjection, nodeProjection, type EdgeState, type NodeState } from './topology.ts';
import { unitsProjection, type UnitsState } from './units.ts';

/** The state of every kind of thing, by noun. */
export interface StateOf {
  alert: AlertState;
  node: NodeState;
  edge: EdgeState;
  change: ChangeState;
  source: SourceState;
  incident: IncidentState;
  note: NoteState;
  pin: PinState;
  run: RunState;
  runbook: PublishedRunbookState;
  silence: SilenceState;
  noise: NoiseState;
  units: UnitsState;
  contacts: ContactsState;
  decision: DecisionState;
  execution: ExecutionState;
  'follow-up': FollowUpState;
  hypothesis: HypothesisState;
  'post-mortem': PostMortemState;
  report: ReportState;
  'roll-call': RollCallState;
  task: TaskState;
  update: UpdateState;
  attachment: AttachmentState;
  comment: CommentState;
  import: ImportState;
}
export type Noun = keyof StateOf;

export const projections: { readonly [Name in Noun]: Projection<StateOf[Name]> } = {
  alert: alertProjection,
  node: nodeProjection,
  edge: edgeProjection,
  change: changeProjection,
  source: sourceProjection,
  incident: incidentProjection,
  note: noteProjection,
  pin: pinProjection,
  run: runProjection,
  runbook: publishedRunbookProjection,
  silence: silenceProjection,
  noise: noiseProjection,
  units: unitsProjection,
  contacts: contactsProjection,
  decision: decisionProjection,
  execution: executionProjection,
  'follow-up': followUpProjection,
  hypothesis: hypothesisProjection,
  'post-mortem': postMortemProjection,
  report: reportProjection,
  'roll-call': rollCallProjection,
  task: taskProjection,
  update: updateProjection,
  attachment: attachmentProjection,
  comment: commentProjection,
  import: importProjection,
};

/** Raised whenever a projection gives another state for the same facts: the views are rebuilt. */
export const PROJECTIONS_VERSION = 7;

export const nouns = Object.keys(projections) as Noun[];

const nounByKind = new Map<string, Noun>(
  nouns.flatMap((noun) => projections[noun].kinds.map((kind) => [kind, noun] as const)),
);

/** Which kind of thing a kind of fact speaks of, or null for a kind that has no state. */
export function nounOf(kind: string): Noun | null {
  return nounByKind.get(kind) ?? null;
}
