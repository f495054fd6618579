import type { ActionCall, CallResult } from '../../shared/facts/execution.ts';
import { lasted, notStarted } from './call-result.ts';
import { blotted, captureOutput } from './captured-output.ts';
import type { CallLimits, RunningCall } from './running-call.ts';

type Request = Extract<ActionCall, { kind: 'http' }>;

/**
 * Sends one request, exactly to the address that was approved: a redirect is told and not followed.
 * Secrets are read from the environment here and nowhere else, and are blotted out of the answer.
 */
export function sendRequest(
  call: Request,
  limits: CallLimits,
  environment: NodeJS.ProcessEnv,
): RunningCall {
  const began = performance.now();
  const { headers, secrets, problem } = headersOf(call, environment);
  const output = captureOutput(limits.outputBytes, secrets);
  const aborter = new AbortController();
  let stoppedBy: 'timed-out' | 'stopped' | null = null;
  const stop = (by: 'timed-out' | 'stopped'): void => {
    stoppedBy ??= by;
    aborter.abort();
  };

  async function send(): Promise<CallResult> {
    if (problem !== null) return notStarted(problem, output, began);
    if (!URL.canParse(call.url) || new URL(call.url).href !== call.url) {
      return notStarted(`${call.url} is not in its plain form`, output, began);
    }
    const timeout = setTimeout(() => stop('timed-out'), limits.timeoutMs);
    let status: number | null = null;
    try {
      const answer = await fetch(call.url, {
        method: call.method,
        headers,
        body: call.body,
        redirect: 'manual',
        signal: aborter.signal,
      });
      status = answer.status;
      const location = answer.headers.get('location');
      if (status >= 300 && status < 400 && location !== null) {
        output.add(Buffer.from(`Location: ${location}\n`));
      }
      for await (const chunk of answer.body ?? []) {
        output.add(chunk as Uint8Array);
        // The rest would only fill memory.
        if (output.isFull()) break;
      }
      return ended('exited', status, '');
    } catch (error) {
      const reason = reasonOf(error);
      if (stoppedBy !== null) return ended(stoppedBy, status, '');
      // What was sent may have been taken, though no answer came.
      return ended(isUnsent(error) ? 'not-started' : 'unknown', status, reason);
    } finally {
      clearTimeout(timeout);
    }
  }

  function ended(outcome: CallResult['outcome'], code: number | null, reason: string): CallResult {
    return {
      outcome,
      code,
      signal: null,
      reason: blotted(reason, secrets).slice(0, 1_000),
      ...output.told(),
      lastedMs: lasted(began),
    };
  }

  const end = (): void => stop('stopped');
  return { ended: send(), output: () => output.text(), stop: end, kill: end };
}

const SECRET = /\{env:([A-Z_][A-Z0-9_]{0,99})\}/g;
/** What a header carries as it is; all else is refused or changed on the way, and then not blotted out. */
const CARRIED = /^[\x20-\x7e]+$/;

function headersOf(
  call: Request,
  environment: NodeJS.ProcessEnv,
): { headers: [string, string][]; secrets: string[]; problem: string | null } {
  const secrets: string[] = [];
  let problem: string | null = null;
  const headers = call.headers.map(({ name, value }): [string, string] => [
    name,
    value.replaceAll(SECRET, (_, variable: string) => {
      // A line end after it comes from the file that it was read from.
      const secret = environment[variable]?.trim() ?? '';
      if (secret === '') problem ??= `${variable} is not set at this desk`;
      else if (CARRIED.test(secret)) secrets.push(secret);
      else problem ??= `${variable} has characters that cannot stand in a header`;
      return secret;
    }),
  ]);
  if (call.body !== null) headers.push(['content-type', 'application/json']);
  return { headers, secrets, problem };
}

/** Codes of a connection that never came to be: nothing was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function isUnsent(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } } | null)?.cause?.code;
  return typeof code === 'string' && UNSENT.has(code);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
