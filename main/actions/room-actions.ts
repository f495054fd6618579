import { planAction } from '../../shared/actions/plan.ts';
import type { Command } from '../../shared/commands/command.ts';
import type { ActionContext, ActionWish } from '../../shared/actions/action-context.ts';
import type { ExecutionEvent } from '../../shared/commands/execution.ts';
import type { Answer, Asked } from '../../shared/ipc/contract.ts';
import type { ExecutionState } from '../../shared/projections/execution.ts';
import type { RunState } from '../../shared/projections/run.ts';
import { fillParameters } from '../../shared/runbooks/parameters.ts';
import type { Runbook, RunbookStep } from '../../shared/runbooks/format.ts';
import { createActionEngine, type EngineOptions } from './engine.ts';
import { createCatalogueReader, type InstalledCatalogue } from './installed-catalogue.ts';

/** The actions of one live room: its catalogue, what is decided by it, and what runs. */
export interface RoomActions {
  /** As the catalogue is on the disk at this moment: one that was changed is not believed. */
  context(): ActionContext;
  describe(): Answer<'actions.read'>;
  plan(wish: Asked<'actions.plan'>): Answer<'actions.plan'>;
  output(thing: string): string | null;
  /** What follows from a command whose facts are stored. */
  follow(command: Command, thing: string): void;
  /** Whether something runs here for real, or is verified. */
  isRunning(): boolean;
  /** Of all executions in the journal, those that an earlier core began and never ended. */
  recover(states: Iterable<readonly [string, ExecutionState]>): void;
  close(): void;
  /** After `close`: resolves once no process of an action is left. */
  ended(): Promise<void>;
}

export interface RoomActionsOptions {
  /** Where the catalogue is installed. */
  readonly folder: string;
  readonly replica: string;
  readonly now: () => number;
  readonly stateOf: (thing: string) => ExecutionState | null;
  readonly runOf: (thing: string) => RunState | null;
  readonly runbook: (digest: string) => Pick<Runbook, 'steps'> | null;
  /** A word that the journal keeps. */
  readonly meta: (key: string) => string | null;
  readonly setMeta: (key: string, value: string) => void;
  readonly record: (thing: string, event: ExecutionEvent) => void;
  readonly run: (command: Command) => void;
  readonly call?: EngineOptions['run'];
}

/** Meta key: the highest version of a catalogue that this journal was ever used with. */
const NEWEST = 'actionsVersion';

export function openRoomActions(options: RoomActionsOptions): RoomActions {
  const readCatalogue = createCatalogueReader(options.folder);
  const engine = createActionEngine({
    stateOf: options.stateOf,
    record: options.record,
    ...(options.call && { run: options.call }),
    onRehearsed(thing) {
      const state = options.stateOf(thing);
      // By itself only where runbook and catalogue say so: `decide` asks both once more.
      if (!state?.automatic || state.started !== null) return;
      options.run({ name: 'execution.start', execution: thing, digest: state.digest });
    },
    onVerified(thing, result) {
      const state = options.stateOf(thing);
      if (!state?.automatic || state.run === null || state.step === null) return;
      // What ran by itself and worked is done; all else waits for a person.
      options.run({
        name: 'run.record-step',
        run: state.run,
        step: state.step,
        title: (stepOf(state.run, state.step)?.title ?? '').slice(0, 500),
        outcome: 'done',
        note: result.output,
        execution: thing,
      });
    },
  });

  function installed(): InstalledCatalogue {
    const newest = Number(options.meta(NEWEST) ?? 0);
    const read = readCatalogue(options.now(), newest);
    if (read.state === 'ready' && read.catalogue.version > newest) {
      options.setMeta(NEWEST, String(read.catalogue.version));
    }
    return read;
  }

  function stepOf(thing: string, step: string): RunbookStep | null {
    const run = options.runOf(thing);
    const runbook = run === null ? null : options.runbook(run.digest);
    return runbook?.steps.find(({ id }) => id === step) ?? null;
  }

  function wishOf(thing: string, step: string): ActionWish | null {
    const action = stepOf(thing, step)?.action;
    if (action === undefined) return null;
    const answers = new Map(
      options
        .runOf(thing)
        ?.steps.flatMap((record) =>
          record.answer === null ? [] : [[record.step, record.answer] as const],
        ),
    );
    const { parameters, missing } = fillParameters(action, answers);
    if (missing.length > 0) return null;
    return {
      entry: action.entry,
      parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
      automatic: action.automatic,
    };
  }

  return {
    context() {
      const read = installed();
      const catalogue = read.state === 'ready' ? read.catalogue : null;
      return { catalogue, replica: options.replica, wishOf };
    },
    describe() {
      const read = installed();
      const here = { folder: options.folder, replica: options.replica };
      if (read.state === 'refused') {
        const { problem, detail } = read;
        return { ...NO_ROOM_ACTIONS, ...here, problem, detail };
      }
      const { version, expiresAt, entries } = read.catalogue;
      return {
        ...NO_ROOM_ACTIONS,
        ...here,
        state: 'ready',
        version,
        expiresAt,
        signedBy: read.signedBy,
        entries: [...entries.values()].map(
          ({ id, title, does, effect, automatic, parameters }) => ({
            id,
            title,
            does,
            effect,
            automatic,
            parameters,
          }),
        ),
      };
    },
    plan(wish) {
      const read = installed();
      if (read.state === 'refused') return { plan: null, problem: 'no-catalogue', parameter: null };
      const planned = planAction(read.catalogue, wish, options.now());
      return planned.ok
        ? { plan: planned.value, problem: null, parameter: null }
        : { plan: null, problem: planned.error.code, parameter: planned.error.parameter };
    },
    output: engine.output,
    follow(command, thing) {
      switch (command.name) {
        case 'execution.propose':
        case 'execution.take-back':
          engine.rehearse(thing);
          return;
        case 'execution.rehearse':
          engine.rehearse(command.execution);
          return;
        case 'execution.start':
          engine.execute(command.execution);
          return;
        default:
      }
    },
    recover(states) {
      const executions: string[] = [];
      const rehearsals: string[] = [];
      for (const [thing, state] of states) {
        const { plan, started, ended, rehearsal, withdrawn } = state;
        if (state.replica !== options.replica) continue;
        if (started !== null) {
          if (ended === null) executions.push(thing);
        } else if (plan?.dryRun != null && rehearsal === null && withdrawn === null) {
          rehearsals.push(thing);
        }
      }
      engine.recover({ executions, rehearsals });
    },
    isRunning: engine.isRunning,
    close: engine.close,
    ended: engine.ended,
  };
}

/** What a room without actions answers: an exported file, a demo. */
export const NO_ROOM_ACTIONS: Answer<'actions.read'> = {
  state: 'refused',
  problem: 'not-live',
  detail: '',
  folder: '',
  version: null,
  signedBy: null,
  expiresAt: null,
  replica: '',
  entries: [],
};
