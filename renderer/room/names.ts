import type { TimelineEntry } from '../../shared/ipc/contract.ts';
import type { RowOf, TableName } from '../../shared/ipc/rows.ts';
import { tiedTo, type KnownNames } from './entry-text.ts';
import { rowStore, useRow } from './rows.ts';

/** What the entries' things are called, as far as the desk knows them. */

/** In which table a thing has its row, by the first part of its name. */
const TABLES: Readonly<Record<string, TableName>> = {
  alert: 'alerts',
  incident: 'incidents',
  run: 'runs',
  task: 'tasks',
  decision: 'decisions',
  hypothesis: 'hypotheses',
  update: 'updates',
  'follow-up': 'followUps',
  'roll-call': 'rollCalls',
  'post-mortem': 'postMortems',
};

/** These say in themselves what they are about. */
const SAY_ALL = new Set(['alert.fired', 'alert.resolved', 'incident.declared', 'run.started']);

const LONGEST = 120;

type AnyRow = RowOf[TableName];
type Named = Pick<TimelineEntry, 'kind' | 'thing' | 'body'>;

function tableOf(entry: Named): TableName | null {
  if (SAY_ALL.has(entry.kind)) return null;
  return TABLES[entry.thing.slice(0, entry.thing.indexOf(':'))] ?? null;
}

/** The incident of what has no name of its own. */
function incidentOf(table: TableName | null, row: AnyRow | undefined): string | null {
  return (table === 'rollCalls' || table === 'postMortems') && row && 'incident' in row
    ? row.incident
    : null;
}

/** The incident that an incident was tied to. */
function otherOf(table: TableName | null, entry: Named): string | null {
  return table === 'incidents' ? tiedTo(entry) : null;
}

function namesFrom(
  table: TableName | null,
  row: AnyRow | undefined,
  incident: RowOf['incidents'] | undefined,
  other: RowOf['incidents'] | undefined,
): KnownNames {
  if (row === undefined) return {};
  switch (table) {
    case 'alerts':
      return { alert: row as RowOf['alerts'] };
    case 'incidents':
      return { incident: row as RowOf['incidents'], other };
    case 'runs':
      return { run: row as RowOf['runs'] };
    case 'tasks':
      return { about: short((row as RowOf['tasks']).action) };
    case 'decisions':
      return { about: short((row as RowOf['decisions']).action) };
    case 'hypotheses':
      return { about: short((row as RowOf['hypotheses']).text) };
    case 'updates':
      return { about: short((row as RowOf['updates']).text) };
    case 'followUps':
      return { about: short((row as RowOf['followUps']).text) };
    default:
      return { about: incident?.title };
  }
}

/** The names of what an entry is about, as far as the desk knows them now. */
export function namesOf(entry: Named): KnownNames {
  const table = tableOf(entry);
  if (table === null) return {};
  const row = rowStore(table).getState().rows.get(entry.thing);
  const incident = (key: string | null): RowOf['incidents'] | undefined =>
    key === null ? undefined : rowStore('incidents').getState().rows.get(key);
  return namesFrom(table, row, incident(incidentOf(table, row)), incident(otherOf(table, entry)));
}

/** The same for a component: it renders again when they change. */
export function useNames(entry: Named): KnownNames {
  const table = tableOf(entry);
  // Where there is none, a table that is open in any case is asked for nothing.
  const row: AnyRow | undefined = useRow(table ?? 'status', table === null ? null : entry.thing);
  const incident = useRow('incidents', incidentOf(table, row));
  const other = useRow('incidents', otherOf(table, entry));
  return namesFrom(table, row, incident, other);
}

/** The beginning of a long text: it names, it does not tell. */
function short(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
