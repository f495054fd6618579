import type { DecisionRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { copyText } from '../../room/clipboard.ts';
import { useNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import { decisionSentence, strongObjectionsOf } from './decision-text.ts';
import { polledPeople } from './desk-rows.ts';
import { DeskRow, type RowAction, type RowTone } from './desk-row.tsx';
import { openDeskForm, type FormName } from './desk-store.ts';
import styles from './desk.module.css';
import { Due, dueTone } from './due.tsx';
import { LIMITS } from './next-steps.ts';
import { decisionsInOrder } from './order.ts';
import { Unsent } from './unsent.tsx';
import type { Desk } from './use-desk.ts';

/** Candidate actions with their risk, the poll, the decision, and what came of it. */
export function DecisionPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const now = useNow();
  const { desk, isBlocked } = props;
  const decisions = decisionsInOrder(desk.rows.decisions);
  return (
    <Panel
      title={t('desk.decisions')}
      testId="desk-decisions"
      toolbar={
        <Button
          size="s"
          icon="plus"
          shortcut="Shift+N"
          isDisabled={isBlocked}
          onPress={() => openDeskForm({ name: 'candidate', thing: desk.rows.incident.key })}
          testId="desk-propose"
        >
          {t('desk.decisions.propose')}
        </Button>
      }
    >
      {decisions.length === 0 ? <p className={styles['none']}>{t('desk.decisions.none')}</p> : null}
      <ul aria-label={t('desk.decisions')}>
        {decisions.map((decision) => (
          <DecisionLine
            key={decision.key}
            decision={decision}
            desk={desk}
            now={now}
            isBlocked={isBlocked}
          />
        ))}
      </ul>
    </Panel>
  );
}

function DecisionLine(props: {
  readonly decision: DecisionRow;
  readonly desk: Desk;
  readonly now: number;
  readonly isBlocked: boolean;
}) {
  const t = useText();
  const { decision, desk, now, isBlocked } = props;
  const state = decision.verified === null ? decision.status : 'verified';
  const status =
    decision.verified === null
      ? t(`desk.decision.${decision.status}`)
      : t(`entry.outcome.${decision.verified.outcome}`);
  const isTaken = decision.takenAt !== null;
  const sentence = decisionSentence(
    decision,
    {
      proceed: decision.status === 'proceeding',
      executor: decision.executor,
      overrules: decision.overrules,
      reason: decision.reason,
    },
    t,
  );
  const answered = new Set(decision.answers.map(({ person }) => person));
  const asked = polledPeople(desk.rows);
  const missing = asked.filter((person) => !answered.has(person));
  const strong = strongObjectionsOf(decision);
  return (
    <DeskRow
      testId="desk-decision"
      thing={decision.key}
      tone={toneOf(decision, now)}
      lead={
        <span className={styles['state']}>
          {state === 'polled' && decision.polledAt !== null ? (
            <Due dueAt={decision.polledAt + LIMITS.objections} now={now} />
          ) : (
            status
          )}
        </span>
      }
      state={status}
      main={
        <>
          <span className={styles[`risk-${decision.risk}`]}>
            {t(`entry.risk.${decision.risk}`)}
          </span>
          <ForeignText className={styles['words']} text={decision.action} />
        </>
      }
      under={
        isTaken ? (
          <span className={styles['under']}>
            <span className={styles['record']} data-testid="decision-record">
              <ForeignText text={sentence} />
            </span>
            {decision.verified !== null && decision.verified.text !== '' ? (
              <span className={styles['said']}>
                <ForeignText text={decision.verified.text} />
              </span>
            ) : null}
            <Unsent sent={decision.sent} />
          </span>
        ) : (
          <span className={styles['under']}>
            {(['danger', 'expected', 'undo'] as const).map((field) =>
              decision[field] === '' ? null : (
                <span key={field} className={styles['said']}>
                  <span className={styles['tag']}>{t(`desk.decision.${field}`)}</span>{' '}
                  <ForeignText text={decision[field]} />
                </span>
              ),
            )}
            {strong.length > 0 ? (
              <Badge tone="critical">
                <ForeignText text={t('desk.decision.strong', { names: strong.join(', ') })} />
              </Badge>
            ) : null}
            {state === 'polled' ? (
              <span>
                {missing.length > 0 ? (
                  <ForeignText text={t('desk.decision.missing', { names: missing.join(', ') })} />
                ) : (
                  t('desk.decision.heard', { count: decision.answers.length })
                )}
              </span>
            ) : null}
            {decision.status === 'withdrawn' ? <ForeignText text={decision.reason} /> : null}
            <Unsent sent={decision.sent} />
          </span>
        )
      }
      actions={actionsOf()}
      isFirstShown={state === 'candidate' || state === 'polled' || state === 'proceeding'}
      isBlocked={isBlocked}
    />
  );

  function actionsOf(): readonly RowAction[] {
    const form = (name: FormName, letter: string): RowAction => ({
      id: name,
      letter,
      label: t(`desk.decision.do.${name as 'take'}`),
      run: () => openDeskForm({ name, thing: decision.key }),
    });
    const poll: RowAction = {
      id: 'poll',
      letter: 'P',
      label: t('desk.decision.do.poll'),
      run: () => void runCommand({ name: 'decision.poll', decision: decision.key }),
    };
    const copy: RowAction = {
      id: 'copy',
      letter: 'C',
      label: t('desk.decision.do.copy'),
      isReading: true,
      run: () => void copySentence(),
    };
    switch (state) {
      case 'candidate':
        return [poll, form('take', 'T'), form('withdraw', 'X')];
      case 'polled':
        return missing.length > 0
          ? [form('answer', 'A'), form('take', 'T'), form('withdraw', 'X')]
          : [form('take', 'T'), form('answer', 'A'), form('withdraw', 'X')];
      case 'proceeding':
        return [form('verify', 'V'), copy];
      case 'verified':
        return [copy, form('verify', 'V')];
      case 'rejected':
        return [copy];
      case 'withdrawn':
        return [];
    }
  }

  async function copySentence(): Promise<void> {
    if (await copyText(sentence)) showToast({ tone: 'success', title: t('desk.decision.copied') });
  }
}

function toneOf(decision: DecisionRow, now: number): RowTone {
  if (decision.status === 'polled' && decision.polledAt !== null) {
    return dueTone(decision.polledAt, decision.polledAt + LIMITS.objections, now);
  }
  if (decision.status === 'proceeding' && decision.verified === null) {
    const takenAt = decision.takenAt ?? now;
    return dueTone(takenAt, takenAt + LIMITS.verify, now);
  }
  return decision.status === 'candidate' ? 'plain' : 'over';
}
