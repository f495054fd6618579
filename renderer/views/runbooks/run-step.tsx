import { useEffect, useRef, useState } from 'react';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { Runbook, RunbookStep } from '../../../shared/runbooks/format.ts';
import type { StepProgress } from '../../../shared/runbooks/next-step.ts';
import { useText, type TextKey } from '../../i18n/text.ts';
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
import { noteField, type RunActions } from './run-actions.ts';
import { Blocks } from './runbook-document.tsx';
import styles from './run.module.css';
import { StepTimer } from './step-timer.tsx';
import { visibleText } from '../../kit/visible-text.ts';

export type Asking = 'skipped' | 'failed';

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
          rows={1}
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
            <strong>
              {t(`step.recorded.${record.outcome}`, { answer: visibleText(record.answer ?? '') })}
            </strong>
            {record.note === null ? null : <bdi> — {visibleText(record.note, true)}</bdi>}
          </span>
          <SentMark sent={record.sent} />
        </li>
      ))}
    </ul>
  );
}

function Ask(props: StepProps) {
  const t = useText();
  const { step, runbook, index, records, progress, actions } = props;
  const { ask } = step;
  if (!ask) return null;
  const last = records.at(-1);
  const isOff = props.isBlocked || progress.state === 'not-reached' || actions.isBusy;
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
          {t('step.done')}
        </Button>
      )}
      <Button
        look="normal"
        icon="skip"
        shortcut="S"
        isDisabled={isOff}
        size={size === 'panel' ? 's' : 'm'}
        onPress={() => props.onAsk('skipped')}
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
        onPress={() => props.onAsk('failed')}
        testId="step-failed"
      >
        {t('step.failed')}
      </Button>
    </div>
  );
}

/** Asks why a step is skipped or what went wrong; what was noted already stands in it. */
function Reason(props: StepProps & { readonly asking: Asking }) {
  const t = useText();
  const { step, run, asking, actions, onAsk } = props;
  const [note, setNote] = useDraft(noteField(run.key, step.id));
  const [isTried, setTried] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    root.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const word = asking === 'skipped' ? 'skip' : 'failed';
  const submit = async (): Promise<void> => {
    setTried(true);
    if (note.trim() === '') return;
    if (await actions.record(step, asking, { note })) props.onRecorded();
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
        label={t(`step.${word}.reason`)}
        value={note}
        onChange={setNote}
        error={isTried && note.trim() === '' ? t('step.reason.missing') : null}
        onSubmit={() => void submit()}
        autoFocus
        testId="step-reason"
      />
      <div className={styles['actions']}>
        <Button
          look={asking === 'failed' ? 'danger' : 'primary'}
          shortcut="Enter"
          isDisabled={actions.isBusy}
          onPress={() => void submit()}
          testId="step-reason-confirm"
        >
          {t(`step.${word}.run`)}
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
