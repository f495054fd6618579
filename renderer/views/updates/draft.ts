import type { Audience } from '../../../shared/facts/incident.ts';
import type { DecisionRow, IncidentRow, TaskRow } from '../../../shared/ipc/rows.ts';
import type { Translate } from '../../i18n/text.ts';
import { formatExactSpan, formatUtc } from '../../kit/format.ts';

/** What a draft is filled from. */
export interface DraftFacts {
  readonly incident: IncidentRow;
  readonly tasks: readonly TaskRow[];
  readonly decisions: readonly DecisionRow[];
  readonly now: number;
  /** When the audience is to hear again; null where nothing is promised. */
  readonly nextAt: number | null;
}

/**
 * An update as it could be sent: the template of the audience in the language of `t`, filled from
 * what is recorded. To the public it names neither people nor, unless `isNaming`, services and units.
 */
export function draftUpdate(
  audience: Audience,
  facts: DraftFacts,
  t: Translate,
  isNaming: boolean,
): string {
  const lines =
    audience === 'public' ? publicLines(facts, t, isNaming) : insideLines(audience, facts, t);
  return lines.join('\n');
}

function insideLines(
  audience: 'internal' | 'executive',
  facts: DraftFacts,
  t: Translate,
): string[] {
  const { incident, now, nextAt } = facts;
  const { severity, services, units } = incident;
  const [title, impact] = [plain(incident.title), plain(incident.impact)];
  const since = begunAt(incident);
  const doing = doingLines(audience, facts, t);
  return [
    t('updates.draft.head', { severity, title, phase: t(`updates.phase.${incident.phase}`) }),
    impact === '' ? t('updates.draft.noImpact') : t('updates.draft.impact', { impact }),
    ...(services.length > 0 ? [t('updates.draft.services', { services: listed(services) })] : []),
    ...(units.length > 0 ? [t('updates.draft.units', { units: listed(units) })] : []),
    t('updates.draft.since', {
      time: minuteOf(since),
      span: formatExactSpan((incident.resolvedAt ?? now) - since, t),
    }),
    ...(audience === 'internal'
      ? [t('updates.draft.commander', { name: plain(incident.commander) })]
      : []),
    ...(incident.status === 'resolved'
      ? []
      : doing.length > 0
        ? [t('updates.draft.doing'), ...doing]
        : [t('updates.draft.nothing')]),
    ...(nextAt === null ? [] : [t('updates.draft.next', { time: timeOf(nextAt) })]),
  ];
}

/** Open tasks, and what was decided and has no task of its own. */
function doingLines(
  audience: 'internal' | 'executive',
  { incident, tasks, decisions }: DraftFacts,
  t: Translate,
): string[] {
  const open = tasks.filter((task) => task.incident === incident.key && task.status === 'open');
  const covered = new Set(open.map(({ decision }) => decision));
  const decided = decisions.filter(
    (decision) =>
      decision.incident === incident.key &&
      decision.status === 'proceeding' &&
      decision.verified === null &&
      !covered.has(decision.key),
  );
  return [
    ...open
      .sort((left, right) => left.dueAt - right.dueAt)
      .map(({ person, action, dueAt }) =>
        audience === 'internal'
          ? t('updates.draft.task', {
              person: plain(person),
              action: plain(action),
              time: timeOf(dueAt),
            })
          : t('updates.draft.action', { action: plain(action) }),
      ),
    ...decided.map(({ action }) => t('updates.draft.decided', { action: plain(action) })),
  ];
}

function publicLines({ incident, nextAt }: DraftFacts, t: Translate, isNaming: boolean): string[] {
  const impact = plain(incident.impact);
  const names = isNaming ? [...incident.services, ...incident.units] : [];
  return [
    t(`updates.draft.public.${incident.phase}`),
    ...(impact === '' ? [] : [t('updates.draft.public.what', { impact })]),
    ...(names.length === 0 ? [] : [t('updates.draft.public.where', { names: listed(names) })]),
    t('updates.draft.public.since', { time: minuteOf(begunAt(incident)) }),
    ...(nextAt === null ? [] : [t('updates.draft.public.next', { time: timeOf(nextAt) })]),
  ];
}

/** The subject of an e-mail; to the public it says nothing of the inside. */
export function subjectOf(
  audience: Audience,
  incident: Pick<IncidentRow, 'severity' | 'title'>,
  now: number,
  t: Translate,
): string {
  const time = timeOf(now);
  const title = plain(incident.title);
  const { severity } = incident;
  return audience === 'public'
    ? t('updates.subject.public', { time })
    : t('updates.subject', { severity, title, time });
}

/** Since when users felt it, as a person placed it; else since it was declared. */
function begunAt(incident: IncidentRow): number {
  return incident.marks.effect?.at ?? incident.declaredAt;
}

/** As many names as a reader takes in. */
const LISTED = 12;

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).map(plain).join(', ') + (rest > 0 ? ` +${String(rest)}` : '');
}

/** One line without the marks that would turn it: whoever gets it sees what the writer saw. */
function plain(text: string): string {
  return text
    .replaceAll(/[\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** `2026-03-01 02:14` */
function minuteOf(moment: number): string {
  return formatUtc(moment).slice(0, 16);
}

/** `02:14` */
function timeOf(moment: number): string {
  return formatUtc(moment).slice(11, 16);
}
