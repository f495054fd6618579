import { useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { Runbook, RunbookAsk } from '../../../shared/runbooks/format.ts';
import type { RunPosition } from '../../../shared/runbooks/next-step.ts';
import { isOutOfTurn } from '../../../shared/runbooks/run-end.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { formatClock } from '../../kit/format.ts';
import { SentMark } from '../../kit/marks.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Time } from '../../kit/time.tsx';
import { dialogStore, viewStore } from '../../room/navigation.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { sessionStore } from '../../room/session.ts';
import { FinishDialog } from './finish-dialog.tsx';
import { approverField, noteField, useRunActions, type RunActions } from './run-actions.ts';
import { hasOtherText, leftOutOf, positionOf, summaryOf, type StepRecord } from './run-model.ts';
import { HandOverDialog } from './hand-over-dialog.tsx';
import { LeftOutList } from './left-out.tsx';
import type { Asking } from './out-of-turn.ts';
import { recordedWords, RunStep } from './run-step.tsx';
import { runStore } from './run-store.ts';
import { Blocks } from './runbook-document.tsx';
import { useRunbookText } from './runbook-text.ts';
import styles from './run.module.css';
import { visibleText } from '../../kit/visible-text.ts';
import { useWriteBlock } from '../../room/write-block.ts';

const ANSWER_KEYS = 9;
const NO_RECORDS: readonly StepRecord[] = [];
const NO_COMMANDS = [] as const;

/** A run from its head to its last step, at the desk's position. */
export function RunView(props: { readonly run: RunRow; readonly size: 'panel' | 'full' }) {
  const t = useText();
  const { run } = props;
  const text = useRunbookText(run.digest);
  return (
    <div
      className={classes(styles['run'], styles[`run-${props.size}`])}
      data-testid="run"
      data-run={run.key}
      data-status={run.status}
    >
      {text.state === 'reading' ? <Spinner label={t('runbooks.reading')} /> : null}
      {text.state === 'missing' ? <MissingText run={run} /> : null}
      {text.state === 'held' && text.text.runbook ? (
        <OpenRun key={run.key} run={run} runbook={text.text.runbook} size={props.size} />
      ) : null}
    </div>
  );
}

function OpenRun(props: {
  readonly run: RunRow;
  readonly runbook: Runbook;
  readonly size: 'panel' | 'full';
}) {
  const t = useText();
  const { run, runbook } = props;
  const block = useWriteBlock();
  const position = useMemo(() => positionOf(runbook, run), [runbook, run]);
  const records = useMemo(() => groupRecords(run), [run]);
  const recorder = useRunActions(run);
  const isBlocked = block !== null || run.status !== 'running';
  const [chosen, setChosen] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [ending, setEnding] = useState<'completed' | 'abandoned' | null>(null);
  const [isHandingOver, setHandingOver] = useState(false);
  const [lacking, setLacking] = useState<{ step: string; what: 'note' | 'approver' } | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const focus = useStore(runStore, (state) => state.focus);

  const order = runbook.steps;
  const isRunning = run.status === 'running';
  const cursor = chosen ?? (isRunning ? (position.current ?? order.at(-1)?.id ?? null) : null);
  const step = order.find((known) => known.id === cursor);
  const progress = position.steps.find((known) => known.stepId === cursor);

  // When the run goes on, so does what is looked at, and the keyboard with it.
  const { current, arrivedAt } = position;
  const shownFor = useRef<string | null>(null);
  const arrived = useRef(0);
  useEffect(() => {
    const before = shownFor.current;
    if (before === current && arrived.current === arrivedAt) return;
    shownFor.current = current;
    arrived.current = arrivedAt;
    setChosen(null);
    setAsking(null);
    const isMove = before !== null && before !== current;
    showStep(root.current, current, isMove && isInside(root.current));
  }, [current, arrivedAt]);
  // The keyboard comes only when it is asked for.
  const focusSeen = useRef(0);
  useEffect(() => {
    if (focusSeen.current === focus) return;
    focusSeen.current = focus;
    setChosen(null);
    showStep(root.current, current, true);
  }, [focus, current]);

  /** Asks for what a record still lacks before it is kept: a note, who agreed, why it is taken now. */
  const record: RunActions['record'] = async (known, outcome, more = {}) => {
    const drafts = sessionStore.getState().session?.drafts ?? {};
    const written = (field: string): string => (drafts[field] ?? '').trim();
    let { answer } = more;
    setLacking(null);
    if (outcome === 'done' && known.approve !== undefined && answer === undefined) {
      answer = written(approverField(run.key, known.id));
      if (answer === '') {
        setChosen(known.id);
        setLacking({ step: known.id, what: 'approver' });
        return false;
      }
    }
    const note = more.note ?? written(noteField(run.key, known.id));
    if (outcome === 'done' && known.record !== undefined && note === '') {
      setChosen(known.id);
      setLacking({ step: known.id, what: 'note' });
      requestAnimationFrame(() => focusNote(root.current, known.id));
      return false;
    }
    if (isOutOfTurn(position, known.id) && more.reason === undefined) {
      setChosen(known.id);
      setAsking({ outcome, answer });
      return false;
    }
    return recorder.record(known, outcome, {
      ...more,
      ...(answer === undefined ? {} : { answer }),
    });
  };
  const actions: RunActions = { isBusy: recorder.isBusy, record };

  const goToStep = (id: string | undefined): void => {
    if (id === undefined) return;
    setChosen(id);
    setAsking(null);
    requestAnimationFrame(() => showStep(root.current, id, true));
  };
  const move = (by: number): void => {
    const place = order.findIndex((known) => known.id === cursor);
    goToStep(order[Math.max(0, Math.min(order.length - 1, place + by))]?.id);
  };

  // Single letters record something for ever: only where the run is what is being used.
  const isUsed = (): boolean => isInUse(root.current);
  const mayRecord = (): boolean =>
    isUsed() && !isBlocked && asking === null && progress?.state !== 'not-reached';
  const answers: UiCommand[] = Array.from({ length: ANSWER_KEYS }, (_, place) => ({
    id: `run.answer-${String(place + 1)}`,
    group: 'runbooks',
    titleKey: 'runbooks.command.answer',
    titleParams: () => ({ number: place + 1 }),
    shortcut: String(place + 1),
    isEnabled: () => mayRecord() && isChoice(step?.ask) && step?.ask?.answers[place] !== undefined,
    run: () => {
      const answer = step?.ask?.answers[place]?.answer;
      if (step && answer !== undefined) void actions.record(step, 'answered', { answer });
    },
  }));
  useCommands([
    {
      id: 'run.next-step',
      group: 'runbooks',
      titleKey: 'runbooks.command.next',
      shortcut: ['J', 'ArrowDown'],
      isEnabled: isUsed,
      run: () => move(1),
    },
    {
      id: 'run.previous-step',
      group: 'runbooks',
      titleKey: 'runbooks.command.previous',
      // Under review K belongs to the switch between the two kinds of review.
      shortcut: block === 'review' ? ['ArrowUp'] : ['K', 'ArrowUp'],
      isEnabled: isUsed,
      run: () => move(-1),
    },
    {
      id: 'run.step-done',
      group: 'runbooks',
      titleKey: 'runbooks.command.done',
      shortcut: 'D',
      isEnabled: () => mayRecord() && step !== undefined && step.ask === undefined,
      run: () => void (step && actions.record(step, 'done')),
    },
    {
      id: 'run.step-skip',
      group: 'runbooks',
      titleKey: 'runbooks.command.skip',
      shortcut: 'S',
      isEnabled: mayRecord,
      run: () => setAsking({ outcome: 'skipped' }),
    },
    {
      id: 'run.step-failed',
      group: 'runbooks',
      titleKey: 'runbooks.command.failed',
      shortcut: 'F',
      isEnabled: mayRecord,
      run: () => setAsking({ outcome: 'failed' }),
    },
    {
      id: 'run.step-note',
      group: 'runbooks',
      titleKey: 'runbooks.command.note',
      shortcut: 'N',
      isEnabled: mayRecord,
      run: () => focusNote(root.current, cursor),
    },
    ...answers,
    {
      id: 'run.hand-over',
      group: 'runbooks',
      titleKey: 'runbooks.command.handOver',
      isEnabled: () => !isBlocked,
      run: () => setHandingOver(true),
    },
    {
      id: 'run.finish',
      group: 'runbooks',
      titleKey: 'runbooks.command.finish',
      isEnabled: () => !isBlocked,
      run: () => setEnding('completed'),
    },
    {
      id: 'run.abandon',
      group: 'runbooks',
      titleKey: 'runbooks.command.abandon',
      isEnabled: () => !isBlocked,
      run: () => setEnding('abandoned'),
    },
  ]);

  return (
    <>
      <RunHead
        run={run}
        runbook={runbook}
        position={position}
        isBlocked={isBlocked}
        onEnd={setEnding}
        onHandOver={() => setHandingOver(true)}
      />
      <div className={styles['scroll']} ref={root} tabIndex={-1}>
        {block ? <p className={styles['blocked']}>{t(`run.blocked.${block}`)}</p> : null}
        {run.status === 'running' ? null : (
          <Ended run={run} runbook={runbook} position={position} />
        )}
        {runbook.intro.length > 0 ? (
          <details
            className={styles['intro']}
            open={run.steps.length === 0 && props.size === 'full'}
          >
            <summary>{t('runbooks.before')}</summary>
            <Blocks blocks={runbook.intro} commands={NO_COMMANDS} isIntro />
          </details>
        ) : null}
        <ol className={styles['steps']}>
          {order.map((known, index) => {
            const state = position.steps[index];
            if (!state) return null;
            const isOpen = known.id === cursor || (known.id === position.current && !isBlocked);
            return (
              <RunStep
                key={known.id}
                size={props.size}
                run={run}
                runbook={runbook}
                step={known}
                index={index}
                progress={state}
                records={records.get(known.id) ?? NO_RECORDS}
                waitUntil={known.id === position.current ? position.waitUntil : null}
                isOpen={isOpen}
                isCursor={known.id === cursor}
                isBlocked={isBlocked}
                asking={known.id === cursor ? asking : null}
                lacking={lacking?.step === known.id ? lacking.what : null}
                actions={actions}
                onCursor={() => {
                  setChosen(known.id);
                  if (known.id !== cursor) setAsking(null);
                }}
                onRecorded={() => {
                  setChosen(null);
                  setAsking(null);
                  requestAnimationFrame(() => showStep(root.current, shownFor.current, true));
                }}
                onAsk={(next) => {
                  setChosen(known.id);
                  setAsking(next);
                  if (next === null)
                    requestAnimationFrame(() => showStep(root.current, known.id, true));
                }}
              />
            );
          })}
        </ol>
        {position.finished && !isBlocked ? (
          <Banner
            tone="success"
            title={t('run.through')}
            actions={
              <Button look="primary" onPress={() => setEnding('completed')} testId="run-finish">
                {t('run.finish')}
              </Button>
            }
          >
            {t('run.through.why')}
          </Banner>
        ) : null}
      </div>
      {isHandingOver ? <HandOverDialog run={run} onClose={() => setHandingOver(false)} /> : null}
      {ending ? (
        <FinishDialog
          run={run}
          runbook={runbook}
          position={position}
          outcome={ending}
          onClose={() => setEnding(null)}
        />
      ) : null}
    </>
  );
}

function RunHead(props: {
  readonly run: RunRow;
  readonly runbook: Runbook | null;
  readonly position: RunPosition | null;
  readonly isBlocked: boolean;
  readonly onEnd: (outcome: 'completed' | 'abandoned') => void;
  readonly onHandOver: () => void;
}) {
  const t = useText();
  const { run, runbook, position } = props;
  const handOver = run.handOvers.at(-1);
  const alert = useRow('alerts', run.alert);
  const incident = useRow('incidents', run.incident);
  const isOther = hasOtherText(run, useRowList('runbooks'));
  const pending = summaryOf(run, 0).pending;
  const count = runbook?.steps.length ?? 0;
  const place = position?.steps.findIndex((step) => step.state === 'current') ?? -1;
  return (
    <header className={styles['head']}>
      <div className={styles['headMain']}>
        <h3 className={styles['title']} dir="auto">
          {visibleText(run.title)}
        </h3>
        <p className={styles['meta']}>
          {run.status === 'running' ? (
            <strong className={styles['progress']}>
              {position?.finished
                ? t('run.progress.end')
                : runbook
                  ? t('run.progress', { current: place + 1, count })
                  : t('run.status.running')}
            </strong>
          ) : (
            <strong>{t(`run.status.${run.status}`)}</strong>
          )}
          <span>
            <Time moment={run.startedAt} /> <bdi>{t('run.startedBy', { name: run.startedBy })}</bdi>
          </span>
          {handOver ? (
            <span
              className={styles['heldBy']}
              data-testid="run-held-by"
              title={t('run.handOver.by', {
                from: handOver.from,
                to: handOver.to,
                comment: handOver.comment,
              })}
            >
              <bdi>{t('run.heldBy', { name: visibleText(run.heldBy) })}</bdi>{' '}
              <Time moment={handOver.at} />
              {handOver.comment === '' ? null : <bdi> — {visibleText(handOver.comment)}</bdi>}
            </span>
          ) : null}
          {alert ? (
            <button type="button" className={styles['metaLink']} onClick={() => select(alert.key)}>
              {t('run.forAlert', { alert: visibleText(alert.name) })}
            </button>
          ) : null}
          {incident ? <span className={styles['metaLong']}>{incident.severity}</span> : null}
          <span
            className={styles['metaLong']}
            title={t('run.pinned.title', { digest: run.digest })}
            data-testid="run-digest"
          >
            {t('run.pinned', { digest: run.digest.slice(0, 8) })}
          </span>
          {isOther ? <Badge tone="info">{t('run.otherText')}</Badge> : null}
          {pending > 0 ? (
            <span className={styles['pending']} data-testid="run-pending">
              <SentMark sent="pending" isWordHidden /> {t('run.pending', { count: pending })}
            </span>
          ) : null}
        </p>
      </div>
      {props.isBlocked ? null : (
        <Menu
          label={t('run.more')}
          trigger={
            <Button size="s" icon="chevron-down" testId="run-end">
              {t('run.more')}
            </Button>
          }
          entries={[
            {
              id: 'hand-over',
              label: t('run.handOver'),
              icon: 'person',
              run: props.onHandOver,
            },
            {
              id: 'finish',
              label: t(position?.finished ? 'run.finish' : 'run.finish.early'),
              icon: 'check',
              run: () => props.onEnd('completed'),
            },
            {
              id: 'abandon',
              label: t('run.abandon'),
              icon: 'close',
              run: () => props.onEnd('abandoned'),
            },
          ]}
        />
      )}
    </header>
  );
}

/** What became of a run that is over. */
function Ended(props: {
  readonly run: RunRow;
  readonly runbook: Runbook;
  readonly position: RunPosition;
}) {
  const t = useText();
  const { run, runbook, position } = props;
  if (run.status === 'running') return null;
  const summary = summaryOf(run, run.endedAt ?? run.startedAt);
  const time = formatClock(summary.lastedMs);
  const isClean = leftOutOf(runbook, run, position).length === 0;
  return (
    <section className={styles['ended']} data-testid="run-ended">
      <p>
        <strong>{t(`run.ended.${run.status}`, { time })}</strong>{' '}
        {run.endedAt === null ? null : <Time moment={run.endedAt} />}
      </p>
      {isClean ? <p>{t('run.ended.clean')}</p> : null}
      <LeftOutList run={run} runbook={runbook} position={position} />
    </section>
  );
}

/** The run of a text that is not on this desk: what was recorded is still shown. */
function MissingText(props: { readonly run: RunRow }) {
  const t = useText();
  const { run } = props;
  return (
    <>
      <RunHead
        run={run}
        runbook={null}
        position={null}
        isBlocked
        onEnd={() => {}}
        onHandOver={() => {}}
      />
      <div className={styles['scroll']}>
        <EmptyState icon="file" title={t('run.missing.title')} why={t('run.missing.why')} />
        <ol className={styles['steps']}>
          {run.steps.map((record) => (
            <li key={record.factId} className={styles['record']} data-testid="step-record">
              <Time moment={record.at} />
              <span className={styles['recordText']}>
                <bdi className={styles['who']}>{record.by}</bdi>{' '}
                <bdi>{visibleText(record.title)}</bdi>
                {': '}
                <strong>{recordedWords(record, t)}</strong>
                {record.note === null ? null : <bdi> — {visibleText(record.note, true)}</bdi>}
              </span>
              <SentMark sent={record.sent} />
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

function groupRecords(run: RunRow): ReadonlyMap<string, readonly StepRecord[]> {
  const groups = new Map<string, StepRecord[]>();
  for (const record of run.steps) {
    const group = groups.get(record.step);
    if (group) group.push(record);
    else groups.set(record.step, [record]);
  }
  return groups;
}

/** Answers that have a key each. */
function isChoice(ask: RunbookAsk | undefined): boolean {
  return ask !== undefined && (ask.form === undefined || ask.form === 'yes-no');
}

function focusNote(root: HTMLElement | null, step: string | null): void {
  root?.querySelector<HTMLElement>(`[data-step-id="${CSS.escape(step ?? '')}"] textarea`)?.focus();
}

function isInside(root: HTMLElement | null): boolean {
  return root?.contains(document.activeElement) ?? false;
}

/** Whether keys are meant for the run: it has the focus, or it is the view and nothing has. */
function isInUse(root: HTMLElement | null): boolean {
  if (root === null) return false;
  const { dialog } = dialogStore.getState();
  if (dialog === 'palette' || dialog === 'shortcuts') return true;
  if (isInside(root)) return true;
  const isFree = document.activeElement === null || document.activeElement === document.body;
  return isFree && viewStore.getState().view === 'runbooks';
}

/** Brings a step into sight; with the keyboard when it was in the run already. */
function showStep(root: HTMLElement | null, id: string | null, takeFocus: boolean): void {
  if (root === null || id === null) return;
  const head = root.querySelector<HTMLElement>(`[data-step-head="${CSS.escape(id)}"]`);
  if (!head) return;
  const item = head.closest('li') ?? head;
  const box = item.getBoundingClientRect();
  const frame = root.getBoundingClientRect();
  if (box.top < frame.top || box.bottom > frame.bottom) {
    root.scrollTop += box.top - frame.top;
  }
  if (takeFocus) head.focus({ preventScroll: true });
}
