import type { FactDraft } from '../facts/fact.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import { alertDraft, readAlert } from './alert-record.ts';
import { readAnswer, rulesOf } from './prometheus-alerts.ts';
import { labelsAsSent, type SendingRules } from './prometheus-config.ts';
import { isObject, member, naming, problem, rejected } from './record.ts';

/** Samples of one occurrence lie closer together than this: more is silence between two. */
const GAP_MS = 5 * MINUTE_MS;
/** Samples of one series that are read. */
const MAX_SAMPLES = 20_000;

/**
 * The result of a query or a range query for `ALERTS{alertstate="firing"}` (docs/querying/api.md):
 * the history of alerts. A range gives occurrences: each run of samples fires at its first one and,
 * unless it reaches to the end of what was asked, is over one step after its last. A vector gives
 * what fires now.
 */
export const prometheusSeries: Adapter = {
  format: 'prometheus-series',
  speaks: 'prometheus',
  intervalMs: 2 * MINUTE_MS,
  adapt(bytes, context) {
    const data = readAnswer(bytes, context.source);
    if ('rejected' in data) return data;
    const form = isObject(data.data) ? member(data.data, 'resultType') : undefined;
    const result = isObject(data.data) ? member(data.data, 'result') : undefined;
    if ((form !== 'matrix' && form !== 'vector') || !Array.isArray(result)) {
      const reason = `expected a matrix or a vector, got ${naming(form)}`;
      return rejected(context.source, 'wrong-type', 'data.resultType', reason, data.data);
    }
    const facts: FactDraft[] = [];
    const { rules, problems } = rulesOf(context);
    const read: Series[] = [];
    for (const [index, series] of result.entries()) {
      const one = seriesOf(series, `data.result[${index}]`, problems);
      if (one !== null) read.push(one);
    }
    const last = Math.max(...read.map(({ samples }) => samples.at(-1) ?? 0), 0);
    const step = stepOf(read);
    for (const series of read)
      facts.push(...occurrences(series, { last, step }, context, rules, problems));
    return { facts, problems, source: context.source, unchanged: 0, rejected: null };
  },
};

interface Series {
  readonly place: string;
  readonly labels: Record<string, unknown>;
  /** Moments of samples that say "firing", ascending (ms). */
  readonly samples: number[];
}

function seriesOf(sent: unknown, place: string, problems: Problem[]): Series | null {
  const refuse = (key: string, reason: string): null => {
    problems.push(problem('refused', 'wrong-type', `${place}.${key}`, reason, sent));
    return null;
  };
  const metric = isObject(sent) ? member(sent, 'metric') : undefined;
  if (!isObject(sent) || !isObject(metric))
    return refuse('metric', 'expected the labels of a series');
  const { __name__: name, alertstate, ...labels } = metric as Record<string, unknown>;
  if (name !== undefined && name !== 'ALERTS')
    return refuse('metric.__name__', `expected ALERTS, got ${naming(name)}`);
  if (alertstate === 'pending') return { place, labels, samples: [] };
  const values = member(sent, 'values') ?? [member(sent, 'value')];
  if (!Array.isArray(values)) return refuse('values', `expected a list, got ${naming(values)}`);
  const samples: number[] = [];
  for (const value of values.slice(0, MAX_SAMPLES)) {
    const [at, text] = Array.isArray(value) ? value : [];
    const isMoment = typeof at === 'number' && at > 0 && at < 8e12;
    if (!isMoment) return refuse('values', 'a sample is [seconds, "value"]');
    if (Number(text) === 1) samples.push(Math.round(at * 1_000));
  }
  return { place, labels, samples: samples.sort((left, right) => left - right) };
}

/** The resolution of a range: the smallest distance of two samples. */
function stepOf(read: readonly Series[]): number {
  let step = MINUTE_MS;
  for (const { samples } of read) {
    for (let index = 1; index < samples.length; index += 1) {
      const distance = (samples[index] ?? 0) - (samples[index - 1] ?? 0);
      if (distance > 0) step = Math.min(step, distance);
    }
  }
  return step;
}

function occurrences(
  { place, labels, samples }: Series,
  { last, step }: { last: number; step: number },
  { now, source }: AdapterContext,
  rules: SendingRules,
  problems: Problem[],
): FactDraft[] {
  if (samples.length === 0) return [];
  const unsent = readAlert({ labels }, place, problems);
  const sent = unsent === null ? null : labelsAsSent(unsent.described.labels, rules);
  const read = sent === null ? null : readAlert({ labels: sent }, place, problems);
  if (read === null || read.heartbeat) return [];
  const facts: FactDraft[] = [];
  let startsAt = samples[0] ?? 0;
  for (const [index, at] of samples.entries()) {
    const next = samples[index + 1];
    if (next !== undefined && next - at <= GAP_MS) continue;
    facts.push(
      alertDraft('alert.fired', { ...read.described, startsAt }, startsAt, now, source, null),
    );
    if (at + step <= last) {
      const endsAt = at + step;
      const body = { ...read.described, startsAt, endsAt };
      facts.push(alertDraft('alert.resolved', body, endsAt, now, source, null));
    }
    startsAt = next ?? startsAt;
  }
  return facts;
}
