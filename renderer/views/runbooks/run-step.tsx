import { useEffect, useRef, useState } from 'react';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { Runbook, RunbookStep } from '../../../shared/runbooks/format.ts';
import type { StepProgress } from '../../../shared/runbooks/next-step.ts';
import { useText, type TextKey, type Translate } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { TextArea, TextField } from '../../kit/field.tsx';
import { formatSpan } from '../../kit/format.ts';
import { Icon, type IconName } from '../../kit/icons.tsx';
import { Kbd } from '../../kit/kbd.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { StepEvidence } from '../../room/evidence/step-evidence.tsx';
import { useDraft } from '../../room/session.ts';
import { isChosen, targetOf, type StepRecord } from './run-model.ts';
import { questionOf, type Asking } from './out-of-turn.ts';
import { approverField, noteField, type RunActions } from './run-actions.ts';
import { Blocks } from './runbook-document.tsx';
import styles from './run.module.css';
import { StepAction } from './step-action.tsx';
import { Approver, TypedAnswer } from './step-answer.tsx';
import { StepTimer } from './step-timer.tsx';
import { visibleText } from '../../kit/visible-text.ts';

const ICONS: Record<StepProgress['state'], IconName> = {
  current: 'arrow-right',
  done: 'check',
  skipped: 'skip',
  failed: 'close',
  pending: 'more',
  'not-reached': 'minus',
};

interface StepProps {
  readonly size: 'panel' | 'full';
  readonly run: RunRow;
  readonly runbook: Runbook;
  readonly step: RunbookStep;
  readonly index: number;
  readonly progress: StepProgress;
  readonly records: readonly StepRecord[];
  readonly waitUntil: number | null;
  readonly isOpen: boolean;
  readonly isCursor: boolean;
  /** Nothing can be recorded: under review, in a file, or the run is over. */
  readonly isBlocked: boolean;
  readonly asking: Asking | null;
  /** What was to be recorded and lacks something: the note, or who agreed. */
  readonly lacking: 'note' | 'approver' | null;
  readonly actions: RunActions;
  readonly onCursor: () => void;
  readonly onAsk: (asking: Asking | null) => void;
  readonly onRecorded: () => void;
}

/** One step of a run: what to do, what is expected, what was recorded, what can be. */
export function RunStep(props: StepProps) {
  const t = useText();
  const { step, progress, isOpen } = props;
  const last = props.records.at(-1);
  const isOver = props.run.status !== 'running';
  const isHeld = !isOver && progress.state === 'current' && progress.outcome?.outcome === 'failed';
  return (
    <li
      className={classes(
        styles['step'],
        styles[isOver && progress.state === 'current' ? 'is-pending' : `is-${progress.state}`],
        isHeld && styles['isHeld'],
        isOpen && styles['isOpen'],
        props.isCursor && styles['isCursor'],
      )}
      aria-current={progress.state === 'current' && !isOver ? 'step' : undefined}
      data-testid="run-step"
      data-step-id={step.id}
      data-state={progress.state}
      data-held={isHeld}
    >
      <button
        type="button"
        className={styles['stepHead']}
        aria-expanded={isOpen}
        onClick={props.onCursor}
        data-step-head={step.id}
      >
        <span className={styles['stepIcon']}>
          <Icon
            name={
              isHeld
                ? 'warning'
                : isOver && progress.state === 'current'
                  ? 'stop'
                  : ICONS[progress.state]
            }
            size="s"
          />
        </span>
        <span className={styles['stepNumber']}>{props.index + 1}</span>
        <span className={styles['stepTitle']} dir="auto">
          {visibleText(step.title)}
        </span>
        {isOpen || last === undefined ? null : (
          <span className={styles['stepBy']}>
            <bdi>{last.by}</bdi> <Time moment={last.at} />
            {last.sent === 'sent' ? null : <SentMark sent={last.sent} isWordHidden />}
          </span>
        )}
        <span className={styles['stepState']}>{t(stateWord(progress, isHeld, isOver))}</span>
      </button>
      {isOpen ? <StepBody {...props} isHeld={isHeld} /> : null}
    </li>
  );
}

function StepBody(props: StepProps & { readonly isHeld: boolean }) {
  const t = useText();
  const { step, progress, records } = props;
  const isCurrent = progress.state === 'current';
  const remark = remarkOf(step, progress, props.isBlocked);
  // What could be done at the moment under review is shown, but cannot be done there.
  const isShown = props.isBlocked
    ? isCurrent && props.run.status === 'running'
    : progress.state !== 'not-reached';
  return (
    <div className={styles['stepBody']}>
      {props.isHeld && !props.isBlocked ? (
        <p className={styles['held']} role="status">
          <strong>{t('step.held.title')}</strong> {t('step.held.why')}
        </p>
      ) : null}
      {remark ? <p className={styles['remark']}>{t(remark)}</p> : null}
      <Blocks blocks={step.body} commands={step.commands} />
      {step.action && progress.state !== 'not-reached' ? (
        <StepAction
          run={props.run}
          step={step}
          action={step.action}
          isActive={props.isCursor}
          isCurrent={isCurrent}
          isBlocked={props.isBlocked}
        />
      ) : null}
      {step.record === undefined ? null : (
        <p className={styles['recordWhat']} dir="auto">
          <span className={styles['label']}>{t('step.record')}</span>{' '}
          {visibleText(step.record, true)}
        </p>
      )}
      {step.approve === undefined || progress.state === 'not-reached' || props.isBlocked ? null : (
        <Approver
          field={approverField(props.run.key, step.id)}
          who={step.approve}
          isOff={props.actions.isBusy}
          isMissing={props.lacking === 'approver'}
          onSubmit={() => void props.actions.record(step, 'done', { isWritten: true })}
        />
      )}
      {isCurrent && props.waitUntil !== null && !props.isBlocked ? (
        <StepTimer until={props.waitUntil} waitMs={step.waitMs ?? 0} />
      ) : step.waitMs === undefined ? null : (
        <p className={styles['planned']}>
          <Icon name="clock" size="s" />{' '}
          {t('step.wait.planned', { time: formatSpan(step.waitMs, t) })}
        </p>
      )}
      <Results {...props} />
      <StepEvidence
        run={props.run.key}
        step={step.id}
        title={visibleText(step.title)}
        isCurrent={props.isCursor || isCurrent}
        isBlocked={props.isBlocked}
      />
      {records.length > 0 ? <Records records={records} /> : null}
      <div className={styles['foot']}>
        {step.ask && props.asking === null ? <Ask {...props} /> : null}
        {isShown ? <Actions {...props} /> : null}
      </div>
    </div>
  );
}

/** What is expected, beside the place for what is seen. */
function Results(props: StepProps) {
  const t = useText();
  const { step, run, isBlocked } = props;
  const [note, setNote] = useDraft(noteField(run.key, step.id));
  const hasField = !isBlocked && props.progress.state !== 'not-reached' && props.asking === null;
  if (step.expect === undefined && !hasField) return null;
  return (
    <div className={classes(styles['results'], step.expect !== undefined && styles['twoResults'])}>
      {step.expect === undefined ? null : (
        <div className={styles['expected']}>
          <span className={styles['label']}>{t('step.expected')}</span>
          <p dir="auto">{visibleText(step.expect, true)}</p>
        </div>
      )}
      {hasField ? (
        <TextArea
          label={t(step.expect === undefined ? 'step.note' : 'step.actual')}
          value={note}
          onChange={setNote}
          rows={step.record === undefined ? 1 : 3}
          error={props.lacking === 'note' && note.trim() === '' ? t('step.record.missing') : null}
          className={styles['actual']}
          testId="step-note"
        />
      ) : null}
    </div>
  );
}

function Records(props: { readonly records: readonly StepRecord[] }) {
  const t = useText();
  return (
    <ul className={styles['records']}>
      {props.records.map((record) => (
        <li key={record.factId} className={styles['record']} data-testid="step-record">
          <Time moment={record.at} />
          <span className={styles['recordText']}>
            <bdi className={styles['who']}>{record.by}</bdi>{' '}
            <strong>{recordedWords(record, t)}</strong>
            {record.note === null ? null : <bdi> — {visibleText(record.note, true)}</bdi>}
            {record.reason === null ? null : (
              <span className={styles['why']} data-testid="step-record-reason">
                {t('step.turn.recorded')} <bdi>{visibleText(record.reason, true)}</bdi>
              </span>
            )}
          </span>
          <SentMark sent={record.sent} />
        </li>
      ))}
    </ul>
  );
}

/** What was recorded, with the answer or who agreed. */
export function recordedWords(record: StepRecord, t: Translate): string {
  const answer = visibleText(record.answer ?? '');
  return record.outcome === 'done' && answer !== ''
    ? t('step.recorded.approved', { name: answer })
    : t(`step.recorded.${record.outcome}`, { answer });
}

function Ask(props: StepProps) {
  const t = useText();
  const { step, runbook, index, records, progress, actions } = props;
  const { ask } = step;
  if (!ask) return null;
  const last = records.at(-1);
  const isOff = props.isBlocked || progress.state === 'not-reached' || actions.isBusy;
  if (ask.form === 'number' || ask.form === 'text') {
    return (
      <TypedAnswer
        run={props.run.key}
        runbook={runbook}
        step={step}
        ask={ask}
        index={index}
        isOff={isOff}
        onAnswer={(answer) => void actions.record(step, 'answered', { answer, isWritten: true })}
      />
    );
  }
  return (
    <div className={styles['ask']} role="group" aria-label={ask.question}>
      <p className={styles['question']} dir="auto">
        {visibleText(ask.question)}
      </p>
      <div className={styles['answers']}>
        {ask.answers.map((offered, place) => {
          const target = targetOf(runbook.steps, index, offered.goTo);
          const leads = target
            ? t('step.answer.leads', { title: visibleText(target.title) })
            : t('step.answer.end');
          return (
            <button
              key={offered.answer}
              type="button"
              className={classes(
                styles['answer'],
                progress.state === 'current' && styles['answerNow'],
                isChosen(last, offered.answer) && styles['answerChosen'],
              )}
              disabled={isOff}
              aria-pressed={isChosen(last, offered.answer)}
              title={leads}
              onClick={() => void actions.record(step, 'answered', { answer: offered.answer })}
              data-testid="step-answer"
              data-answer={offered.answer}
            >
              <Kbd keys={String(place + 1)} />
              <span className={styles['answerText']}>
                <span dir="auto">{visibleText(offered.answer)}</span>
                <span className={styles['leads']}>{leads}</span>
              </span>
            </button>
          );
        })}
      </div>
    </div>
  );
}

function Actions(props: StepProps) {
  const t = useText();
  const { step, actions, asking, progress, size } = props;
  if (asking !== null) return <Reason {...props} asking={asking} />;
  const isCurrent = progress.state === 'current';
  const isOff = actions.isBusy || props.isBlocked;
  return (
    <div className={styles['actions']}>
      {step.ask ? null : (
        <Button
          look={isCurrent ? 'primary' : 'normal'}
          icon="check"
          shortcut="D"
          isDisabled={isOff}
          size={size === 'panel' ? 's' : 'm'}
          onPress={() => void actions.record(step, 'done')}
          testId="step-done"
        >
          {t(step.approve === undefined ? 'step.done' : 'step.approve.run')}
        </Button>
      )}
      <Button
        look="normal"
        icon="skip"
        shortcut="S"
        isDisabled={isOff}
        size={size === 'panel' ? 's' : 'm'}
        onPress={() => props.onAsk({ outcome: 'skipped' })}
        testId="step-skip"
      >
        {t('step.skip')}
      </Button>
      <Button
        look="normal"
        icon="close"
        shortcut="F"
        isDisabled={isOff}
        size={size === 'panel' ? 's' : 'm'}
        onPress={() => props.onAsk({ outcome: 'failed' })}
        testId="step-failed"
      >
        {t(step.approve === undefined ? 'step.failed' : 'step.approve.refused')}
      </Button>
    </div>
  );
}

/** Asks why a step is skipped, what went wrong, or why it is taken out of its turn. */
function Reason(props: StepProps & { readonly asking: Asking }) {
  const { asking, run, step } = props;
  const [note, setNote] = useDraft(noteField(run.key, step.id));
  const [reason, setReason] = useState('');
  const question = questionOf(asking);
  // What was noted already stands in it, where the note is the reason.
  const [text, setText] = question === 'turn' ? [reason, setReason] : [note, setNote];
  return <ReasonForm {...props} question={question} text={text} onText={setText} />;
}

function ReasonForm(
  props: StepProps & {
    readonly asking: Asking;
    readonly question: 'skip' | 'failed' | 'turn';
    readonly text: string;
    readonly onText: (text: string) => void;
  },
) {
  const t = useText();
  const { step, asking, actions, onAsk, question, text, onText } = props;
  const [isTried, setTried] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    root.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const submit = async (): Promise<void> => {
    setTried(true);
    if (text.trim() === '') return;
    const more =
      question === 'turn'
        ? {
            reason: text.trim(),
            ...(asking.answer === undefined ? {} : { answer: asking.answer }),
          }
        : {
            note: text,
            ...(props.progress.state === 'current' ? {} : { reason: text.trim() }),
          };
    if (await actions.record(step, asking.outcome, { ...more, isWritten: true }))
      props.onRecorded();
  };
  return (
    <div
      ref={root}
      role="presentation"
      className={styles['reason']}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onAsk(null);
      }}
    >
      <TextField
        label={t(`step.${question}.reason`)}
        value={text}
        onChange={onText}
        error={isTried && text.trim() === '' ? t('step.reason.missing') : null}
        onSubmit={() => void submit()}
        autoFocus
        testId="step-reason"
      />
      <div className={styles['actions']}>
        <Button
          look={asking.outcome === 'failed' ? 'danger' : 'primary'}
          shortcut="Enter"
          isDisabled={actions.isBusy}
          onPress={() => void submit()}
          testId="step-reason-confirm"
        >
          {t(`step.${question}.run`)}
        </Button>
        <Button look="quiet" onPress={() => onAsk(null)}>
          {t('kit.cancel')}
        </Button>
      </div>
    </div>
  );
}

function stateWord(progress: StepProgress, isHeld: boolean, isOver: boolean): TextKey {
  if (isOver && progress.state === 'current') return 'step.state.stopped';
  if (isOver && progress.state === 'pending') return 'step.state.undone';
  if (isHeld) return 'step.state.held';
  if (progress.state === 'done' && progress.outcome?.outcome === 'answered') {
    return 'step.state.answered';
  }
  return `step.state.${progress.state}`;
}

/** What to know before something is recorded out of turn. */
function remarkOf(step: RunbookStep, progress: StepProgress, isBlocked: boolean): TextKey | null {
  if (progress.state === 'not-reached') return 'step.off';
  if (isBlocked || progress.state === 'current') return null;
  if (progress.state === 'pending') return 'step.ahead';
  return step.ask ? 'step.again.ask' : 'step.again';
}
