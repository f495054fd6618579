import type { AlertSeverity } from '../facts/alert.ts';
import type { FactDraft } from '../facts/fact.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import type { Json } from '../kit/canonical.ts';
import type { Problem } from './adapter.ts';
import { fingerprintOf } from './fingerprint.ts';
import {
  isObject,
  member,
  naming,
  problem,
  unknownMembers,
  wellFormed,
  type JsonObject,
} from './record.ts';

/** What the two alert formats share: labels, annotations, and what follows from them. */

export const MAX_LABELS = 64;
/** Longest label or annotation value (UTF-16 code units). */
export const MAX_VALUE_LENGTH = 8_192;
const MAX_NAME_LENGTH = 1_024;

/**
 * Alerts that always fire, to show that the way is open (kube-prometheus calls it Watchdog, older
 * rule sets DeadMansSwitch). They count as a heartbeat and never as an alert.
 */
const HEARTBEAT_ALERTS = new Set(['Watchdog', 'DeadMansSwitch']);

export interface DescribedAlert {
  readonly fingerprint: string;
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly service?: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

export interface ReadAlert {
  readonly described: DescribedAlert;
  readonly heartbeat: boolean;
  readonly generatorUrl: string | undefined;
}

/** Reads what both formats say of an alert; null when the record is refused (problems say why). */
export function readAlert(record: unknown, place: string, problems: Problem[]): ReadAlert | null {
  const refuse = (code: ProblemCode, where: string, reason: string): null => {
    problems.push(problem('refused', code, where, reason, record));
    return null;
  };
  const doubt = (code: ProblemCode, where: string, reason: string): void => {
    problems.push(problem('doubt', code, where, reason, record));
  };
  if (!isObject(record))
    return refuse('wrong-type', place, `an alert is an object, not ${naming(record)}`);
  const sentLabels = member(record, 'labels');
  if (!isObject(sentLabels)) return refuse('missing', `${place}.labels`, 'labels are missing');

  const labels: Record<string, string> = {};
  const names = Object.keys(sentLabels);
  if (names.length > MAX_LABELS) {
    return refuse(
      'too-large',
      `${place}.labels`,
      `${names.length} labels, more than ${MAX_LABELS}`,
    );
  }
  for (const name of names) {
    const value = sentLabels[name];
    const where = `${place}.labels.${wellFormed(name.slice(0, 100))}`;
    if (name === '__proto__')
      return refuse('forbidden-name', where, 'a label may not be called __proto__');
    if (name === '' || name.length > MAX_NAME_LENGTH) {
      return refuse(
        'wrong-value',
        where,
        `a label's name has between 1 and ${MAX_NAME_LENGTH} characters`,
      );
    }
    if (typeof value !== 'string') {
      return refuse('wrong-type', where, `a label's value is a text, not ${naming(value)}`);
    }
    if (value.length > MAX_VALUE_LENGTH) {
      return refuse(
        'too-large',
        where,
        `${value.length} characters, more than ${MAX_VALUE_LENGTH}`,
      );
    }
    // An empty value is the same as no label (Prometheus' data model), also for the fingerprint.
    if (value === '') continue;
    const text = wellFormed(value);
    if (text !== value || wellFormed(name) !== name) {
      doubt('not-utf8', where, 'half a character (lone surrogate) was replaced by U+FFFD');
    }
    labels[wellFormed(name)] = text;
  }
  const name = labels['alertname'];
  if (name === undefined)
    return refuse('missing', `${place}.labels.alertname`, 'alertname is missing');

  const fingerprint = fingerprintOf(labels);
  const claimed = member(record, 'fingerprint');
  if (claimed !== undefined && claimed !== '' && claimed !== fingerprint) {
    doubt(
      'contradiction',
      `${place}.fingerprint`,
      `${naming(claimed)} does not follow from the labels: ${fingerprint} is used`,
    );
  }
  const service = serviceOf(labels);
  return {
    described: {
      fingerprint,
      name,
      severity: severityOf(labels['severity'] ?? labels['priority']),
      ...(service === undefined ? {} : { service }),
      labels,
      annotations: readAnnotations(record, place, doubt),
    },
    heartbeat: HEARTBEAT_ALERTS.has(name),
    generatorUrl: readUrl(member(record, 'generatorURL'), `${place}.generatorURL`, doubt),
  };
}

function readAnnotations(
  record: JsonObject,
  place: string,
  doubt: (code: ProblemCode, where: string, reason: string) => void,
): Record<string, string> {
  const sent = member(record, 'annotations');
  const annotations: Record<string, string> = {};
  if (sent === undefined || sent === null) return annotations;
  const where = `${place}.annotations`;
  if (!isObject(sent)) {
    doubt('wrong-type', where, `annotations are an object, not ${naming(sent)}: left out`);
    return annotations;
  }
  const names = Object.keys(sent).filter((name) => name !== '__proto__');
  if (names.length < Object.keys(sent).length)
    doubt('forbidden-name', where, '__proto__ was left out');
  if (names.length > MAX_LABELS) {
    doubt('too-large', where, `${names.length} annotations: the first ${MAX_LABELS} are kept`);
  }
  for (const name of names.slice(0, MAX_LABELS)) {
    const value = sent[name];
    const at = `${where}.${wellFormed(name.slice(0, 100))}`;
    if (typeof value !== 'string' || name.length > MAX_NAME_LENGTH) {
      doubt('wrong-type', at, `an annotation is a text, not ${naming(value)}: left out`);
      continue;
    }
    if (value.length > MAX_VALUE_LENGTH) {
      doubt('too-large', at, `${value.length} characters: cut at ${MAX_VALUE_LENGTH}`);
    }
    annotations[wellFormed(name)] = wellFormed(value.slice(0, MAX_VALUE_LENGTH));
  }
  return annotations;
}

function readUrl(
  sent: unknown,
  where: string,
  doubt: (code: ProblemCode, where: string, reason: string) => void,
): string | undefined {
  if (sent === undefined || sent === null || sent === '') return undefined;
  if (typeof sent === 'string' && sent.length <= MAX_VALUE_LENGTH && /^https?:\/\//i.test(sent)) {
    return wellFormed(sent);
  }
  doubt('wrong-value', where, 'not a web address: left out');
  return undefined;
}

const CRITICAL = new Set([
  'critical',
  'crit',
  'page',
  'error',
  'fatal',
  'disaster',
  'emergency',
  'p1',
  'sev1',
  'sev-1',
]);
const WARNING = new Set(['warning', 'warn', 'p2', 'p3', 'sev2', 'sev-2', 'sev3', 'sev-3']);

/** The severity that a sender's word stands for; what is not known is `info`. */
export function severityOf(word: string | undefined): AlertSeverity {
  const plain = (word ?? '').trim().toLowerCase();
  if (CRITICAL.has(plain)) return 'critical';
  return WARNING.has(plain) ? 'warning' : 'info';
}

const SERVICE_LABELS = ['service', 'app', 'app_kubernetes_io_name', 'job', 'deployment'] as const;

/**
 * The service that an alert speaks of: the label `service`, else `app` (or the Kubernetes
 * recommended label), else `job`, else `deployment`, else the pod's name without what its
 * controller appended.
 */
export function serviceOf(labels: Readonly<Record<string, string>>): string | undefined {
  for (const name of SERVICE_LABELS) {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    if (value !== undefined && value !== '') return value;
  }
  const pod = Object.hasOwn(labels, 'pod') ? labels['pod'] : undefined;
  return pod === undefined ? undefined : podOwner(pod);
}

/**
 * `pay-core-6d5f8c9b7d-x2x4z` (deployment), `pay-core-x2x4z` (daemon set) and `pay-core-0`
 * (stateful set) belong to `pay-core`. Kubernetes draws its suffixes from an alphabet without
 * vowels, so that words are not mistaken for them.
 */
function podOwner(pod: string): string {
  const suffix = '[bcdfghjklmnpqrstvwxz2456789]';
  const owner = pod
    .replace(new RegExp(`-${suffix}{5}$`), '')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/, '');
  return owner === pod ? pod.replace(/-\d{1,4}$/, '') : owner;
}

/** An alert fact's draft; the thing is the fingerprint, so that all sources speak of one alert. */
export function alertDraft(
  kind: 'alert.fired' | 'alert.resolved',
  body: DescribedAlert & Record<string, unknown>,
  at: number,
  heardAt: number,
  source: string,
  raw: Json | null,
): FactDraft {
  return {
    kind,
    v: 1,
    thing: `alert:${body.fingerprint}`,
    at,
    heardAt,
    source,
    body: body as unknown as FactDraft['body'],
    ...(raw === null ? {} : { raw: raw as NonNullable<FactDraft['raw']> }),
  };
}

/** What a record says beyond the format, for `raw`; too much of it is left out with a doubt. */
export function readUnknown(
  record: unknown,
  known: ReadonlySet<string>,
  place: string,
  problems: Problem[],
): Json | null {
  if (!isObject(record)) return null;
  if (Object.hasOwn(record, '__proto__')) {
    problems.push(problem('doubt', 'forbidden-name', place, '__proto__ was left out', record));
  }
  const { raw, tooLarge } = unknownMembers(record, known);
  if (tooLarge)
    problems.push(problem('doubt', 'too-large', place, 'unknown keys too large to keep', record));
  return raw;
}
