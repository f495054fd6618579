import { INCIDENT_ROLES } from '../../../shared/facts/incident.ts';
import type {
  AlertRow,
  DecisionRow,
  HypothesisRow,
  IncidentRow,
  ReportRow,
  RunRow,
  SourceRow,
  TaskRow,
  UpdateRow,
} from '../../../shared/ipc/rows.ts';
import { readCadence, type CadenceReading } from '../../../shared/updates/cadence.ts';
import type { Translate } from '../../i18n/text.ts';
import { formatExactSpan, formatUtc } from '../../kit/format.ts';
import { mergedInto } from '../../../shared/incident/family.ts';

/** What a hand-over is drafted from: rows as they stand. */
export interface HandOverRows {
  readonly incidents: readonly IncidentRow[];
  readonly tasks: readonly TaskRow[];
  readonly decisions: readonly DecisionRow[];
  readonly hypotheses: readonly HypothesisRow[];
  readonly reports: readonly ReportRow[];
  readonly updates: readonly UpdateRow[];
  readonly runs: readonly RunRow[];
  readonly alerts: readonly AlertRow[];
  readonly sources: readonly SourceRow[];
}

/** How many of each are listed; the rest is counted. */
const MOST = 12;
const TEXT_LIMIT = 300;
const LINE_LIMIT = 800;
const PACK_LIMIT = 50_000;

/**
 * What the next commander must know, as plain text: where it stands, who does what until when, what
 * was decided, what is suspected, who is waiting for word, and what nobody knows. Times are in UTC,
 * since it is read elsewhere and later. A draft: a person completes it.
 * @param now the moment that spans are counted to (ms since the epoch)
 */
export function handOverPack(
  incident: IncidentRow,
  rows: HandOverRows,
  now: number,
  t: Translate,
): string {
  const family = mergedInto(rows.incidents, incident.key);
  const mine = <Row extends { readonly incident: string | null }>(list: readonly Row[]): Row[] =>
    list.filter((row) => row.incident !== null && family.has(row.incident));
  const tasks = mine(rows.tasks)
    .filter(({ status }) => status === 'open')
    .sort((left, right) => left.dueAt - right.dueAt);
  const decisions = mine(rows.decisions);
  const hypotheses = mine(rows.hypotheses).filter(({ verdict }) => verdict !== 'rejected');
  const reports = mine(rows.reports);
  const runs = mine(rows.runs).filter(({ status }) => status === 'running');
  const due = readCadence(
    incident,
    // What was told of an incident that was merged was told of this one.
    mine(rows.updates).map((update) => ({ ...update, incident: incident.key })),
    now,
  );
  const span = (durationMs: number): string => formatExactSpan(Math.abs(durationMs), t);
  const dueText = (at: number): string =>
    t(at < now ? 'handover.overdue' : 'handover.due', { time: utc(at), span: span(at - now) });

  const parts: (readonly [string, readonly string[]])[] = [
    [
      t('handover.stands'),
      [
        t('handover.head', {
          severity: incident.severity,
          phase: t(`entry.phase.${incident.phase}`),
          since: utc(incident.declaredAt),
          span: span(now - incident.declaredAt),
        }),
        ...(incident.sizeUp === null
          ? []
          : [
              t('handover.sizeUp', {
                trend: t(`entry.trend.${incident.sizeUp.trend}`),
                time: utc(incident.sizeUp.at),
                symptoms: flat(incident.sizeUp.symptoms),
              }),
              ...said(t('handover.scope'), incident.sizeUp.scope),
            ]),
        ...said(t('incident.form.impact'), incident.impact),
        ...said(t('incident.services'), incident.services.join(', ')),
        ...said(t('incident.form.units'), incident.units.join(', ')),
      ],
    ],
    [
      t('handover.tasks'),
      tasks.map((task) => {
        const line = `${task.person}: ${flat(task.action)} – ${dueText(task.dueAt)}`;
        return task.understoodAt === null ? `${line}, ${t('handover.notUnderstood')}` : line;
      }),
    ],
    [t('handover.decisions'), decisions.flatMap((decision) => decisionLine(decision, t))],
    [
      t('handover.hypotheses'),
      hypotheses.map((hypothesis) =>
        t(hypothesis.verdict === 'confirmed' ? 'handover.confirmed' : 'handover.suspected', {
          text: flat(hypothesis.text),
          for: hypothesis.evidence.filter(({ supports }) => supports).length,
          against: hypothesis.evidence.filter(({ supports }) => !supports).length,
        }),
      ),
    ],
    [
      t('handover.needs'),
      reports
        .filter(({ latest }) => latest.needs.trim() !== '')
        .map(({ from, latest }) => `${from}: ${flat(latest.needs)} (${utc(latest.at)})`),
    ],
    [
      t('handover.runs'),
      runs.map((run) =>
        t('handover.run', { title: run.title, name: run.heldBy, count: run.steps.length }),
      ),
    ],
    [
      t('handover.updates'),
      due.map(({ audience, dueAt }) => `${t(`entry.audience.${audience}`)}: ${dueText(dueAt)}`),
    ],
    [
      t('handover.people'),
      [
        `${t('incident.commander')}: ${[...commandersOf(incident)].join(', ')}`,
        ...INCIDENT_ROLES.flatMap((role) => {
          const person = incident.roles[role];
          return person === undefined ? [] : [`${t(`entry.role.${role}`)}: ${person}`];
        }),
        ...incident.teams.map(({ team, lead, members, mission }) =>
          [`${team}: ${[lead, ...members].join(', ')}`, flat(mission)]
            .filter((part) => part !== '')
            .join(' – '),
        ),
        ...said(t('incident.bridge'), incident.bridge),
        ...said(t('incident.chat'), incident.chat),
      ],
    ],
    [t('handover.unknown'), unknowns(incident, rows, { tasks, hypotheses, due, decisions }, t)],
  ];
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      [title, ...shortened(lines, t).map((line) => `- ${flat(line, LINE_LIMIT)}`)].join('\n'),
    )
    .join('\n\n')
    .slice(0, PACK_LIMIT);
}

function decisionLine(decision: DecisionRow, t: Translate): readonly string[] {
  const action = flat(decision.action);
  switch (decision.status) {
    case 'candidate':
      return [t('handover.candidate', { action, risk: t(`entry.risk.${decision.risk}`) })];
    case 'polled':
      return [
        t('handover.polled', {
          action,
          count: decision.answers.filter(({ objection }) => objection === 'strong').length,
        }),
      ];
    case 'proceeding':
      return [
        decision.verified === null
          ? t('handover.proceeding', { action, who: decision.executor ?? t('entry.nobody') })
          : t('handover.verified', {
              action,
              outcome: t(`entry.outcome.${decision.verified.outcome}`),
            }),
      ];
    case 'rejected':
      return [t('handover.rejected', { action, reason: flat(decision.reason) })];
    case 'withdrawn':
      return [];
  }
}

/** What nobody knows, or nobody said: it is what the next one asks first. */
function unknowns(
  incident: IncidentRow,
  rows: HandOverRows,
  known: {
    readonly tasks: readonly TaskRow[];
    readonly hypotheses: readonly HypothesisRow[];
    readonly decisions: readonly DecisionRow[];
    readonly due: readonly CadenceReading[];
  },
  t: Translate,
): readonly string[] {
  const services = new Set(incident.services);
  const unheard = rows.alerts.filter(
    ({ service, status }) => status === 'unknown' && service !== null && services.has(service),
  ).length;
  const silent = rows.sources.filter(({ freshness }) => freshness === 'silent');
  const unsure = known.tasks.filter(({ understoodAt }) => understoodAt === null).length;
  const unverified = known.decisions.filter(
    ({ status, verified }) => status === 'proceeding' && verified === null,
  ).length;
  const vacant = INCIDENT_ROLES.filter((role) => incident.roles[role] === undefined);
  const lines: (string | null)[] = [
    incident.claims.length > 0
      ? t('handover.unknown.command', { names: incident.claims.join(', ') })
      : null,
    incident.sizeUp === null ? t('handover.unknown.sizeUp') : null,
    incident.impact.trim() === '' ? t('handover.unknown.impact') : null,
    known.hypotheses.some(({ verdict }) => verdict === 'confirmed')
      ? null
      : t('handover.unknown.cause'),
    unheard > 0 ? t('handover.unknown.alerts', { count: unheard }) : null,
    silent.length > 0
      ? t('handover.unknown.sources', { names: silent.map(({ source }) => source).join(', ') })
      : null,
    unsure > 0 ? t('handover.unknown.tasks', { count: unsure }) : null,
    unverified > 0 ? t('handover.unknown.effects', { count: unverified }) : null,
    known.due.some(({ state }) => state === 'overdue') ? t('handover.unknown.updates') : null,
    known.due.length === 0 ? t('handover.unknown.cadence') : null,
    vacant.length > 0
      ? t('handover.unknown.roles', {
          roles: vacant.map((role) => t(`entry.role.${role}`)).join(', '),
        })
      : null,
  ];
  return lines.filter((line) => line !== null);
}

function commandersOf(incident: IncidentRow): readonly string[] {
  return incident.claims.length > 0 ? incident.claims : [incident.commander];
}

function said(name: string, text: string): readonly string[] {
  return text.trim() === '' ? [] : [`${name}: ${flat(text)}`];
}

function shortened(lines: readonly string[], t: Translate): readonly string[] {
  if (lines.length <= MOST) return lines;
  return [...lines.slice(0, MOST), t('handover.more', { count: lines.length - MOST })];
}

function flat(text: string, limit = TEXT_LIMIT): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** `2026-03-01 02:14 UTC`. */
function utc(moment: number): string {
  return `${formatUtc(moment).slice(0, 16)} UTC`;
}
