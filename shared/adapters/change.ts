import { z } from 'zod';
import { changeKindSchema, changeStatusSchema } from '../facts/change.ts';
import type { FactDraft } from '../facts/fact.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { readUnknown } from './alert-record.ts';
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
  wellFormed,
} from './record.ts';

const text = (length: number) => z.string().max(length).transform(wellFormed);

const recordSchema = z.object({
  version: z.literal(1, 'expected version 1'),
  source: z.string().nullish(),
  id: z
    .string()
    .min(1)
    .max(300)
    .regex(/^[^\p{Control}\p{Surrogate}"\\]*$/u, 'an id has no control characters, quotes, \\'),
  at: z.string().nullish(),
  title: z.string().min(1).max(1_000).transform(wellFormed),
  kind: changeKindSchema,
  services: z.array(z.string().min(1).max(300).transform(wellFormed)).max(5_000),
  unit: text(100).nullish(),
  cell: text(100).nullish(),
  by: text(200).nullish(),
  url: text(2_000).nullish(),
  status: changeStatusSchema,
  batch: z.strictObject({ index: z.int().min(1), total: z.int().min(1) }).nullish(),
});
const KEYS = new Set(Object.keys(recordSchema.shape));

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
      return rejected(context.source, 'source', nameProblem ?? '', body);
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
      const refuse = (key: string, reason: string): void => {
        problems.push(problem('refused', within(key) || place, reason, sent));
      };
      if (!isObject(sent)) {
        refuse('', `a change is an object, not ${naming(sent)}`);
        continue;
      }
      const read = recordSchema.safeParse(sent);
      if (!read.success) {
        const issue = read.error.issues[0];
        const key = issue?.path.map(String).join('.') ?? '';
        const got = key !== '' && !key.includes('.') ? `, got ${naming(member(sent, key))}` : '';
        refuse(key, `${issue?.message ?? 'not understood'}${got}`);
        continue;
      }
      const { data } = read;
      if ((data.source ?? source) !== source) {
        refuse('source', `one post speaks for one source, and this one for ${naming(source)}`);
        continue;
      }
      const claimed = readTime(data.at);
      if (claimed === 'wrong') {
        refuse('at', `not a time (RFC 3339): ${naming(data.at)}`);
        continue;
      }
      const at = typeof claimed === 'number' ? claimed : now;
      const ahead = clockDoubt(within('at'), at, now, sent);
      if (ahead) problems.push(ahead);
      const url = webAddress(data.url);
      if (url !== (data.url ?? undefined)) {
        problems.push(problem('doubt', within('url'), 'not a web address: left out', sent));
      }
      const said: Record<string, unknown> = {
        changeId: data.id,
        title: data.title,
        kind: data.kind,
      };
      said['status'] = data.status;
      said['services'] = [...new Set(data.services)];
      for (const key of ['unit', 'cell', 'by'] as const) if (data[key]) said[key] = data[key];
      if (url !== undefined) said['url'] = url;
      if (data.batch) said['batch'] = data.batch;
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
    const only = problems.find((entry) => entry.weight === 'refused');
    if (single && only !== undefined) {
      return { facts: [], problems: [], source, unchanged: 0, rejected: only };
    }
    return { facts, problems, source, unchanged, rejected: null };
  },
};

/** The thing that facts of a change speak of: ids are the source's own. */
export function changeThing(source: string, id: string): string {
  return `change:${JSON.stringify([source, id])}`;
}

function webAddress(url: string | null | undefined): string | undefined {
  return url && /^https?:\/\//i.test(url) ? url : undefined;
}
