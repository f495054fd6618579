import { changeKindSchema, changeStatusSchema } from '../facts/change.ts';
import type { FactDraft } from '../facts/fact.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { readUnknown } from './alert-record.ts';
import {
  count,
  firstFault,
  listOf,
  oneOf,
  only,
  optional,
  text,
  type FieldCheck,
} from './fields.ts';
import {
  clockDoubt,
  declaredDigest,
  isObject,
  member,
  naming,
  problem,
  readBody,
  readTime,
  rejected,
  sourceNameProblem,
  webAddress,
  wellFormed,
  type JsonObject,
} from './record.ts';

const short = (max: number): FieldCheck => optional(text({ max }));

const CHECKS = {
  version: (value) =>
    value === 1
      ? null
      : { code: 'wrong-version', reason: `expected version 1, got ${naming(value)}` },
  source: short(Infinity),
  id: text(
    { min: 1, max: 300 },
    {
      pattern: /^[^\p{Control}\p{Surrogate}"\\]*$/u,
      reason: 'an id has no control characters, quotes, \\',
    },
  ),
  at: short(Infinity),
  title: text({ min: 1, max: 1_000 }),
  kind: oneOf(changeKindSchema.options),
  services: listOf(text({ min: 1, max: 300 }), 5_000),
  unit: short(100),
  cell: short(100),
  city: short(100),
  shard: short(100),
  by: short(200),
  url: short(2_000),
  status: oneOf(changeStatusSchema.options),
  batch: optional(only({ index: count, total: count })),
} satisfies Record<string, FieldCheck>;

/** A record that passed the checks. */
interface CheckedChange extends JsonObject {
  readonly id: string;
  readonly source?: string | null;
  readonly at?: string | null;
  readonly title: string;
  readonly kind: string;
  readonly status: string;
  readonly services: readonly string[];
  readonly url?: string | null;
}
const KEYS = new Set(Object.keys(CHECKS));

/** Holdfast's own description of a change (README of this folder): one object, or a list of them. */
export const change: Adapter = {
  format: 'change',
  speaks: 'change',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    if (unreadable) return unreadable;
    const single = !Array.isArray(body);
    const records: readonly unknown[] = single ? [body] : body;
    const first = records.find(isObject);
    const source = (first && member(first, 'source')) ?? context.source;
    const nameProblem = sourceNameProblem(source);
    if (nameProblem !== null || typeof source !== 'string') {
      return rejected(context.source, 'forbidden-name', 'source', nameProblem ?? '', body);
    }

    const { now } = context;
    const declared = context.declaredBy(source);
    const facts: FactDraft[] = [];
    const problems: Problem[] = [];
    const seen = new Map<string, string>();
    let unchanged = 0;
    for (const [index, sent] of records.entries()) {
      const place = single ? '' : `[${index}]`;
      const within = (key: string): string => (place === '' ? key : key && `${place}.${key}`);
      const refuse = (code: ProblemCode, key: string, reason: string): void => {
        problems.push(problem('refused', code, within(key) || place, reason, sent));
      };
      if (!isObject(sent)) {
        refuse('wrong-type', '', `a change is an object, not ${naming(sent)}`);
        continue;
      }
      const fault = firstFault(sent, CHECKS);
      if (fault !== null) {
        refuse(fault.code, fault.key, fault.reason);
        continue;
      }
      const data = sent as CheckedChange;
      if ((data.source ?? source) !== source) {
        refuse(
          'contradiction',
          'source',
          `one post speaks for one source, and this one for ${naming(source)}`,
        );
        continue;
      }
      const claimed = readTime(data.at);
      if (claimed === 'wrong') {
        refuse('wrong-time', 'at', `not a time (RFC 3339): ${naming(data.at)}`);
        continue;
      }
      const at = typeof claimed === 'number' ? claimed : now;
      const ahead = clockDoubt(within('at'), at, now, sent);
      if (ahead) problems.push(ahead);
      const url = webAddress(data.url);
      if (url === undefined && data.url) {
        problems.push(
          problem('doubt', 'wrong-value', within('url'), 'not a web address: left out', sent),
        );
      }
      const said: Record<string, unknown> = {
        changeId: data.id,
        title: wellFormed(data.title),
        kind: data.kind,
      };
      said['status'] = data.status;
      said['services'] = [...new Set(data.services.map(wellFormed))];
      for (const key of ['unit', 'cell', 'city', 'shard', 'by'] as const) {
        const word = member(sent, key);
        if (typeof word === 'string' && word !== '') said[key] = wellFormed(word);
      }
      if (url !== undefined) said['url'] = url;
      const batch = member(sent, 'batch');
      if (isObject(batch)) said['batch'] = { index: batch['index'], total: batch['total'] };
      const thing = changeThing(source, data.id);
      const digest = declaredDigest(said);
      if ((seen.get(thing) ?? declared.get(thing)) === digest) {
        unchanged += 1;
        continue;
      }
      seen.set(thing, digest);
      const raw = readUnknown(sent, KEYS, place, problems);
      facts.push({
        kind: 'change.reported',
        v: 1,
        thing,
        at,
        heardAt: now,
        source,
        body: said as FactDraft['body'],
        ...(raw === null ? {} : { raw: raw as NonNullable<FactDraft['raw']> }),
      });
    }
    const refused = problems.find((entry) => entry.weight === 'refused');
    if (single && refused !== undefined) {
      return { facts: [], problems: [], source, unchanged: 0, rejected: refused };
    }
    return { facts, problems, source, unchanged, rejected: null };
  },
};

/** The thing that facts of a change speak of: ids are the source's own. */
export function changeThing(source: string, id: string): string {
  return `change:${JSON.stringify([source, id])}`;
}
