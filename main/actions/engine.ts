import type { ExecutionEvent } from '../../shared/commands/execution.ts';
import { succeeded } from '../../shared/actions/plan.ts';
import type { ActionCall, CallResult } from '../../shared/facts/execution.ts';
import type { ExecutionState } from '../../shared/projections/execution.ts';
import { UNKNOWN_RESULT } from './call-result.ts';
import { runCall } from './run-call.ts';
import type { RunningCall } from './running-call.ts';

/**
 * Runs what was decided. It is told of an execution only after the fact that starts it is stored, and
 * tells what it saw as further facts; it decides nothing itself.
 */
export interface ActionEngine {
  /** Shows what it would do. */
  rehearse(thing: string): void;
  /** Runs it, and what verifies it: to be called after its start is stored, once. */
  execute(thing: string): void;
  /** What is running says so far; null when it does not run. */
  output(thing: string): string | null;
  /** Whether something runs for real, or is verified: a dry run may be made again. */
  isRunning(): boolean;
  /**
   * What an engine that is gone began: executions may have run, and never run again; the dry runs that
   * it owed came to nothing, and a person makes them again.
   */
  recover(begun: {
    readonly executions: readonly string[];
    readonly rehearsals: readonly string[];
  }): void;
  /** Asks all that runs to end, with its processes, and tells so. */
  close(): void;
  /** Resolves once nothing of what `close` found running is left. */
  ended(): Promise<void>;
}

export interface EngineOptions {
  readonly stateOf: (thing: string) => ExecutionState | null;
  /** Stores what was seen. May throw: a disk that is full. */
  readonly record: (thing: string, event: ExecutionEvent) => void;
  /** A rehearsal of something automatic is over. */
  readonly onRehearsed: (thing: string) => void;
  readonly onVerified: (thing: string, result: CallResult) => void;
  readonly run?: typeof runCall;
}

/** What could not be stored is tried again so often (ms). */
const RETRY_MS = 2_000;

export function createActionEngine(options: EngineOptions): ActionEngine {
  const run = options.run ?? runCall;
  const running = new Map<
    string,
    { call: RunningCall; what: 'rehearsed' | 'ended' | 'verified' }
  >();
  /** What was once begun here is never begun again. */
  const executed = new Set<string>();
  /** What was asked to be rehearsed here: its end is told by this engine. */
  const rehearsed = new Set<string>();
  let ends: readonly Promise<CallResult>[] = [];
  const unstored = new Set<NodeJS.Timeout>();
  let closed = false;

  function record(thing: string, event: ExecutionEvent): void {
    try {
      options.record(thing, event);
    } catch (error) {
      console.error('an action’s outcome could not be stored:', error);
      if (closed) return;
      // Until it is stored the execution reads as running; a restart calls it unknown.
      const timer = setTimeout(() => {
        unstored.delete(timer);
        if (!closed) record(thing, event);
      }, RETRY_MS);
      timer.unref();
      unstored.add(timer);
    }
  }

  function begin(
    thing: string,
    call: ActionCall,
    what: 'rehearsed' | 'ended' | 'verified',
    then: (result: CallResult) => void,
  ): void {
    const { timeoutMs = 0, outputBytes = 0 } = options.stateOf(thing)?.plan ?? {};
    const begun = run(call, { timeoutMs, outputBytes });
    running.set(thing, { call: begun, what });
    void begun.ended.then((result) => {
      // A desk that closes has told its end already.
      if (closed || running.get(thing)?.call !== begun) return;
      running.delete(thing);
      then(result);
    });
  }

  return {
    rehearse(thing) {
      const plan = options.stateOf(thing)?.plan;
      if (closed || !plan || running.has(thing)) return;
      rehearsed.add(thing);
      if (plan.dryRun === null) {
        options.onRehearsed(thing);
        return;
      }
      begin(thing, plan.dryRun, 'rehearsed', (result) => {
        record(thing, { kind: 'rehearsed', result });
        options.onRehearsed(thing);
      });
    },
    execute(thing) {
      const state = options.stateOf(thing);
      // What is not stored as started is not run, whoever asks.
      if (closed || !state?.plan || state.started === null || state.ended !== null) return;
      if (executed.has(thing)) return;
      executed.add(thing);
      const { call, verify } = state.plan;
      running.get(thing)?.call.kill();
      begin(thing, call, 'ended', (result) => {
        record(thing, { kind: 'ended', result });
        if (verify === null || result.outcome === 'not-started') return;
        begin(thing, verify, 'verified', (seen) => {
          const passed = succeeded(verify, seen);
          record(thing, { kind: 'verified', passed, result: seen });
          if (passed && succeeded(call, result)) options.onVerified(thing, seen);
        });
      });
    },
    output: (thing) => running.get(thing)?.call.output() ?? null,
    isRunning: () => [...running.values()].some(({ what }) => what !== 'rehearsed'),
    recover({ executions, rehearsals }) {
      for (const thing of executions) {
        if (!executed.has(thing)) record(thing, { kind: 'ended', result: UNKNOWN_RESULT });
      }
      for (const thing of rehearsals) {
        if (!rehearsed.has(thing)) record(thing, { kind: 'rehearsed', result: UNKNOWN_RESULT });
      }
    },
    close() {
      if (closed) return;
      for (const [thing, { call, what }] of running) {
        call.stop();
        if (what === 'verified') continue;
        record(thing, {
          kind: what,
          result: { ...UNKNOWN_RESULT, outcome: 'stopped', output: call.output().slice(0, 20_000) },
        });
      }
      closed = true;
      ends = [...running.values()].map(({ call }) => call.ended);
      running.clear();
      for (const timer of unstored) clearTimeout(timer);
    },
    async ended() {
      await Promise.all(ends);
    },
  };
}
