import {
  actionPlanSchema,
  type ActionCall,
  type ActionPlan,
  type CallResult,
} from '../facts/execution.ts';
import { canonicalJson } from '../kit/canonical.ts';
import { sha256Hex } from '../kit/hash.ts';
import { fail, ok, type Result } from '../kit/result.ts';
import type { ActionCatalogue, ActionEntry } from './catalogue.ts';
import { valueProblem } from './parameters.ts';
import { fillText, fillUrl, fillWords } from './template.ts';

/** Why nothing can be planned; `parameter` names the one that is to blame. */
export interface PlanProblem {
  readonly code:
    | 'unknown-action'
    | 'catalogue-expired'
    | 'missing-parameter'
    | 'unknown-parameter'
    | 'unseen'
    | 'does-not-fit'
    | 'becomes-option'
    | 'too-long';
  readonly parameter: string | null;
}

/**
 * What exactly would be run: every argument, address and limit. Pure, so that each desk that holds
 * the same catalogue gets the same plan, byte for byte.
 */
export function planAction(
  catalogue: ActionCatalogue,
  wish: { readonly entry: string; readonly parameters: Readonly<Record<string, string>> },
  now: number,
): Result<ActionPlan, PlanProblem> {
  if (catalogue.expiresAt <= now) return problem('catalogue-expired');
  const entry = catalogue.entries.get(wish.entry);
  if (entry === undefined) return problem('unknown-action');
  const checked = checkedValues(entry, wish.parameters);
  if (!checked.ok) return checked;
  const parameters = checked.value;
  const call = callOf(entry, parameters);
  if (!call.ok) return call;
  const dryRun = entry.dryRun === undefined ? null : dryRunOf(entry, parameters);
  if (dryRun !== null && !dryRun.ok) return dryRun;
  let verify: ActionCall | null = null;
  if (entry.verify !== undefined) {
    const target = catalogue.entries.get(entry.verify.entry);
    if (target === undefined) return problem('unknown-action');
    const given = checkedValues(target, referred(entry.verify.parameters, parameters));
    if (!given.ok) return given;
    const verification = callOf(target, given.value);
    if (!verification.ok) return verification;
    verify = verification.value;
  }
  const plan: ActionPlan = {
    catalogue: catalogue.digest,
    entry: entry.id,
    title: entry.title,
    does: entry.does,
    parameters,
    effect: entry.effect,
    approvals: entry.approvals ?? (entry.effect === 'dangerous' ? 2 : 1),
    call: call.value,
    timeoutMs: entry.timeoutSeconds * 1_000,
    outputBytes: entry.outputBytes,
    dryRun: dryRun?.value ?? null,
    verify,
    wayBack:
      entry.wayBack === undefined
        ? null
        : {
            entry: entry.wayBack.entry,
            parameters: referred(entry.wayBack.parameters, parameters),
          },
  };
  // Many long values in one word can make more than a fact may carry.
  return actionPlanSchema.safeParse(plan).success ? ok(plan) : problem('too-long');
}

/**
 * What an approval is bound to: everything that is run, where, and for which proposal.
 * @param replica the journal at whose desk it may be run
 * @param thing the execution: an approval of one proposal is none of another
 */
export function planDigest(plan: ActionPlan, replica: string, thing: string): string {
  return sha256Hex(canonicalJson({ format: 'holdfast-approval/1', plan, replica, thing }));
}

/** Whether a call did what it was to do: exit code 0, or a status of 200 to 299. */
export function succeeded(call: ActionCall, { outcome, code }: CallResult): boolean {
  if (outcome !== 'exited' || code === null) return false;
  return call.kind === 'command' ? code === 0 : code >= 200 && code < 300;
}

/**
 * A call as a person reads it, all of it: an approval speaks of every header and of the body as well.
 * Secrets stand as `{env:NAME}`. No shell reads it, and none could be given it.
 */
export function callText(call: ActionCall): string {
  if (call.kind === 'http') {
    const { method, url, headers, body } = call;
    const head = [`${method} ${url}`, ...headers.map(({ name, value }) => `${name}: ${value}`)];
    return [...head, ...(body === null ? [] : ['', body])].join('\n');
  }
  return [call.executable, ...call.argv].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function problem(
  code: PlanProblem['code'],
  parameter: string | null = null,
): Result<never, PlanProblem> {
  return fail({ code, parameter });
}

/** The values of all parameters of an entry, no more and no fewer. */
function checkedValues(
  entry: ActionEntry,
  given: Readonly<Record<string, string>>,
): Result<Record<string, string>, PlanProblem> {
  const values: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(entry.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === '') return problem('missing-parameter', name);
    const wrong = valueProblem(parameter, value);
    if (wrong !== null) return problem(wrong, name);
    values[name] = value;
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(entry.parameters, name));
  return unknown === undefined ? ok(values) : problem('unknown-parameter', unknown);
}

/** What a reference gives another entry; the catalogue was checked to name only what is there. */
function referred(
  parameters: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, text]) => [name, fillText(text, values)]),
  );
}

function callOf(
  entry: ActionEntry,
  values: Readonly<Record<string, string>>,
): Result<ActionCall, PlanProblem> {
  return entry.kind === 'command'
    ? commandOf(entry, entry.argv, values)
    : requestOf(entry, entry, values);
}

function dryRunOf(
  entry: ActionEntry,
  values: Readonly<Record<string, string>>,
): Result<ActionCall, PlanProblem> {
  return entry.kind === 'command'
    ? commandOf(entry, entry.dryRun ?? [], values)
    : requestOf(entry, entry.dryRun ?? entry, values);
}

type Command = Extract<ActionEntry, { kind: 'command' }>;
type Http = Extract<ActionEntry, { kind: 'http' }>;

function commandOf(
  entry: Command,
  words: readonly string[],
  values: Readonly<Record<string, string>>,
): Result<ActionCall, PlanProblem> {
  const argv = fillWords(words, values);
  if ('refused' in argv) return problem('becomes-option', argv.refused);
  return ok({
    kind: 'command',
    executable: entry.executable,
    sha256: entry.sha256 ?? null,
    argv: [...argv],
    environment: [...entry.environment],
    workingFolder: entry.workingFolder,
  });
}

function requestOf(
  entry: Http,
  { method, url, body }: Pick<Http, 'method' | 'url' | 'body'>,
  values: Readonly<Record<string, string>>,
): Result<ActionCall, PlanProblem> {
  const filled = fillUrl(url, values);
  if (typeof filled !== 'string') return problem('does-not-fit', filled.refused);
  return ok({
    kind: 'http',
    method,
    url: filled,
    headers: Object.entries(entry.headers).map(([name, value]) => ({ name, value })),
    body:
      body === undefined
        ? null
        : canonicalJson(
            Object.fromEntries(
              Object.entries(body).map(([name, value]) => [
                name,
                typeof value === 'string' ? fillText(value, values) : value,
              ]),
            ),
          ),
  });
}
