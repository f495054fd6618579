import { CLOCK_POINTS, type ClockPoint } from '../facts/incident.ts';
import { POST_MORTEM_SECTIONS, type PostMortemSection } from '../facts/post-mortem.ts';
import {
  feedDelayOf,
  phasesOf,
  readLimits,
  type ClockMove,
  type ClockPoints,
} from '../incident/clock.ts';
import type { ClockRow, DecisionRow, HypothesisRow, IncidentRow, TaskRow } from '../ipc/rows.ts';
import { HOUR_MS } from '../kit/time.ts';
import { cite, escaped } from './blocks.ts';
import { clockText, timeBySeverity, utcText } from './spans.ts';
import { postMortemWords, worded, type PostMortemWord } from './words.ts';

/** An entry of the record as the desk tells it. */
export interface DraftEntry {
  /** The fact's id. */
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly thing: string;
  readonly who: string;
  /** The word of its kind, and what it says, in the draft's language. */
  readonly word: string;
  readonly text: string;
}

export interface DraftInput {
  readonly language: 'en' | 'zh-CN';
  readonly incident: IncidentRow;
  readonly clock: Pick<ClockRow, 'points' | 'moves'> | null;
  readonly decisions: readonly DecisionRow[];
  readonly hypotheses: readonly HypothesisRow[];
  readonly tasks: readonly TaskRow[];
  /** What belongs to it: its own facts, alerts and changes of its services. */
  readonly entries: readonly DraftEntry[];
  /** How many things that belong to it were not read: their entries are missing. */
  readonly unread: number;
  /** Up to when one that goes on is counted (ms since the epoch). */
  readonly now: number;
}

/** So many entries stand in a draft's timeline; the record holds them all. */
const TIMELINE_ENTRIES = 250;
/** Of each so many characters. */
const ENTRY_CHARACTERS = 300;
/** A section that is longer than a fact may carry ends where it does. */
const SECTION_CHARACTERS = 58_000;
/** A change so long before the effect may have caused it. */
const CHANGE_LEAD_MS = HOUR_MS;
/** Evidence that came later than this is told. */
const LATE_MS = 30_000;

/**
 * A post-mortem from facts alone: the same facts give the same draft. Each statement cites the facts
 * that show it; what nobody can know from them is left to people.
 */
export function draftPostMortem(
  input: DraftInput,
): readonly { readonly section: PostMortemSection; readonly text: string }[] {
  const entries = [...input.entries].sort(
    (left, right) => left.at - right.at || (left.id < right.id ? -1 : 1),
  );
  const given: Draft = {
    ...input,
    entries,
    say: (word, places) => worded(postMortemWords[input.language], word, places),
    of: (...kinds) => entries.filter(({ kind }) => kinds.includes(kind)),
    factOf: (thing, kind) =>
      entries.findLast((entry) => entry.thing === thing && entry.kind === kind)?.id ?? null,
    until: input.incident.resolvedAt ?? input.now,
  };
  const texts: Record<PostMortemSection, () => readonly string[]> = {
    summary: () => summary(given),
    impact: () => impact(given),
    timeline: () => timeline(given),
    factors: () => factors(given),
    well: () => outcomes(given).well,
    badly: () => outcomes(given).badly,
    lucky: () => [],
    phases: () => phases(given),
    lessons: () => [],
  };
  return POST_MORTEM_SECTIONS.map((section) => ({
    section,
    text: fitting(texts[section]()),
  }));
}

function fitting(lines: readonly string[]): string {
  let length = 0;
  return lines.filter((line) => (length += line.length + 1) <= SECTION_CHARACTERS).join('\n');
}

function clipped(text: string): string {
  return text.length > ENTRY_CHARACTERS ? `${text.slice(0, ENTRY_CHARACTERS)}…` : text;
}

interface Draft extends DraftInput {
  readonly say: (
    word: PostMortemWord,
    places?: Readonly<Record<string, string | number>>,
  ) => string;
  readonly of: (...kinds: string[]) => readonly DraftEntry[];
  /** The newest fact of a kind that speaks of a thing. */
  readonly factOf: (thing: string, kind: string) => string | null;
  readonly until: number;
}

function summary({ incident, say, factOf, hypotheses, until, of }: Draft): readonly string[] {
  const { key, title, severity, declaredAt, commander, resolvedAt, sizeUp } = incident;
  const declared = factOf(key, 'incident.declared');
  const resolved = resolvedAt === null ? null : factOf(key, 'incident.resolved');
  const places = {
    severity,
    title: escaped(title),
    from: utcText(declaredAt),
    to: utcText(until),
    span: clockText(until - declaredAt),
  };
  const lines = [
    `- ${say(resolvedAt === null ? 'goesOn' : 'lasted', places)}${cites(declared, resolved)}`,
    `- ${say('ledBy', { name: escaped(commander) })}${cites(factOf(key, 'incident.commander-changed') ?? declared)}`,
  ];
  if (sizeUp !== null) {
    lines.push(
      `- ${say('symptoms', { text: escaped(sizeUp.symptoms) })}${cites(factOf(key, 'incident.sized-up'))}`,
    );
  }
  for (const { text, judgement } of hypotheses.filter(({ verdict }) => verdict === 'confirmed')) {
    lines.push(`- ${say('cause', { text: escaped(text) })}${cites(judgement)}`);
  }
  const last = of('incident.resolved').at(-1);
  if (resolvedAt !== null && last !== undefined && last.text.trim() !== '') {
    lines.push(`- ${say('resolution', { text: escaped(last.text) })}${cites(last.id)}`);
  }
  return lines;
}

function impact({ incident, clock, say, factOf, until }: Draft): readonly string[] {
  const { key, services, units, measure } = incident;
  const declared = factOf(key, 'incident.declared');
  const scoped = factOf(key, 'incident.scope-changed') ?? declared;
  const severity = factOf(key, 'incident.severity-changed') ?? declared;
  const lines = timeBySeverity(incident, until).map(
    (spent) =>
      `- ${say('timeIn', { severity: spent.severity, span: clockText(spent.ms) })}${cites(severity)}`,
  );
  const names = (list: readonly string[]): string => list.map(escaped).join(say('comma'));
  if (services.length > 0) {
    lines.push(`- ${say('services', { names: names(services) })}${cites(scoped)}`);
  }
  if (units.length > 0) lines.push(`- ${say('units', { names: names(units) })}${cites(scoped)}`);
  if (incident.impact.trim() !== '') {
    lines.push(`- ${say('said', { text: escaped(incident.impact) })}${cites(scoped)}`);
  }
  const effect = clock?.points['effect'] ?? null;
  const recovered = clock?.points['recovered'] ?? null;
  if (measure === null && effect !== null && recovered !== null) {
    lines.push(
      `- ${say('lastedHarm', { span: clockText(recovered.at - effect.at) })}${cites(effect.evidence, recovered.evidence)}`,
    );
  } else if (measure === null || effect === null) {
    lines.push(`- ${say('sloNone')}${cites(declared)}`);
  } else {
    const places = {
      service: escaped(measure.service),
      limit:
        measure.signal === 'errors'
          ? `${String(Math.round(measure.limit * 10_000) / 100)} %`
          : `${String(measure.limit)} ms`,
      from: utcText(effect.at),
      span: recovered === null ? '' : clockText(recovered.at - effect.at),
    };
    lines.push(
      `- ${say(recovered === null ? 'sloOpen' : 'slo', places)}${cites(effect.evidence, recovered?.evidence)}`,
    );
  }
  return lines;
}

function timeline({ entries, clock, say, unread }: Draft): readonly string[] {
  const rows = entries.map((entry) => ({
    id: entry.id,
    at: entry.at,
    text: [`**${escaped(entry.word)}**`, escaped(clipped(entry.text)), said(entry)],
  }));
  for (const point of CLOCK_POINTS) {
    const placed = clock?.points[point];
    if (placed == null) continue;
    const name = `**${say(`point.${point}`)}**`;
    const row = rows.find(({ id, at }) => id === placed.evidence && at === placed.at);
    if (row === undefined) rows.push({ id: placed.evidence, at: placed.at, text: [name] });
    else row.text.unshift(name);
  }
  const told = folded(rows.sort((left, right) => left.at - right.at));
  if (told.length === 0) return [];
  const shown = told.slice(0, TIMELINE_ENTRIES);
  const next = told[shown.length];
  let day = '';
  return [
    // In front: a section that is too long loses its end.
    ...(unread === 0 ? [] : [`${say('unread', { count: unread })}${cites(told[0]?.ids[0])}`, '']),
    `| ${say('time')} | ${say('event')} | ${say('evidence')} |`,
    '| --- | --- | --- |',
    ...shown.map(({ ids, at, text, count }) => {
      const [date = '', time = ''] = utcText(at).split(' ');
      const moment = date === day ? time : `${date} ${time}`;
      day = date;
      const times = count > 1 ? ` ×${String(count)}` : '';
      return `| ${moment} | ${text}${times} | ${ids.map(cite).join(' ')} |`;
    }),
    ...(next === undefined
      ? []
      : ['', `${say('more', { count: told.length - shown.length })}${cites(next.ids[0])}`]),
  ];
}

interface Told {
  /** The first and the last of those that say the same. */
  readonly ids: readonly string[];
  readonly at: number;
  readonly text: string;
  readonly count: number;
}

/** What is said again and again without anything between stands once, with how often. */
function folded(
  rows: readonly { readonly id: string; readonly at: number; readonly text: readonly string[] }[],
): readonly Told[] {
  const told: Told[] = [];
  for (const { id, at, text: parts } of rows) {
    const text = parts.filter((part) => part !== '').join(' · ');
    const before = told.at(-1);
    if (before?.text === text) {
      const [first = id] = before.ids;
      told[told.length - 1] = { ...before, ids: [first, id], count: before.count + 1 };
    } else {
      told.push({ ids: [id], at, text, count: 1 });
    }
  }
  return told;
}

function said({ who, text }: DraftEntry): string {
  return who === '' || text.includes(who) ? '' : escaped(who);
}

function factors({ hypotheses, incident, clock, say, of }: Draft): readonly string[] {
  const lines: string[] = [];
  for (const hypothesis of hypotheses.filter(({ verdict }) => verdict === 'confirmed')) {
    const text = escaped(withService(hypothesis));
    lines.push(
      `- ${say('confirmed', { text, reason: escaped(hypothesis.reason) })}${cites(hypothesis.judgement)}`,
    );
    for (const evidence of hypothesis.evidence) {
      const word = evidence.supports ? 'supports' : 'against';
      lines.push(
        `  - ${say(word, { text: escaped(evidence.text) })}${cites(evidence.factId, ...evidence.cites)}`,
      );
    }
  }
  const begin = clock?.points['effect']?.at ?? incident.declaredAt;
  for (const change of of('change.reported')) {
    if (change.at > begin || change.at < begin - CHANGE_LEAD_MS) continue;
    lines.push(`- ${say('changed', { text: escaped(change.text) })}${cites(change.id)}`);
  }
  for (const hypothesis of hypotheses.filter(({ verdict }) => verdict === 'rejected')) {
    const text = escaped(withService(hypothesis));
    lines.push(
      `- ${say('rejected', { text, reason: escaped(hypothesis.reason) })}${cites(hypothesis.judgement)}`,
    );
  }
  return lines;
}

function withService({ text, service }: HypothesisRow): string {
  return service === null ? text : `${text} (${service})`;
}

function outcomes(draft: Draft): { readonly well: string[]; readonly badly: string[] } {
  const { incident, clock, decisions, tasks, say, factOf, until } = draft;
  const well: string[] = [];
  const badly: string[] = [];
  const points = clock === null ? null : (clock.points as ClockPoints);
  if (points !== null) {
    for (const reading of readLimits(points, until)) {
      const { point, tookMs, limitMs, stands, isOpen, isAtLeast } = reading;
      const of = point === 'goal' ? 'recovered' : point;
      const at = points[of];
      if (tookMs === null || isOpen || at === null) {
        // While people still work on it, it may yet be reached.
        if (point !== 'goal' && incident.resolvedAt !== null) {
          const end = factOf(incident.key, 'incident.resolved');
          badly.push(`- ${say('notReached', { point: name(draft, of) })}${cites(end)}`);
        }
        continue;
      }
      const places = {
        point: name(draft, of),
        took: `${isAtLeast ? '≥ ' : ''}${clockText(tookMs)}`,
        limit: clockText(limitMs),
      };
      const evidence = cites(points.effect?.evidence, at.evidence);
      // From where it counts is not known, so neither is whether it was in time.
      if (isAtLeast && stands !== 'over') continue;
      const isOver = stands === 'over';
      const word =
        point === 'goal' ? (isOver ? 'goalMissed' : 'goalMet') : isOver ? 'overLimit' : 'inTime';
      (isOver ? badly : well).push(`- ${say(word, places)}${evidence}`);
    }
    const { detected } = points;
    if (detected !== null) {
      const isAlert = detected.kind === 'alert.fired';
      (isAlert ? well : badly).push(
        `- ${say(isAlert ? 'alertFirst' : 'noAlert')}${cites(detected.evidence)}`,
      );
    }
    for (const point of CLOCK_POINTS) {
      const placed = points[point];
      if (placed === null || feedDelayOf(placed) < LATE_MS) continue;
      const span = clockText(feedDelayOf(placed));
      badly.push(
        `- ${say('feedDelay', { point: name(draft, point), span })}${cites(placed.evidence)}`,
      );
    }
  }
  for (const { key, action, verified } of decisions) {
    if (verified === null) continue;
    const text = escaped(verified.text === '' ? action : `${action}: ${verified.text}`);
    const evidence = cites(factOf(key, 'decision.taken'), factOf(key, 'decision.verified'));
    (verified.outcome === 'improved' ? well : badly).push(
      `- ${say(verified.outcome, { text })}${evidence}`,
    );
  }
  const ended = tasks.filter(({ status }) => status === 'done');
  const late = ended.filter(({ endedAt, dueAt }) => endedAt !== null && endedAt > dueAt);
  if (ended.length > 0) {
    const line = say(late.length > 0 ? 'tasksLate' : 'tasksInTime', {
      count: late.length,
      all: ended.length,
    });
    const shown = (late.length > 0 ? late : ended).slice(0, 5);
    (late.length > 0 ? badly : well).push(
      `- ${line}${cites(...shown.map(({ key }) => factOf(key, 'task.done')))}`,
    );
  }
  return { well, badly };
}

function phases(draft: Draft): readonly string[] {
  const { clock, say } = draft;
  if (clock === null) return [];
  const points = clock.points as ClockPoints;
  const rows = phasesOf(points).flatMap(({ from, to, tookMs, feedDelayMs }) => {
    if (tookMs === null) return [];
    const took = `${tookMs < 0 ? '−' : ''}${clockText(Math.abs(tookMs))}`;
    const delay = feedDelayMs === 0 ? '' : clockText(feedDelayMs);
    const shown = cites(points[from]?.evidence, points[to]?.evidence).trim();
    return [`| ${name(draft, from)} → ${name(draft, to)} | ${took} | ${delay} | ${shown} |`];
  });
  const moves = (clock.moves as readonly ClockMove[])
    .filter(({ from }) => from !== null)
    .slice(-20)
    .map(
      ({ point, from, to, by }) =>
        `- ${say('moved', {
          point: name(draft, point),
          from: utcText(from ?? 0),
          to: to === null ? say('unknown') : utcText(to),
        })}${cites(by)}`,
    );
  const table = [
    `| ${say('phase')} | ${say('took')} | ${say('delay')} | ${say('evidence')} |`,
    '| --- | --- | --- | --- |',
    ...rows,
  ];
  return [...(rows.length > 0 ? table : []), ...(moves.length > 0 ? ['', ...moves] : [])];
}

function name({ say }: Draft, point: ClockPoint): string {
  return say(`point.${point}`);
}

/** The citations after a statement. */
function cites(...ids: readonly (string | null | undefined)[]): string {
  const known = [...new Set(ids.filter((id) => id != null && id !== ''))] as string[];
  return known.length === 0 ? '' : ` ${known.map(cite).join(' ')}`;
}
