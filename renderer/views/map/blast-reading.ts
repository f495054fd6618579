import {
  blastRadius,
  buildStrengthGraph,
  hitGroups,
  type BlastRadius,
  type GroupHit,
  type StrengthGraph,
} from '../../../shared/graph/blast-radius.ts';
import type { EdgeRow, NodeRow } from '../../../shared/ipc/rows.ts';
import type { UnitRules } from '../../../shared/facts/units.ts';
import { placesOf } from '../../../shared/units/place.ts';
import type { Blast } from './map-query.ts';
import type { HITS } from './scene.ts';

/** Whom an outage hits, as the map and its panel show it. */
export interface BlastReading {
  readonly blast: Blast;
  readonly radius: BlastRadius;
  readonly hits: ReadonlyMap<string, (typeof HITS)[number]>;
  readonly units: readonly GroupHit[];
  /** Business functions: what a service's tag names, else what users reach first. */
  readonly functions: readonly GroupHit[];
  /** The unit that owns the shard that was asked for; null where none is known. */
  readonly unitOfShard: string | null;
}

/** Remembers its last answer: rows that only changed their condition hit nobody else. */
export function createBlastReader() {
  let graph: { of: ReadonlyMap<string, EdgeRow>; size: number; value: StrengthGraph } | null = null;
  let last: {
    blast: Blast;
    graph: StrengthGraph;
    rules: unknown;
    key: string;
    value: BlastReading;
  } | null = null;
  return {
    read(
      blast: Blast | null,
      rows: ReadonlyMap<string, NodeRow>,
      edges: ReadonlyMap<string, EdgeRow>,
      rules: UnitRules | null,
    ): BlastReading | null {
      if (blast === null) {
        last = null;
        graph = null;
        return null;
      }
      if (graph === null || graph.of !== edges || graph.size !== rows.size) {
        graph = {
          of: edges,
          size: rows.size,
          value: buildStrengthGraph(rows.keys(), edges.values()),
        };
      }
      const starts = startsOf(blast, rows.values(), rules);
      const key = starts.join('\n');
      if (
        last?.blast === blast &&
        last.graph === graph.value &&
        last.rules === rules &&
        last.key === key
      ) {
        return last.value;
      }
      const radius = blastRadius(graph.value, starts);
      const hits = new Map<string, (typeof HITS)[number]>();
      for (const hit of radius.hits) hits.set(hit.name, hit.strength);
      for (const name of radius.starts) hits.set(name, 'failed');
      const called = new Set([...edges.values()].map(({ to }) => to));
      const value: BlastReading = {
        blast,
        radius,
        hits,
        units: hitGroups(radius, rows.keys(), (name) => {
          const unit = rows.get(name)?.unit ?? null;
          return unit === null ? [] : [unit];
        }),
        functions: hitGroups(radius, rows.keys(), (name) => functionsOf(rows.get(name), called)),
        unitOfShard: blast.kind === 'shard' ? unitOfShard(blast, rules) : null,
      };
      last = { blast, graph: graph.value, rules, key, value };
      return value;
    },
  };
}

/** Tags by which teams say what a service is for. */
const FUNCTION_TAGS = [
  'business_function',
  'business-function',
  'function',
  'capability',
  'system',
];

function functionsOf(row: NodeRow | undefined, called: ReadonlySet<string>): readonly string[] {
  if (row === undefined) return [];
  const tag = FUNCTION_TAGS.find((name) => Object.hasOwn(row.tags, name));
  if (tag !== undefined) {
    return (row.tags[tag] ?? '').split(/[,;]/).flatMap((one) => one.trim() || []);
  }
  // What nobody calls is where users come in.
  return row.kind === 'gateway' || (row.kind === 'service' && !called.has(row.name))
    ? [row.name]
    : [];
}

function startsOf(blast: Blast, rows: Iterable<NodeRow>, rules: UnitRules | null): string[] {
  const values = new Set(blast.values);
  switch (blast.kind) {
    case 'service':
      return [...blast.values];
    case 'shard': {
      const unit = unitOfShard(blast, rules);
      return unit === null ? [] : namesWhere(rows, (row) => row.unit === unit);
    }
    case 'unit':
    case 'cell':
    case 'zone':
    case 'city': {
      const { kind } = blast;
      return namesWhere(rows, (row) => values.has(row[kind] ?? ''));
    }
  }
}

function namesWhere(rows: Iterable<NodeRow>, is: (row: NodeRow) => boolean): string[] {
  const names: string[] = [];
  for (const row of rows) if (is(row)) names.push(row.name);
  return names.sort();
}

function unitOfShard(blast: Blast, rules: UnitRules | null): string | null {
  const shard = Number(blast.values[0]);
  return Number.isInteger(shard) ? placesOf(rules).unitOfShard(shard, Infinity) : null;
}
