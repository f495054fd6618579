import { useMemo } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { IncidentRow, PostMortemRow, RowOf } from '../../../shared/ipc/rows.ts';
import { draftPostMortem, type DraftEntry } from '../../../shared/post-mortem/draft.ts';
import { similarIncidents, type SimilarIncident } from '../../../shared/post-mortem/similar.ts';
import { text } from '../../i18n/text.ts';
import { core } from '../../room/core.ts';
import { entryText } from '../../room/entry-text.ts';
import { deskNow } from '../../room/now.ts';
import { rowsOnceLoaded } from '../../room/row-store.ts';
import { rowStore, useRowList } from '../../room/rows.ts';
import { namesOf } from '../../room/names.ts';

/** What the desk knows of one incident, gathered for its post-mortem. */

const HOUR_MS = 3_600_000;
/** So many things are asked for their history: the record holds the rest. */
const MOST_THINGS = 300;
const HISTORY = 500;

export type Drafted = ReturnType<typeof draftPostMortem>;

/** What of the tables belongs to an incident. */
export function useIncidentFacts(incident: IncidentRow | null) {
  const key = incident?.key ?? '';
  const of = <Row extends { readonly incident: string | null }>(rows: readonly Row[]): Row[] =>
    rows.filter((row) => row.incident === key);
  const decisions = of(useRowList('decisions'));
  const hypotheses = of(useRowList('hypotheses'));
  const tasks = of(useRowList('tasks'));
  const runs = of(useRowList('runs'));
  const followUps = of(useRowList('followUps'));
  return { decisions, hypotheses, tasks, runs, followUps };
}

/** Drafts from the record as it stands. Rejects where the core does not answer. */
export async function draftOf(
  incident: IncidentRow,
  language: PostMortemRow['language'],
): Promise<Drafted> {
  const [decisions, hypotheses, tasks, clocks, { entries, unread }] = await Promise.all([
    rowsOf('decisions', incident),
    rowsOf('hypotheses', incident),
    rowsOf('tasks', incident),
    rowsOf('clocks', incident),
    entriesOf(incident),
  ]);
  return draftPostMortem({
    language,
    incident,
    clock: clocks[0] ?? null,
    decisions,
    hypotheses,
    tasks,
    entries,
    unread,
    now: deskNow(),
  });
}

type OwnTable = 'clocks' | 'decisions' | 'hypotheses' | 'reports' | 'runs' | 'tasks' | 'updates';

/** The rows of an incident in a table, also where nobody has looked at the table yet. */
async function rowsOf<Table extends OwnTable>(
  table: Table,
  { key }: IncidentRow,
): Promise<RowOf[Table][]> {
  const rows = await rowsOnceLoaded(rowStore(table));
  return rows.filter(({ incident }) => incident === key);
}

/** Its own facts, and what alerts and changes of its services told from an hour before it on. */
async function entriesOf(
  incident: IncidentRow,
): Promise<{ readonly entries: DraftEntry[]; readonly unread: number }> {
  const { key, services, origin } = incident;
  const from = incident.declaredAt - HOUR_MS;
  const to = (incident.resolvedAt ?? deskNow()) + HOUR_MS;
  const [alerts, changes, ...own] = await Promise.all([
    rowsOnceLoaded(rowStore('alerts')),
    rowsOnceLoaded(rowStore('changes')),
    ...(['decisions', 'hypotheses', 'tasks', 'runs', 'updates', 'reports'] as const).map(
      async (table) => (await rowsOf(table, incident)).map((row) => row.key),
    ),
  ]);
  const named = new Set(services);
  const around = [
    ...alerts.filter(({ service, key: alert }) => alert === origin || named.has(service ?? '')),
    ...changes.filter((change) => change.services.some((service) => named.has(service))),
  ].map((row) => row.key);
  const isOwn = new Set([key, ...own.flat()]);
  const things = [...new Set([...isOwn, ...around])];
  const read = things.slice(0, MOST_THINGS);
  const answers = await Promise.all(
    read.map((thing) => core.ask('thing.history', { thing, limit: HISTORY })),
  );
  const entries = answers
    .flatMap((answer) => answer.entries)
    .filter(({ at, thing }) => isOwn.has(thing) || (at >= from && at <= to))
    .map(draftEntryOf);
  return { entries, unread: things.length - read.length };
}

export function draftEntryOf(entry: TimelineEntry): DraftEntry {
  const { kind: word, subject, text: said, who } = entryText(entry, text, namesOf(entry));
  return {
    id: entry.id,
    at: entry.at,
    kind: entry.kind,
    thing: entry.thing,
    who,
    word,
    text:
      entry.kind === 'incident.resolved'
        ? said
        : [subject, said].filter((part) => part !== null && part !== '').join(' · '),
  };
}

/** Earlier incidents that resemble one, by services and words. */
export function useSimilar(incident: IncidentRow | null): readonly SimilarIncident[] {
  const incidents = useRowList('incidents');
  const hypotheses = useRowList('hypotheses');
  const decisions = useRowList('decisions');
  const postMortems = useRowList('postMortems');
  return useMemo(() => {
    if (incident === null) return [];
    const said = new Map<string, string[]>();
    const note = (key: string, text: string): void => {
      said.set(key, [...(said.get(key) ?? []), text]);
    };
    for (const { incident: key, text: cause, verdict } of hypotheses) {
      if (verdict !== 'rejected') note(key, cause);
    }
    for (const { incident: key, action } of decisions) note(key, action);
    for (const { incident: key, sections } of postMortems) {
      // What was drafted repeats the rest.
      for (const section of Object.values(sections)) if (!section.isDraft) note(key, section.text);
    }
    const textsOf = (row: IncidentRow): { row: IncidentRow; texts: string[] } => ({
      row,
      texts: [row.title, row.impact, row.sizeUp?.symptoms ?? '', ...(said.get(row.key) ?? [])],
    });
    return similarIncidents(textsOf(incident), incidents.map(textsOf));
  }, [incident, incidents, hypotheses, decisions, postMortems]);
}
