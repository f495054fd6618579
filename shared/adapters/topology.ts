import type { FactDraft } from '../facts/fact.ts';
import { edgeStrengthSchema, edgeThing, nodeKindSchema, nodeThing } from '../facts/topology.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapted, Adapter, AdapterContext, Problem } from './adapter.ts';
import { readUnknown } from './alert-record.ts';
import { firstFault, optional, text, texts, type FieldCheck } from './fields.ts';
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
  type JsonObject,
} from './record.ts';

const name = text(
  { min: 1, max: 300 },
  { pattern: /^[^\p{Control}\p{Surrogate}]*$/u, reason: 'a name has no control characters' },
);
const short = (max: number): FieldCheck => optional(text({ max }));

const NODE_CHECKS = {
  name,
  kind: short(Infinity),
  unit: short(100),
  cell: short(100),
  zone: short(100),
  city: short(100),
  owner: short(200),
  tags: optional(texts(200, 1_000)),
};
const EDGE_CHECKS = { from: name, to: name, protocol: short(50), strength: short(Infinity) };
const REMOVED_NODE_CHECKS = { name };
const REMOVED_EDGE_CHECKS = { from: name, to: name };

/** What a record says once it passed its checks: texts, or nothing. */
type Read<Checks> = { readonly [Key in keyof Checks]: string | undefined };

const BODY_KEYS = new Set(['version', 'source', 'mode', 'at', 'nodes', 'edges', 'removed']);
const NODE_KEYS = new Set(Object.keys(NODE_CHECKS));
const EDGE_KEYS = new Set(Object.keys(EDGE_CHECKS));
const MAX_TAGS = 64;
/** Longest thing that a fact may speak of (factSchema). */
const MAX_THING_LENGTH = 1_024;

/**
 * Holdfast's own description of who calls whom (README of this folder). `whole` says everything
 * that the source knows: what it declared before and does not list now is no longer listed. `window`
 * says what was seen in a while, which proves less. `change` says only what is new, other, or removed.
 * Each gives facts only for what differs from before.
 */
export const topology: Adapter = {
  format: 'topology',
  speaks: 'topology',
  intervalMs: HOUR_MS,
  adapt(bytes, context) {
    const { body, rejected: unreadable } = readBody(bytes, context.source);
    return unreadable ?? adaptTopology(body, context);
  },
};

/** As `topology`, of a body that was read: other graphs are told in its words. */
export function adaptTopology(body: unknown, context: AdapterContext): Adapted {
  const refuse = (code: ProblemCode, place: string, reason: string): Adapted =>
    rejected(context.source, code, place, reason, body);
  if (!isObject(body)) return refuse('wrong-type', '', `expected an object, got ${naming(body)}`);
  const version = member(body, 'version');
  if (version !== 1)
    return refuse('wrong-version', 'version', `expected version 1, got ${naming(version)}`);
  const source = member(body, 'source') ?? context.source;
  const nameProblem = sourceNameProblem(source);
  if (nameProblem !== null || typeof source !== 'string') {
    return refuse('forbidden-name', 'source', nameProblem ?? '');
  }
  const mode = member(body, 'mode');
  if (mode !== 'whole' && mode !== 'window' && mode !== 'change') {
    const reason = `expected "whole", "window" or "change", got ${naming(mode)}`;
    return refuse('wrong-value', 'mode', reason);
  }
  const sentAt = readTime(member(body, 'at'));
  if (sentAt === 'wrong') {
    return refuse('wrong-time', 'at', `not a time (RFC 3339): ${naming(member(body, 'at'))}`);
  }
  const lists: Record<'nodes' | 'edges', readonly unknown[]> = { nodes: [], edges: [] };
  for (const key of ['nodes', 'edges'] as const) {
    const list = member(body, key) ?? (mode === 'change' ? [] : undefined);
    if (!Array.isArray(list))
      return refuse('wrong-type', key, `expected a list, got ${naming(list)}`);
    lists[key] = list;
  }

  const { now } = context;
  const at = typeof sentAt === 'number' ? sentAt : now;
  const declared = context.declaredBy(source);
  const facts: FactDraft[] = [];
  const problems: Problem[] = [];
  let unchanged = 0;
  const ahead = clockDoubt('at', at, now, member(body, 'at'));
  if (ahead) problems.push(ahead);
  const bodyRaw = readUnknown(body, BODY_KEYS, '', problems);
  const doubt = (code: ProblemCode, place: string, reason: string, sent: unknown): void => {
    problems.push(problem('doubt', code, place, reason, sent));
  };
  const listed = new Set<string>();
  const say = (kind: TopologyKind, thing: string, said: object, raw: unknown): void => {
    const parts = {
      ...(raw === null ? {} : { record: raw }),
      ...(bodyRaw === null ? {} : { body: bodyRaw }),
    };
    facts.push({
      kind,
      v: 1,
      thing,
      at,
      heardAt: now,
      source,
      body: said as FactDraft['body'],
      ...(Object.keys(parts).length === 0 ? {} : { raw: parts as NonNullable<FactDraft['raw']> }),
    });
  };

  for (const [index, sent] of lists.nodes.entries()) {
    const place = `nodes[${index}]`;
    const read = readRecord(NODE_CHECKS, sent, place, problems);
    if (read?.name === undefined) continue;
    const thing = nodeThing(read.name);
    if (listed.has(thing)) {
      doubt('contradiction', place, `${naming(read.name)} is listed twice: the first counts`, sent);
      continue;
    }
    listed.add(thing);
    const kind = nodeKindSchema.safeParse(read.kind ?? 'service');
    if (!kind.success) {
      doubt(
        'wrong-value',
        `${place}.kind`,
        `${naming(read.kind)} is not a kind: taken for a service`,
        sent,
      );
    }
    const tags = tagsOf(member(sent as JsonObject, 'tags'));
    if (tags.length > MAX_TAGS)
      doubt('too-large', `${place}.tags`, `the first ${MAX_TAGS} are kept`, sent);
    const said = present({
      name: read.name,
      kind: kind.data ?? 'service',
      unit: read.unit,
      cell: read.cell,
      zone: read.zone,
      city: read.city,
      owner: read.owner,
      tags: tags.length > 0 ? Object.fromEntries(tags.slice(0, MAX_TAGS)) : undefined,
    });
    if (declared.get(thing) === declaredDigest(said)) unchanged += 1;
    else say('node.declared', thing, said, readUnknown(sent, NODE_KEYS, place, problems));
  }

  for (const [index, sent] of lists.edges.entries()) {
    const place = `edges[${index}]`;
    const read = readRecord(EDGE_CHECKS, sent, place, problems);
    if (read?.from === undefined || read.to === undefined) continue;
    const thing = edgeThing(read.from, read.to);
    if (thing.length > MAX_THING_LENGTH) {
      problems.push(
        problem('refused', 'too-large', place, 'these names are too long together', sent),
      );
      continue;
    }
    if (listed.has(thing)) {
      doubt('contradiction', place, 'this call is listed twice: the first counts', sent);
      continue;
    }
    listed.add(thing);
    for (const end of [read.from, read.to]) {
      const node = nodeThing(end);
      if (!listed.has(node) && (mode !== 'change' || !declared.has(node))) {
        doubt(
          'contradiction',
          place,
          `${naming(end)} is not among the nodes: the call is kept`,
          sent,
        );
      }
    }
    const strength = edgeStrengthSchema.safeParse(read.strength ?? 'sync');
    if (!strength.success) {
      doubt(
        'wrong-value',
        `${place}.strength`,
        `${naming(read.strength)} is no strength: taken for sync`,
        sent,
      );
    }
    const said = present({
      from: read.from,
      to: read.to,
      protocol: read.protocol,
      strength: strength.data ?? 'sync',
    });
    if (declared.get(thing) === declaredDigest(said)) unchanged += 1;
    else say('edge.declared', thing, said, readUnknown(sent, EDGE_KEYS, place, problems));
  }

  const removed = member(body, 'removed');
  if (mode !== 'change') {
    if (removed !== undefined && removed !== null) {
      doubt(
        'contradiction',
        'removed',
        'a whole names what is there; what it removes is not read',
        removed,
      );
    }
    // A record that was not understood may be one that is still there: nothing of the source is
    // taken for gone on the word of a list that was read only in part.
    if (problems.some((entry) => entry.weight === 'refused')) {
      if ([...declared.keys()].some((thing) => isTopology(thing) && !listed.has(thing))) {
        doubt('incomplete', '', 'read only in part: what is not listed stays declared', null);
      }
    } else {
      for (const thing of declared.keys()) {
        if (!isTopology(thing) || listed.has(thing)) continue;
        const reason = mode === 'whole' ? 'not-listed' : 'not-seen';
        sayGone('unlisted', thing, { reason }, say);
      }
    }
  } else if (removed !== undefined && removed !== null) {
    for (const { thing, place, sent } of readRemoved(removed, problems)) {
      if (declared.has(thing) && !listed.has(thing)) sayGone('retired', thing, {}, say);
      else
        doubt(
          'contradiction',
          place,
          'not declared by this source (or listed beside): not removed',
          sent,
        );
    }
  }
  return { facts, problems, source, unchanged, rejected: null };
}

function isTopology(thing: string): boolean {
  return thing.startsWith('node:') || thing.startsWith('edge:');
}

type TopologyKind = `${'node' | 'edge'}.${'declared' | 'retired' | 'unlisted'}`;

function sayGone(
  how: 'retired' | 'unlisted',
  thing: string,
  more: object,
  say: (kind: TopologyKind, thing: string, said: object, raw: null) => void,
): void {
  if (thing.startsWith('node:')) {
    say(`node.${how}`, thing, { name: thing.slice('node:'.length), ...more }, null);
    return;
  }
  const [from, to] = JSON.parse(thing.slice('edge:'.length)) as [string, string];
  say(`edge.${how}`, thing, { from, to, ...more }, null);
}

function readRemoved(
  removed: unknown,
  problems: Problem[],
): { thing: string; place: string; sent: unknown }[] {
  const things: { thing: string; place: string; sent: unknown }[] = [];
  if (!isObject(removed)) {
    problems.push(
      problem(
        'refused',
        'wrong-type',
        'removed',
        `expected an object, got ${naming(removed)}`,
        removed,
      ),
    );
    return things;
  }
  for (const key of ['nodes', 'edges'] as const) {
    const list = member(removed, key) ?? [];
    if (!Array.isArray(list)) {
      const reason = `expected a list, got ${naming(list)}`;
      problems.push(problem('refused', 'wrong-type', `removed.${key}`, reason, list));
      continue;
    }
    for (const [index, sent] of list.entries()) {
      const place = `removed.${key}[${index}]`;
      if (key === 'nodes') {
        const read = readRecord(REMOVED_NODE_CHECKS, { name: sent }, place, problems);
        if (read?.name !== undefined) things.push({ thing: nodeThing(read.name), place, sent });
      } else {
        const read = readRecord(REMOVED_EDGE_CHECKS, sent, place, problems);
        if (read?.from !== undefined && read.to !== undefined)
          things.push({ thing: edgeThing(read.from, read.to), place, sent });
      }
    }
  }
  return things;
}

function tagsOf(sent: unknown): [string, string][] {
  if (!isObject(sent)) return [];
  return Object.entries(sent)
    .filter(([key]) => key !== '__proto__')
    .map(([key, value]) => [wellFormed(key), wellFormed(String(value))]);
}

/** The texts of a record that passed its checks; null when it did not (problems say why). */
function readRecord<Checks extends Record<string, FieldCheck>>(
  checks: Checks,
  sent: unknown,
  place: string,
  problems: Problem[],
): Read<Checks> | null {
  const fault = isObject(sent)
    ? firstFault(sent, checks)
    : ({ key: '', code: 'wrong-type', reason: `expected an object, got ${naming(sent)}` } as const);
  if (fault !== null) {
    const where = fault.key === '' ? place : `${place}.${fault.key}`;
    problems.push(problem('refused', fault.code, where, fault.reason, sent));
    return null;
  }
  const read: Record<string, string> = {};
  for (const key of Object.keys(checks)) {
    const value = member(sent as JsonObject, key);
    if (typeof value === 'string') read[key] = wellFormed(value);
  }
  return read as Read<Checks>;
}

/** Leaves out what was not stated, so that equal declarations have equal digests. */
function present<Said extends object>(said: Said): object {
  return Object.fromEntries(
    Object.entries(said).filter(
      ([, value]) => value !== undefined && value !== null && value !== '',
    ),
  );
}
