import type { Command } from '../../../shared/commands/command.ts';
import type { Audience } from '../../../shared/facts/incident.ts';
import type { DecisionRow, IncidentRow, TaskRow } from '../../../shared/ipc/rows.ts';
import { MINUTE_MS } from '../../../shared/kit/time.ts';
import { openOffer } from '../../../shared/projections/incident.ts';
import type { ViewName } from '../../room/navigation.ts';
import type { DeskForm } from './desk-store.ts';
import type { DeskRows } from './desk-rows.ts';
import { polledPeople } from './desk-rows.ts';
import { hypothesesInOrder, OFFERED_FROM, REPORT_STALE_MS } from './order.ts';
import { spansOf } from './span-of-control.ts';

/**
 * What the desk offers to do next. Everything that has a limit offers its next step when 80 % of
 * the limit is used up. Pure: the same rows and the same moment give the same list.
 */

export type StepCode =
  | 'reopen'
  | 'settle'
  | 'accept-command'
  | 'offer-waits'
  | 'size-up'
  | 'size-up-again'
  | 'locate'
  | 'judge'
  | 'recover'
  | 'understood'
  | 'come-back'
  | 'objection'
  | 'take'
  | 'poll'
  | 'verify'
  | 'report'
  | 'update'
  | 'span'
  | 'sign-off';

/** How a step is done. */
export type StepAction =
  | { readonly by: 'form'; readonly form: DeskForm }
  | { readonly by: 'command'; readonly command: Command }
  /** A command of the window, and the view that has it where no other view does. */
  | { readonly by: 'window'; readonly id: string; readonly view: ViewName | null };

export interface OfferedStep {
  readonly code: StepCode;
  /** What it is about. */
  readonly thing: string;
  /** The person, team or audience that it concerns; empty where there is none. */
  readonly who: string;
  /** The words of what it is about, as people wrote them. */
  readonly about: string;
  /** From when on it is offered, and when its limit is over (ms since the epoch). */
  readonly from: number;
  readonly dueAt: number;
  readonly action: StepAction;
}

/** Limits of the desk (ms). The incident's own are 1 minute, 5 and 10, counted from its detection. */
export const LIMITS = {
  respond: MINUTE_MS,
  locate: 5 * MINUTE_MS,
  recover: 10 * MINUTE_MS,
  /** A size-up is older than the situation by then. */
  sizeUpAgain: 15 * MINUTE_MS,
  understood: 2 * MINUTE_MS,
  objections: MINUTE_MS,
  candidate: 5 * MINUTE_MS,
  verify: 10 * MINUTE_MS,
  offer: MINUTE_MS,
  report: REPORT_STALE_MS,
  signOff: 10 * MINUTE_MS,
} as const;

/**
 * The offered steps, the most overdue first; what nobody may act beside (who is in command) stands
 * before all.
 * @param person who sits at this desk: some steps are only theirs
 */
export function nextSteps(rows: DeskRows, person: string, now: number): readonly OfferedStep[] {
  const known: OfferedStep[] = [
    ...strandedSteps(rows),
    ...commandSteps(rows.incident, person),
    ...(rows.incident.status === 'active'
      ? [
          ...clockSteps(rows),
          ...rows.tasks.filter(({ status }) => status === 'open').flatMap(taskSteps),
          ...rows.decisions.flatMap((decision) => decisionSteps(decision, rows, person)),
          ...reportSteps(rows),
          ...updateSteps(rows),
          ...spanSteps(rows),
        ]
      : []),
    ...signOffSteps(rows),
  ];
  return known
    .filter(({ from }) => from <= now)
    .sort(
      (left, right) =>
        rankOf(left) - rankOf(right) ||
        left.dueAt - right.dueAt ||
        compare(left.code, right.code) ||
        compare(left.thing, right.thing) ||
        compare(left.who, right.who),
    );
}

/** When the share of a limit is used up from which its step is offered. */
function offeredFrom(since: number, limitMs: number): number {
  return since + OFFERED_FROM * limitMs;
}

function rankOf({ code }: OfferedStep): number {
  return code === 'reopen' || code === 'settle' ? 0 : code === 'accept-command' ? 1 : 2;
}

function limited(
  since: number,
  limitMs: number,
  step: Omit<OfferedStep, 'from' | 'dueAt'>,
  from = offeredFrom(since, limitMs),
): OfferedStep {
  return { ...step, dueAt: since + limitMs, from };
}

/** Nobody works on what was merged into something that is over: one of them has to go on. */
function strandedSteps({ incident, isStranded }: DeskRows): OfferedStep[] {
  if (!isStranded) return [];
  const { key, declaredAt } = incident;
  return [
    {
      code: 'reopen',
      thing: key,
      who: '',
      about: '',
      dueAt: declaredAt,
      from: declaredAt,
      action: { by: 'window', id: 'incident.reopen', view: null },
    },
  ];
}

function commandSteps(incident: IncidentRow, person: string): OfferedStep[] {
  const steps: OfferedStep[] = [];
  const { key, claims, declaredAt } = incident;
  if (claims.length > 0) {
    steps.push({
      code: 'settle',
      thing: key,
      who: claims.join(', '),
      about: '',
      dueAt: declaredAt,
      from: declaredAt,
      action: { by: 'window', id: 'incident.assign-commander', view: null },
    });
  }
  const waiting = openOffer(incident);
  if (waiting) {
    const isMine = waiting.to === person;
    steps.push(
      limited(
        waiting.at,
        LIMITS.offer,
        {
          code: isMine ? 'accept-command' : 'offer-waits',
          thing: key,
          who: isMine ? waiting.by : waiting.to,
          about: '',
          action: {
            by: 'window',
            id: isMine ? 'incident.answer-offer' : 'incident.show-offer',
            view: null,
          },
        },
        isMine ? waiting.at : undefined,
      ),
    );
  }
  return steps;
}

/** 1 – 5 – 10 minutes from the detection: answered, located, recovered. */
function clockSteps({ incident, clock, decisions, hypotheses }: DeskRows): OfferedStep[] {
  const { key, sizeUp, phase } = incident;
  const detectedAt = clock?.points.detected?.at ?? incident.declaredAt;
  const steps: OfferedStep[] = [];
  const sizeUpForm = { by: 'form', form: { name: 'size-up', thing: key } } as const;
  const about = { thing: key, who: '', about: '' };
  if (sizeUp === null) {
    steps.push(
      limited(detectedAt, LIMITS.respond, { ...about, code: 'size-up', action: sizeUpForm }),
    );
  } else {
    steps.push(
      limited(sizeUp.at, LIMITS.sizeUpAgain, {
        ...about,
        code: 'size-up-again',
        about: sizeUp.symptoms,
        action: sizeUpForm,
      }),
    );
  }
  const isLocated =
    (clock?.points.located ?? null) !== null ||
    hypotheses.some(({ verdict }) => verdict === 'confirmed');
  if (!isLocated) {
    const likely = hypothesesInOrder(hypotheses).find(({ verdict }) => verdict === 'open');
    steps.push(
      limited(detectedAt, LIMITS.locate, {
        code: likely ? 'judge' : 'locate',
        thing: likely?.key ?? key,
        who: '',
        about: likely?.text ?? '',
        action: {
          by: 'form',
          form: likely ? { name: 'judge', thing: likely.key } : { name: 'hypothesis', thing: key },
        },
      }),
    );
  }
  const isRecovered = (clock?.points.recovered ?? null) !== null || phase === 'mitigated';
  const isActedUpon = decisions.some(
    ({ status, verified }) =>
      status === 'candidate' || status === 'polled' || (status === 'proceeding' && !verified),
  );
  if (!isRecovered && !isActedUpon) {
    steps.push(
      limited(detectedAt, LIMITS.recover, {
        ...about,
        code: 'recover',
        action: { by: 'form', form: { name: 'candidate', thing: key } },
      }),
    );
  }
  return steps;
}

function taskSteps(task: TaskRow): OfferedStep[] {
  const { key, person, action, begunAt, dueAt, understoodAt } = task;
  const about = { thing: key, who: person, about: action };
  const steps: OfferedStep[] = [
    limited(begunAt, dueAt - begunAt, {
      ...about,
      code: 'come-back',
      action: { by: 'form', form: { name: 'come-back', thing: key } },
    }),
  ];
  if (understoodAt === null) {
    steps.push(
      limited(begunAt, LIMITS.understood, {
        ...about,
        code: 'understood',
        action: { by: 'command', command: { name: 'task.understand', task: key, byVoice: true } },
      }),
    );
  }
  return steps;
}

function decisionSteps(decision: DecisionRow, rows: DeskRows, person: string): OfferedStep[] {
  const { key, action, answers, status } = decision;
  const about = { thing: key, who: '', about: action };
  if (status === 'candidate') {
    return [
      limited(decision.proposedAt, LIMITS.candidate, {
        ...about,
        code: 'poll',
        action: { by: 'command', command: { name: 'decision.poll', decision: key } },
      }),
    ];
  }
  if (status === 'polled') {
    const polledAt = decision.polledAt ?? decision.proposedAt;
    const asked = polledPeople(rows);
    const isAnswered = (name: string): boolean => answers.some((given) => given.person === name);
    const mine: OfferedStep[] =
      asked.includes(person) && !isAnswered(person)
        ? [
            limited(
              polledAt,
              LIMITS.objections,
              {
                ...about,
                code: 'objection',
                who: person,
                action: { by: 'form', form: { name: 'answer', thing: key } },
              },
              polledAt,
            ),
          ]
        : [];
    const isHeard = asked.length > 0 && asked.every(isAnswered);
    const lastAt = Math.max(polledAt, ...answers.map(({ at }) => at));
    return [
      ...mine,
      limited(
        polledAt,
        LIMITS.objections,
        { ...about, code: 'take', action: { by: 'form', form: { name: 'take', thing: key } } },
        isHeard ? Math.min(lastAt, offeredFrom(polledAt, LIMITS.objections)) : undefined,
      ),
    ];
  }
  if (status !== 'proceeding' || decision.verified !== null) return [];
  const own = rows.tasks.filter((task) => task.decision === key);
  const doneAt = Math.max(...own.map(({ endedAt }) => endedAt ?? Number.POSITIVE_INFINITY));
  const takenAt = decision.takenAt ?? decision.proposedAt;
  const isDone = own.length > 0 && Number.isFinite(doneAt);
  return [
    limited(
      takenAt,
      LIMITS.verify,
      {
        ...about,
        code: 'verify',
        who: decision.executor ?? '',
        action: { by: 'form', form: { name: 'verify', thing: key } },
      },
      isDone ? Math.min(doneAt, offeredFrom(takenAt, LIMITS.verify)) : undefined,
    ),
  ];
}

/**
 * Whoever reported once is asked for a new word before the last is stale, and so is whoever has a task
 * that is longer than that: shorter ones are come back to anyway.
 */
function reportSteps({ incident, reports, tasks }: DeskRows): OfferedStep[] {
  const lastAt = new Map(reports.map(({ from, latest }) => [from, latest.at]));
  for (const { status, person, begunAt, dueAt, reports: words } of tasks) {
    if (status !== 'open' || dueAt - begunAt <= LIMITS.report) continue;
    const at = Math.max(begunAt, ...words.map((word) => word.at));
    lastAt.set(person, Math.max(lastAt.get(person) ?? 0, at));
  }
  return [...lastAt].map(([from, at]) =>
    limited(at, LIMITS.report, {
      code: 'report',
      thing: incident.key,
      who: from,
      about: '',
      action: { by: 'form', form: { name: 'report', thing: incident.key, who: from } },
    }),
  );
}

function updateSteps({ incident, updates }: DeskRows): OfferedStep[] {
  return (Object.keys(incident.cadence) as Audience[]).flatMap((audience) => {
    const cadence = incident.cadence[audience];
    if (!cadence) return [];
    const published = updates
      .filter((update) => update.audience === audience)
      .map(({ publishedAt }) => publishedAt);
    return [
      limited(Math.max(cadence.since, ...published), cadence.everyMs, {
        code: 'update' as const,
        thing: incident.key,
        who: audience,
        about: '',
        action: {
          by: 'window' as const,
          id: `updates.write-${audience}`,
          view: 'updates' as const,
        },
      }),
    ];
  });
}

function spanSteps({ incident, tasks }: DeskRows): OfferedStep[] {
  return spansOf(incident, tasks)
    .filter(({ isTooWide }) => isTooWide)
    .map(({ lead, people }) => {
      // Since the newest of their tasks was given, as far as can be told.
      const since = Math.max(
        incident.declaredAt,
        ...tasks
          .filter(({ status, person }) => status === 'open' && people.includes(person))
          .map(({ assignedAt }) => assignedAt),
      );
      return {
        code: 'span',
        thing: incident.key,
        who: lead,
        about: String(people.length),
        dueAt: since,
        from: since,
        action: { by: 'window', id: 'incident.form-team', view: null },
      };
    });
}

/** What is left when the call ends: offered as soon as nothing is open any more. */
function signOffSteps({ incident, tasks }: DeskRows): OfferedStep[] {
  const { phase, phases, signedOff } = incident;
  if (phase !== 'mitigated' && phase !== 'resolved') return [];
  const since = phases.findLast((entry) => entry.phase === phase)?.at ?? incident.declaredAt;
  if (signedOff !== null && signedOff.at >= since) return [];
  if (phase === 'mitigated' && tasks.some(({ status }) => status === 'open')) return [];
  return [
    limited(
      since,
      LIMITS.signOff,
      {
        code: 'sign-off',
        thing: incident.key,
        who: '',
        about: '',
        action: { by: 'form', form: { name: 'sign-off', thing: incident.key } },
      },
      since,
    ),
  ];
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
