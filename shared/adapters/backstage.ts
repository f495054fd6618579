import { parseAllDocuments } from 'yaml';
import { HOUR_MS } from '../kit/time.ts';
import type { Adapter, Problem } from './adapter.ts';
import { utf8Text } from './json-text.ts';
import {
  cut,
  isObject,
  member,
  naming,
  problem,
  recordsOf,
  rejected,
  textMember,
} from './record.ts';
import { withGraph, type GraphEdge, type GraphNode } from './graph-record.ts';

/** Kinds that are things which call and are called; the others describe people and papers. */
const NODE_KINDS: Readonly<Record<string, true>> = { component: true, resource: true };
const MAX_ENTITIES = 50_000;

/**
 * A Backstage catalogue (backstage/backstage, docs/features/software-catalog/descriptor-format.md):
 * YAML documents, or the API's JSON (a list, or `items`). Relations decide where they are given, else
 * the spec does; who consumes an API calls the component that provides it. Placeholders such as
 * `$text` are never followed. It says everything that the catalogue knows.
 */
export const backstage: Adapter = {
  format: 'backstage',
  speaks: 'topology',
  intervalMs: 24 * HOUR_MS,
  adapt(bytes, context) {
    const problems: Problem[] = [];
    const read = entitiesOf(bytes);
    if (typeof read === 'string') return rejected(context.source, 'not-json', '', read, '');
    const entities: Entity[] = [];
    for (const [index, sent] of read.slice(0, MAX_ENTITIES).entries()) {
      const entity = entityOf(sent, `[${index}]`, problems);
      if (entity !== null) entities.push(entity);
    }
    if (read.length > MAX_ENTITIES) {
      const reason = `${read.length} entities: the first ${MAX_ENTITIES} are read`;
      problems.push(problem('refused', 'too-large', '', reason, ''));
    }
    const shownAs = namesOf(entities);
    const nodes: GraphNode[] = [];
    for (const entity of entities) {
      if (NODE_KINDS[entity.kind] !== true) continue;
      const type = textMember(entity.spec, 'type') ?? '';
      const system = textMember(entity.spec, 'system');
      const owner = related(entity, 'ownedBy')[0] ?? textMember(entity.spec, 'owner');
      nodes.push({
        name: shownAs.get(entity.ref) ?? entity.name,
        kind: nodeKind(entity.kind, type),
        owner: owner === undefined ? undefined : plainRef(owner),
        tags: {
          ...(type === '' ? {} : { type }),
          ...(system === undefined ? {} : { system: plainRef(system) }),
          ...(entity.namespace === 'default' ? {} : { namespace: entity.namespace }),
        },
      });
    }
    return withGraph(
      { mode: 'whole', nodes, edges: edgesOf(entities, shownAs) },
      context,
      problems,
    );
  },
};

interface Entity {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `component:default/checkout` */
  readonly ref: string;
  readonly spec: unknown;
  readonly relations: readonly unknown[];
}

/** All documents, or why there are none. */
function entitiesOf(bytes: Uint8Array): readonly unknown[] | string {
  const text = utf8Text(bytes);
  if (text === null) return 'not UTF-8';
  const found: unknown[] = [];
  try {
    for (const document of parseAllDocuments(text, { logLevel: 'error' })) {
      if (document.errors[0]) return `not YAML: ${document.errors[0].message.split('\n')[0] ?? ''}`;
      // A small text must not become a large one.
      const value: unknown = document.toJS({ maxAliasCount: 50 });
      if (value !== null && value !== undefined) found.push(...recordsOf(value, 'items'));
    }
  } catch (error) {
    return `not YAML: ${error instanceof Error ? error.message : 'unknown'}`;
  }
  return found;
}

function entityOf(sent: unknown, place: string, problems: Problem[]): Entity | null {
  const refuse = (key: string, reason: string): null => {
    problems.push(problem('refused', 'wrong-value', `${place}${key}`, reason, sent));
    return null;
  };
  const kind = textMember(sent, 'kind')?.toLowerCase();
  const metadata = isObject(sent) ? member(sent, 'metadata') : undefined;
  const name = textMember(metadata, 'name');
  if (kind === undefined) return refuse('.kind', `an entity has a kind, not ${naming(sent)}`);
  if (name === undefined || name.length > 63)
    return refuse('.metadata.name', 'no name, or a longer one than 63');
  const namespace = textMember(metadata, 'namespace') ?? 'default';
  const relations = isObject(sent) ? member(sent, 'relations') : undefined;
  return {
    kind,
    namespace,
    name,
    ref: refOf(kind, namespace, name),
    spec: isObject(sent) ? member(sent, 'spec') : undefined,
    relations: Array.isArray(relations) ? relations : [],
  };
}

const refOf = (kind: string, namespace: string, name: string): string =>
  `${kind}:${namespace}/${name}`.toLowerCase();

/** `[kind:][namespace/]name`, with what is left out filled in. */
function fullRef(ref: string, kind: string, namespace: string): string {
  const [, stated, place, name = ref] = /^(?:([^:/]+):)?(?:([^:/]+)\/)?([^:/]+)$/.exec(ref) ?? [];
  return refOf(stated ?? kind, place ?? namespace, name);
}

function plainRef(ref: string): string {
  return cut(ref.replace(/^[^:/]+:/, '').replace(/^default\//, ''), 200);
}

/** A name alone where it is unambiguous, else with its namespace. */
function namesOf(entities: readonly Entity[]): Map<string, string> {
  const count = new Map<string, number>();
  const nodes = entities.filter(({ kind }) => NODE_KINDS[kind] === true);
  for (const { name } of nodes) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(
    nodes.map(({ ref, name, namespace, kind }) => [
      ref,
      count.get(name) === 1 ? name : `${kind}:${namespace}/${name}`,
    ]),
  );
}

function related(entity: Entity, type: string): string[] {
  return entity.relations.flatMap((relation) => {
    if (textMember(relation, 'type') !== type) return [];
    const target = textMember(relation, 'targetRef');
    return target === undefined ? [] : [target];
  });
}

function listed(entity: Entity, key: string): string[] {
  const list = isObject(entity.spec) ? member(entity.spec, key) : undefined;
  return Array.isArray(list) ? list.filter((ref) => typeof ref === 'string') : [];
}

function edgesOf(entities: readonly Entity[], shownAs: ReadonlyMap<string, string>): GraphEdge[] {
  const edges = new Map<string, GraphEdge>();
  /** What is described in another file is called by its reference. */
  const nameOf = (ref: string): string | undefined =>
    shownAs.get(ref) ??
    (NODE_KINDS[ref.slice(0, ref.indexOf(':'))] === true ? plainRef(ref) : undefined);
  const add = (from: string, to: string): void => {
    const [caller, callee] = [nameOf(from), nameOf(to)];
    if (caller === undefined || callee === undefined || caller === callee) return;
    edges.set(JSON.stringify([caller, callee]), { from: caller, to: callee });
  };
  const providers = new Map<string, string[]>();
  const refs = (entity: Entity, relation: string, key: string, kind: string): string[] => {
    const told = related(entity, relation);
    return (told.length > 0 ? told : listed(entity, key)).map((ref) =>
      fullRef(ref, kind, entity.namespace),
    );
  };
  for (const entity of entities) {
    for (const api of refs(entity, 'providesApi', 'providesApis', 'api')) {
      providers.set(api, [...(providers.get(api) ?? []), entity.ref]);
    }
  }
  for (const entity of entities) {
    for (const to of refs(entity, 'dependsOn', 'dependsOn', 'component')) add(entity.ref, to);
    for (const from of refs(entity, 'dependencyOf', 'dependencyOf', 'component'))
      add(from, entity.ref);
    for (const api of refs(entity, 'consumesApi', 'consumesApis', 'api')) {
      for (const provider of providers.get(api) ?? []) add(entity.ref, provider);
    }
  }
  return [...edges.values()];
}

function nodeKind(kind: string, type: string): GraphNode['kind'] {
  if (/database|db|sql/i.test(type)) return 'database';
  if (/queue|topic|kafka|stream/i.test(type)) return 'queue';
  if (/cache|redis/i.test(type)) return 'cache';
  if (/gateway|proxy|ingress/i.test(type)) return 'gateway';
  if (/job|cron|batch/i.test(type)) return 'job';
  return kind === 'resource' ? 'external' : 'service';
}
