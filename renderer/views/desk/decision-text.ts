import type { DecisionRow } from '../../../shared/ipc/rows.ts';
import type { Translate } from '../../i18n/text.ts';

/** Whose strong objections stand, by name. */
export function strongObjectionsOf(decision: Pick<DecisionRow, 'answers'>): readonly string[] {
  return decision.answers.flatMap(({ person, objection }) =>
    objection === 'strong' ? [person] : [],
  );
}

/**
 * The record of a decision in one line: "Polled for X. No strong objections. Proceeding. Y
 * executes." Source of the form: PagerDuty's incident response documentation, incident commander.
 */
export function decisionSentence(
  decision: Pick<DecisionRow, 'action' | 'answers' | 'polledAt'>,
  taken: {
    readonly proceed: boolean;
    readonly executor: string | null;
    readonly overrules: readonly string[];
    readonly reason: string;
  },
  t: Translate,
): string {
  const strong = strongObjectionsOf(decision);
  const isPolled = decision.polledAt !== null;
  const isOverruled = taken.proceed && strong.every((name) => taken.overrules.includes(name));
  const objections = !isPolled
    ? t('desk.sentence.notPolled')
    : strong.length === 0
      ? t('desk.sentence.noObjections')
      : t(isOverruled ? 'desk.sentence.overruled' : 'desk.sentence.objections', {
          names: strong.join(', '),
        });
  const outcome = taken.proceed
    ? t('desk.sentence.proceeding', { who: taken.executor ?? '…' })
    : t('desk.sentence.notProceeding');
  return t('desk.sentence', {
    what: t(isPolled ? 'desk.sentence.polled' : 'desk.sentence.for', { action: decision.action }),
    objections,
    outcome,
    reason: taken.reason.trim(),
  }).trim();
}
