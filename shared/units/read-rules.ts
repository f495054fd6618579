import { unitRulesSchema, type UnitRules } from '../facts/units.ts';
import { tableLines } from '../kit/table.ts';
import { readRanges } from './unit-rules.ts';
import type { ShardFunction } from './shard.ts';

/** A place in the text that was not understood: its line (from 1), and why. */
export interface ReadingProblem {
  readonly line: number;
  readonly reason: string;
}

export interface RulesReading {
  /** Null where nothing could be made of it; else whatever was understood, not yet checked. */
  readonly rules: UnitRules | null;
  readonly problems: readonly ReadingProblem[];
}

const COLUMNS = [
  'unit',
  'shards',
  'cell',
  'centre',
  'city',
  'weight',
  'drState',
  'sameCity',
  'remote',
  'replicas',
] as const;
type Column = (typeof COLUMNS)[number];
const NEEDED: readonly Column[] = ['unit', 'shards', 'cell', 'centre', 'city', 'weight'];
const DR_STATES = {
  normal: 'normal',
  'same-city': 'same-city',
  samecity: 'same-city',
  remote: 'remote',
} as const;

/** What a table of units cannot say and is stated beside it. */
export interface RulesDefaults {
  readonly origin: string;
  readonly shardFunction: ShardFunction;
  /** 100 unless stated; a table whose shards have more digits says so itself. */
  readonly shardCount: number;
}

/**
 * Traffic rules as JSON (the fact's own shape, or `{ units: [...] }` with the defaults beside it) or
 * as a table with a heading line: `unit, shards ("00-19,37"), cell, centre, city, weight, drState`,
 * and where they are known `sameCity`, `remote` and `replicas` (centres, parted by spaces). One line
 * a cell; what a unit's first line says of the unit holds for it.
 */
export function readUnitRules(text: string, defaults: RulesDefaults): RulesReading {
  return /^\s*\{/.test(text) ? readJson(text, defaults) : readTable(text, defaults);
}

function readJson(text: string, defaults: RulesDefaults): RulesReading {
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch (error) {
    return nothing(1, error instanceof Error ? error.message : 'no JSON');
  }
  if (typeof sent !== 'object' || sent === null) return nothing(1, 'expected an object');
  const given = sent as Record<string, unknown>;
  const units: unknown = Array.isArray(given['units'])
    ? (given['units'] as unknown[]).map((unit) => readJsonUnit(unit))
    : given['units'];
  const replicas: unknown = Array.isArray(given['replicas'])
    ? (given['replicas'] as unknown[]).map((replica) => withRanges(replica))
    : [];
  const read = unitRulesSchema.safeParse({
    shardCount: defaults.shardCount,
    shardFunction: defaults.shardFunction,
    leases: [],
    ...given,
    origin: defaults.origin,
    units,
    replicas,
  });
  if (read.success) return { rules: read.data, problems: [] };
  return {
    rules: null,
    problems: read.error.issues.slice(0, 50).map(({ path, message }) => ({
      line: 1,
      reason: `${path.map(String).join('.')}: ${message}`,
    })),
  };
}

function readJsonUnit(unit: unknown): unknown {
  if (typeof unit !== 'object' || unit === null) return unit;
  return { drState: 'normal', sameCity: null, remote: null, ...(withRanges(unit) as object) };
}

/** Shards may be written as a text, as people do. */
function withRanges(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record;
  const { shards } = record as { shards?: unknown };
  if (typeof shards !== 'string') return record;
  return { ...record, shards: readRanges(shards) ?? shards };
}

function readTable(text: string, defaults: RulesDefaults): RulesReading {
  const lines = tableLines(text);
  const heading = lines[0];
  if (heading === undefined) return nothing(1, 'the table is empty');
  const places = new Map<Column, number>();
  heading.cells.forEach((title, place) => {
    const column = COLUMNS.find((known) => known.toLowerCase() === title.trim().toLowerCase());
    if (column !== undefined) places.set(column, place);
  });
  const missing = NEEDED.filter((column) => !places.has(column));
  if (missing.length > 0) {
    return nothing(heading.line, `the heading line lacks ${missing.join(', ')}`);
  }
  const problems: ReadingProblem[] = [];
  const units = new Map<string, UnitRules['units'][number]>();
  const replicas: UnitRules['replicas'] = [];
  let digits = 0;
  for (const { line, cells } of lines.slice(1)) {
    const read = (column: Column): string => (cells[places.get(column) ?? -1] ?? '').trim();
    const name = read('unit');
    const refuse = (reason: string): void => void problems.push({ line, reason });
    if (name === '') {
      refuse('no unit is named');
      continue;
    }
    const shards = readRanges(read('shards'));
    if (shards === null) {
      refuse(`no shards: ${read('shards')}`);
      continue;
    }
    for (const number of read('shards').match(/\d+/g) ?? [])
      digits = Math.max(digits, number.length);
    const weight = Number(read('weight').replace(/\s*%$/, ''));
    if (read('weight') === '' || !(weight >= 0 && weight <= 100)) {
      refuse(`no weight from 0 to 100: ${read('weight')}`);
      continue;
    }
    const drState =
      DR_STATES[(read('drState').toLowerCase() || 'normal') as keyof typeof DR_STATES];
    if (drState === undefined) {
      refuse(`drState is normal, same-city or remote, not ${read('drState')}`);
      continue;
    }
    const cell = { name: read('cell'), centre: read('centre'), city: read('city'), weight };
    const empty = (['cell', 'centre', 'city'] as const).find((column) => read(column) === '');
    if (empty !== undefined) {
      refuse(`${name}: no ${empty}`);
      continue;
    }
    const known = units.get(name);
    if (known !== undefined) {
      const same = JSON.stringify(known.shards) === JSON.stringify(shards);
      if (shards.length > 0 && !same) refuse(`${name} has other shards in its first line`);
      known.cells.push(cell);
      continue;
    }
    units.set(name, {
      name,
      shards,
      cells: [cell],
      drState,
      sameCity: read('sameCity') || null,
      remote: read('remote') || null,
    });
    const centres = read('replicas')
      .split(/\s+/)
      .filter((centre) => centre !== '');
    if (centres.length > 0 && shards.length > 0) replicas.push({ shards, centres });
  }
  const read = unitRulesSchema.safeParse({
    origin: defaults.origin,
    shardCount: Math.max(defaults.shardCount, digits > 2 ? 10 ** Math.min(4, digits) : 0),
    shardFunction: defaults.shardFunction,
    units: [...units.values()],
    replicas,
    leases: [],
  });
  if (read.success) return { rules: read.data, problems };
  const [issue] = read.error.issues;
  const reason = `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`;
  return { rules: null, problems: [...problems, { line: heading.line, reason }] };
}

function nothing(line: number, reason: string): RulesReading {
  return { rules: null, problems: [{ line, reason }] };
}
