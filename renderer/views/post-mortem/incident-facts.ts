import { useMemo } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { IncidentRow, PostMortemRow } from '../../../shared/ipc/rows.ts';
import { draftPostMortem, type DraftEntry } from '../../../shared/post-mortem/draft.ts';
import { similarIncidents, type SimilarIncident } from '../../../shared/post-mortem/similar.ts';
import { text } from '../../i18n/text.ts';
import { core } from '../../room/core.ts';
import { entryText } from '../../room/entry-text.ts';
import { deskNow } from '../../room/now.ts';
import { rowStore, useRowList } from '../../room/rows.ts';
import { namesOf } from '../../room/names.ts';

/** What the desk knows of one incident, gathered for its post-mortem. */

const HOUR_MS = 3_600_000;
/** So many things are asked for their history: the record holds the rest. */
const MOST_THINGS = 300;
const HISTORY = 500;

export type Drafted = ReturnType<typeof draftPostMortem>;

/** Keeps the tables that a draft is made from at hand, and gives what of them belongs to it. */
export function useIncidentFacts(incident: IncidentRow | null) {
  const key = incident?.key ?? '';
  const of = <Row extends { readonly incident: string | null }>(rows: readonly Row[]): Row[] =>
    rows.filter((row) => row.incident === key);
  const decisions = of(useRowList('decisions'));
  const hypotheses = of(useRowList('hypotheses'));
  const tasks = of(useRowList('tasks'));
  const runs = of(useRowList('runs'));
  const followUps = of(useRowList('followUps'));
  useRowList('clocks');
  useRowList('alerts');
  useRowList('changes');
  useRowList('updates');
  useRowList('reports');
  return { decisions, hypotheses, tasks, runs, followUps };
}

/** Drafts from the record as it stands. Rejects where the core does not answer. */
export async function draftOf(
  incident: IncidentRow,
  language: PostMortemRow['language'],
): Promise<Drafted> {
  const { key } = incident;
  const rows = <Table extends 'decisions' | 'hypotheses' | 'tasks' | 'clocks'>(table: Table) =>
    [...rowStore(table).getState().rows.values()].filter((row) => row.incident === key);
  const entries = await entriesOf(incident);
  return draftPostMortem({
    language,
    incident,
    clock: rows('clocks')[0] ?? null,
    decisions: rows('decisions'),
    hypotheses: rows('hypotheses'),
    tasks: rows('tasks'),
    entries,
    now: deskNow(),
  });
}

/** Its own facts, and what alerts and changes of its services told from an hour before it on. */
async function entriesOf(incident: IncidentRow): Promise<DraftEntry[]> {
  const { key, services, origin } = incident;
  const from = incident.declaredAt - HOUR_MS;
  const to = (incident.resolvedAt ?? deskNow()) + HOUR_MS;
  const own = (['decisions', 'hypotheses', 'tasks', 'runs', 'updates', 'reports'] as const).flatMap(
    (table) =>
      [...rowStore(table).getState().rows.values()]
        .filter((row) => row.incident === key)
        .map((row) => row.key),
  );
  const named = new Set(services);
  const around = [
    ...[...rowStore('alerts').getState().rows.values()]
      .filter(({ service, key: alert }) => alert === origin || named.has(service ?? ''))
      .map((row) => row.key),
    ...[...rowStore('changes').getState().rows.values()]
      .filter((change) => change.services.some((service) => named.has(service)))
      .map((row) => row.key),
  ];
  const things = [...new Set([key, ...own, ...around])].slice(0, MOST_THINGS);
  const isOwn = new Set([key, ...own]);
  const answers = await Promise.all(
    things.map((thing) => core.ask('thing.history', { thing, limit: HISTORY })),
  );
  return answers
    .flatMap(({ entries }) => entries)
    .filter(({ at, thing }) => isOwn.has(thing) || (at >= from && at <= to))
    .map(draftEntryOf);
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
