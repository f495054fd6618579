import { z } from 'zod';
import type { NodeRow } from '../../../shared/ipc/rows.ts';
import type { Middle } from './viewport.ts';

/** What a map shows: everything that a bookmark or a link carries. */

/** What the columns are made of; `force`: no columns, the neighbours of a service around it. */
export const ARRANGEMENTS = ['zone', 'unit', 'cell', 'owner', 'force'] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];

/** What services are folded by. `auto`: not at all, or by whatever leaves few enough to be drawn. */
export const FOLDS = [
  'auto',
  'none',
  'unit',
  'cell',
  'zone',
  'owner',
  'namespace',
  'name',
] as const;
export type Fold = (typeof FOLDS)[number];
export type FoldField = Exclude<Fold, 'auto' | 'none'>;

/** From where an outage is followed to those whom it hits. */
export const BLAST_KINDS = ['service', 'unit', 'cell', 'zone', 'city', 'shard'] as const;
export type BlastKind = (typeof BLAST_KINDS)[number];

const condition = z.enum(['critical', 'warning', 'info', 'healthy', 'unknown']);

export const filterSchema = z.object({
  /** Empty: every condition. */
  conditions: z.array(condition).readonly(),
  /** Null: every zone; the empty string: services without one. So for owner, unit and city. */
  zone: z.string().nullable(),
  owner: z.string().nullable(),
  unit: z.string().nullable(),
  city: z.string().nullable(),
  text: z.string(),
});
export type MapFilter = z.infer<typeof filterSchema>;

export const NO_FILTER: MapFilter = {
  conditions: [],
  zone: null,
  owner: null,
  unit: null,
  city: null,
  text: '',
};

const depth = z.int().min(0).max(6);

export const querySchema = z.object({
  arrangement: z.enum(ARRANGEMENTS),
  fold: z.enum(FOLDS),
  /** Groups that are open although the map is folded. */
  open: z.array(z.string()).readonly(),
  filter: filterSchema,
  /** Only these services and whom calls lead to and from, so many calls up and down. */
  focus: z.object({ names: z.array(z.string()).readonly(), up: depth, down: depth }).nullable(),
  showWeak: z.boolean(),
  blast: z.object({ kind: z.enum(BLAST_KINDS), values: z.array(z.string()).readonly() }).nullable(),
});
export type MapQuery = z.infer<typeof querySchema>;
export type Focus = NonNullable<MapQuery['focus']>;
export type Blast = NonNullable<MapQuery['blast']>;

export const NO_QUERY: MapQuery = {
  arrangement: 'zone',
  fold: 'auto',
  open: [],
  filter: NO_FILTER,
  focus: null,
  showWeak: true,
  blast: null,
};

/** The value by which a service is put into columns or folded; null: nothing states it. */
export function fieldOf(
  row: NodeRow,
  field: Exclude<Arrangement, 'force'> | FoldField,
): string | null {
  switch (field) {
    case 'zone':
      return row.zone;
    case 'unit':
      return row.unit;
    case 'cell':
      return row.cell;
    case 'owner':
      return row.owner;
    case 'namespace':
      return row.tags['namespace'] ?? row.tags['k8s.namespace.name'] ?? null;
    case 'name':
      return familyOf(row.name);
  }
}

/** `pay-core-7` belongs to `pay`: what a name begins with, where nothing better is known. */
function familyOf(name: string): string {
  return /^.[^-_./:\d]*/u.exec(name)?.[0] ?? name;
}

/** Beyond so many things a map is folded by itself: each of them can still be opened. */
export const MOST_UNFOLDED = 6_000;

const BY_ITSELF: readonly FoldField[] = ['unit', 'zone', 'cell', 'namespace', 'owner', 'name'];

/**
 * What `auto` folds by: nothing while there are few services, else the field that leaves the most
 * detail that can be drawn.
 */
export function foldFieldOf(fold: Fold, rows: Iterable<NodeRow>, count: number): FoldField | null {
  if (fold === 'none') return count > MOST_DRAWN ? foldFieldOf('auto', rows, count) : null;
  if (fold !== 'auto') return fold;
  if (count <= MOST_UNFOLDED) return null;
  const all = [...rows];
  let best: FoldField = 'name';
  let bestCount = 0;
  for (const field of BY_ITSELF) {
    let alone = 0;
    const groups = new Set<string>();
    for (const row of all) {
      const value = fieldOf(row, field);
      if (value === null) alone += 1;
      else groups.add(value);
    }
    const shown = alone + groups.size;
    if (groups.size > 1 && shown <= MOST_FOLDED && shown > bestCount) {
      best = field;
      bestCount = shown;
    }
  }
  return best;
}

/** Nobody can be asked to draw more, whatever is chosen. */
export const MOST_DRAWN = 30_000;
const MOST_FOLDED = 3_000;

/** A map as the text of a link: `?by=unit&focus=pay-core&down=2`. What is as usual is left out. */
export function queryText(query: MapQuery, view: Middle | null): string {
  const params = new URLSearchParams();
  const put = (key: string, value: string | null, usual: string | null): void => {
    if (value !== null && value !== usual) params.set(key, value);
  };
  const { filter, focus, blast } = query;
  put('by', query.arrangement, NO_QUERY.arrangement);
  put('fold', query.fold, NO_QUERY.fold);
  for (const group of query.open) params.append('open', group);
  put('text', filter.text, '');
  for (const key of ['zone', 'owner', 'unit', 'city'] as const) put(key, filter[key], null);
  for (const one of filter.conditions) params.append('condition', one);
  if (!query.showWeak) params.set('weak', 'no');
  if (focus !== null) {
    for (const name of focus.names) params.append('focus', name);
    params.set('up', String(focus.up));
    params.set('down', String(focus.down));
  }
  if (blast !== null) {
    params.set('blast', blast.kind);
    for (const value of blast.values) params.append('of', value);
  }
  if (view !== null) {
    params.set(
      'view',
      [view.x, view.y, view.scale].map((one) => Number(one.toPrecision(6))).join(','),
    );
  }
  return params.toString();
}

/** The map of a link's text; what is not understood is as usual. */
export function readQueryText(text: string): { query: MapQuery; view: Middle | null } {
  const params = new URLSearchParams(text);
  const focus = params.getAll('focus');
  const blast = params.get('blast');
  const candidate: unknown = {
    arrangement: params.get('by') ?? NO_QUERY.arrangement,
    fold: params.get('fold') ?? NO_QUERY.fold,
    open: params.getAll('open'),
    filter: {
      text: params.get('text') ?? '',
      zone: params.get('zone'),
      owner: params.get('owner'),
      unit: params.get('unit'),
      city: params.get('city'),
      conditions: params.getAll('condition'),
    },
    focus:
      focus.length === 0
        ? null
        : {
            names: focus,
            up: Number(params.get('up') ?? 2),
            down: Number(params.get('down') ?? 2),
          },
    showWeak: params.get('weak') !== 'no',
    blast: blast === null ? null : { kind: blast, values: params.getAll('of') },
  };
  const read = querySchema.safeParse(candidate);
  const [x, y, scale] = (params.get('view') ?? '').split(',').map(Number);
  const isView = [x, y, scale].every((one) => Number.isFinite(one)) && (scale ?? 0) > 0;
  return {
    query: read.success ? read.data : NO_QUERY,
    view: isView ? { x: x ?? 0, y: y ?? 0, scale: scale ?? 1 } : null,
  };
}
