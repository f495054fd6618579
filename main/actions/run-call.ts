import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ActionCall, CallResult } from '../../shared/facts/execution.ts';
import { lasted, notStarted } from './call-result.ts';
import { captureOutput } from './captured-output.ts';
import type { CallLimits, RunningCall } from './running-call.ts';
import { sendRequest } from './send-request.ts';

/** How long a group of processes has to end by itself once it was asked to. */
const GRACE_MS = 2_000;
/** The same for one that is stopped: somebody waits for the desk to close. */
const STOP_GRACE_MS = 500;
/** How long what a process left behind may go on holding its output. */
const LINGER_MS = 500;

/** Begins a call. Never rejects: what cannot be started ends as `not-started` with the reason. */
export function runCall(
  call: ActionCall,
  limits: CallLimits,
  environment: NodeJS.ProcessEnv = process.env,
): RunningCall {
  return call.kind === 'http'
    ? sendRequest(call, limits, environment)
    : runCommand(call, limits, environment);
}

function runCommand(
  call: Extract<ActionCall, { kind: 'command' }>,
  limits: CallLimits,
  environment: NodeJS.ProcessEnv,
): RunningCall {
  const output = captureOutput(limits.outputBytes);
  const began = performance.now();
  let isKilled = false;
  let kill = (): void => {
    isKilled = true;
  };
  let stop = kill;
  const ended = (async (): Promise<CallResult> => {
    const problem = await executableProblem(call);
    if (problem !== null) return notStarted(problem, output, began);
    if (isKilled) return notStarted('stopped before it began', output, began);
    try {
      return await new Promise<CallResult>((resolve) => begin(resolve));
    } catch (error) {
      // Words that no system takes, such as one with a NUL in it.
      return notStarted(error instanceof Error ? error.message : String(error), output, began);
    }
  })();

  function begin(resolve: (result: CallResult) => void): void {
    let stoppedBy: 'timed-out' | 'stopped' | null = null;
    // Without a shell every word arrives as it is; detached, it leads a process group of its own.
    const child = spawn(call.executable, call.argv, {
      shell: false,
      detached: true,
      cwd: call.workingFolder,
      env: allowed(call.environment, environment),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const signalGroup = (signal: 'SIGTERM' | 'SIGKILL'): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // Nobody is left in it.
      }
    };
    let grace: NodeJS.Timeout | null = null;
    const end = (by: 'timed-out' | 'stopped', graceMs: number): void => {
      stoppedBy ??= by;
      signalGroup('SIGTERM');
      if (grace !== null) clearTimeout(grace);
      grace = setTimeout(() => signalGroup('SIGKILL'), graceMs);
    };
    const timeout = setTimeout(() => end('timed-out', GRACE_MS), limits.timeoutMs);
    stop = () => end('stopped', STOP_GRACE_MS);
    kill = () => {
      stoppedBy ??= 'stopped';
      signalGroup('SIGKILL');
    };
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.add(chunk));
    child.once('error', (error) => {
      clearTimeout(timeout);
      resolve(notStarted(error.message, output, began));
    });
    let isOver = false;
    const finish = (code: number | null, signal: string | null): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timeout);
      if (grace !== null) clearTimeout(grace);
      // Its leader is gone; what it started must not outlive a time-out.
      if (stoppedBy !== null) signalGroup('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      const outcome = stoppedBy ?? (signal === null ? 'exited' : 'signalled');
      resolve({
        outcome,
        code,
        signal,
        reason: '',
        ...output.told(),
        lastedMs: lasted(began),
      });
    };
    child.once('exit', (code, signal) => {
      child.once('close', () => finish(code, signal));
      // Something that it started may hold the output open for ever.
      setTimeout(() => finish(code, signal), LINGER_MS).unref();
    });
  }

  return { ended, output: () => output.text(), stop: () => stop(), kill: () => kill() };
}

/** Only what the catalogue names; nothing of the desk's own environment else. */
function allowed(names: readonly string[], environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Why the executable is not the one that the catalogue means, or null. */
async function executableProblem(call: {
  readonly executable: string;
  readonly sha256: string | null;
}): Promise<string | null> {
  if (call.sha256 === null) return null;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(call.executable), hash);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const found = hash.digest('hex');
  return found === call.sha256
    ? null
    : `${call.executable} is not the one that was signed (SHA-256 ${found})`;
}
