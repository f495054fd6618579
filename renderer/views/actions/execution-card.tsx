import { useState } from 'react';
import { callText, succeeded } from '../../../shared/actions/plan.ts';
import type { ActionCall, CallResult } from '../../../shared/facts/execution.ts';
import type { ExecutionRow } from '../../../shared/ipc/rows.ts';
import type { Command } from '../../../shared/commands/command.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatBytes, formatClock, formatExactSpan } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { useNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import { useSession } from '../../room/session.ts';
import type { StepActionProps } from '../../room/step-action.ts';
import styles from './actions.module.css';
import { isEvidence, readExecution, type ExecutionReading } from './execution-model.ts';
import { useLiveOutput } from './use-catalogue.ts';

interface CardProps {
  readonly row: ExecutionRow;
  readonly run: StepActionProps['run'];
  readonly isLatest: boolean;
  readonly isActive: boolean;
  readonly isBlocked: boolean;
  readonly step: StepActionProps['step'];
  /** The run stands at the step, and what came of this was not recorded there yet. */
  readonly isRecordable: boolean;
  /** This desk. */
  readonly replica: string;
}

/** One execution: what is approved, by whom, and what came of it. */
export function ExecutionCard(props: CardProps) {
  const t = useText();
  const now = useNow();
  const { row, isLatest } = props;
  const reading = readExecution(row, props.run, now);
  const head = (
    <>
      <Time moment={row.proposedAt} />{' '}
      <bdi>{t('actions.proposed', { name: visibleText(row.proposedBy) })}</bdi>{' '}
      <span
        className={styles['digest']}
        title={t('actions.digest.title', { digest: row.digest })}
        data-testid="action-digest"
      >
        {t('actions.digest', { digest: row.digest.slice(0, 8) })}
      </span>{' '}
      <SentMark sent={row.sent} />
    </>
  );
  if (!isLatest) {
    return (
      <details className={styles['card']}>
        <summary>{head}</summary>
        <Course {...props} reading={reading} />
      </details>
    );
  }
  return (
    <div
      className={styles['card']}
      data-testid="execution"
      data-stage={reading.stage}
      data-execution={row.key}
    >
      <p className={styles['meta']}>{head}</p>
      <Course {...props} reading={reading} />
      {props.isBlocked ? null : <Actions {...props} reading={reading} />}
    </div>
  );
}

function Course(props: CardProps & { readonly reading: ExecutionReading }) {
  const t = useText();
  const now = useNow();
  const { row, reading, replica } = props;
  const { plan } = row;
  const isHere = row.replica === replica;
  const live = useLiveOutput(row.key, isHere && IN_MOTION.has(reading.stage));
  return (
    <>
      {row.takesBack === null ? null : (
        <p className={styles['faint']}>
          <Icon name="undo" size="s" /> {t('actions.takesBack')}:{' '}
          <bdi>{visibleText(plan.title)}</bdi>
        </p>
      )}
      <pre className={styles['code']} dir="ltr" data-testid="execution-call">
        {visibleText(callText(plan.call), true)}
      </pre>
      <Values of={plan.parameters} />
      <p className={styles['faint']} data-testid="execution-way-back">
        {plan.wayBack === null
          ? t('actions.noWayBack')
          : t('actions.wayBack', { entry: plan.wayBack.entry })}{' '}
        {plan.wayBack === null ? null : <Values of={plan.wayBack.parameters} />}
      </p>
      <p className={styles['faint']}>
        {isHere ? t('actions.desk.here') : t('actions.desk.other', { replica: row.replica })}
        {row.automatic ? ` · ${t('actions.automatic')}` : null}
      </p>
      {plan.dryRun === null ? null : (
        <Seen
          title={t('actions.rehearsal')}
          call={plan.dryRun}
          result={row.rehearsal?.result ?? null}
          waiting={
            row.started === null && row.withdrawn === null
              ? t(isHere ? 'actions.rehearsal.running' : 'actions.rehearsal.waiting')
              : null
          }
          testId="execution-rehearsal"
        />
      )}
      <Approvals row={row} reading={reading} />
      {row.withdrawn === null ? null : (
        <p className={styles['faint']} data-testid="execution-withdrawn">
          {t('actions.withdrawn', {
            name: visibleText(row.withdrawn.by),
            reason: visibleText(row.withdrawn.reason),
          })}
        </p>
      )}
      {row.contested ? (
        <p className={styles['warning']}>
          {t(row.started === null ? 'actions.contested' : 'actions.contested.ran')}
        </p>
      ) : null}
      {row.started === null ? null : (
        <>
          <p className={styles['meta']}>
            <Icon name="play" size="s" /> <Time moment={row.started.at} />{' '}
            <bdi>{t('actions.started', { name: visibleText(row.started.by) })}</bdi>
          </p>
          <Seen
            title={t('actions.ended')}
            call={plan.call}
            result={row.ended?.result ?? null}
            waiting={
              reading.stage === 'overdue'
                ? t('actions.overdue')
                : t(isHere ? 'actions.running' : 'actions.running.elsewhere', {
                    time: formatClock(Math.max(0, now - row.started.at)),
                    limit: formatClock(plan.timeoutMs),
                  })
            }
            live={reading.stage === 'running' ? live : null}
            testId="execution-result"
          />
          {row.ended?.result.outcome === 'unknown' ? (
            <p className={styles['warning']}>{t('actions.unknown.what')}</p>
          ) : null}
          {row.ended === null || plan.verify === null ? null : (
            <Seen
              title={
                row.verified === null
                  ? ''
                  : t(row.verified.passed ? 'actions.verified' : 'actions.verifiedNot')
              }
              call={plan.verify}
              result={row.verified?.result ?? null}
              isGood={row.verified?.passed}
              waiting={reading.stage === 'verifying' ? t('actions.verifying') : null}
              testId="execution-verification"
            />
          )}
          {plan.verify !== null && row.verified === null && reading.stage === 'over' ? (
            <p className={styles['warning']} data-testid="execution-not-verified">
              {t('actions.notVerified')}
            </p>
          ) : null}
        </>
      )}
    </>
  );
}

const IN_MOTION = new Set<ExecutionReading['stage']>(['running', 'rehearsing', 'verifying']);

function Approvals(props: { readonly row: ExecutionRow; readonly reading: ExecutionReading }) {
  const t = useText();
  const { row, reading } = props;
  const isOpen = row.started === null && row.withdrawn === null;
  if (reading.isByItself && row.approvals.length === 0) return null;
  const counted = new Set(
    isOpen ? reading.valid.map(({ factId }) => factId) : row.started?.approvals,
  );
  return (
    <>
      <p className={styles['meta']} data-testid="execution-approvals">
        <Icon name="person" size="s" />{' '}
        {t('actions.approvals', { count: counted.size, needed: reading.needed })}
        {isOpen && row.plan.effect === 'dangerous' ? (
          <span className={styles['faint']}>{t('actions.approve.others')}</span>
        ) : null}
      </p>
      {row.approvals.length === 0 ? null : (
        <ul className={styles['approvals']}>
          {row.approvals.map((approval) => (
            <li key={approval.factId}>
              <Time moment={approval.at} />{' '}
              <bdi>
                {t(counted.has(approval.factId) ? 'actions.approved' : 'actions.approvedOld', {
                  name: visibleText(approval.by),
                })}
              </bdi>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The values of parameters, each by its name. */
export function Values(props: { readonly of: Readonly<Record<string, string>> }) {
  const values = Object.entries(props.of);
  if (values.length === 0) return null;
  return (
    <span className={styles['values']} dir="ltr">
      {values.map(([name, value]) => (
        <code key={name}>{visibleText(`${name}: ${value}`, true)}</code>
      ))}
    </span>
  );
}

/** How a call ended and what it said; or that it is still awaited. */
function Seen(props: {
  readonly title: string;
  readonly call: ActionCall;
  readonly result: CallResult | null;
  readonly waiting: string | null;
  readonly live?: string | null;
  readonly isGood?: boolean | undefined;
  readonly testId: string;
}) {
  const t = useText();
  const { title, call, result, waiting, live } = props;
  if (result === null) {
    if (waiting === null) return null;
    return (
      <div data-testid={props.testId} data-outcome="waiting">
        <p className={styles['meta']} role="status">
          <Icon name="clock" size="s" /> {waiting}
        </p>
        {live ? (
          <pre className={styles['code']} dir="ltr" data-testid="execution-live">
            {visibleText(endOf(live), true)}
          </pre>
        ) : null}
      </div>
    );
  }
  const isGood = props.isGood ?? succeeded(call, result);
  const details = [
    result.outcome === 'exited' ? '' : t(`entry.callOutcome.${result.outcome}`),
    result.code === null ? '' : t(`actions.code.${call.kind}`, { code: result.code }),
    result.signal === null ? '' : t('actions.signal', { signal: result.signal }),
    t('actions.lasted', { time: formatExactSpan(result.lastedMs, t) }),
    result.isCut ? t('actions.cut', { bytes: formatBytes(result.outputBytes) }) : '',
  ].filter((part) => part !== '');
  return (
    <div data-testid={props.testId} data-outcome={result.outcome} data-good={isGood}>
      <p className={isGood ? styles['good'] : styles['bad']}>
        <Icon name={isGood ? 'check' : 'warning'} size="s" /> <strong>{title}</strong>{' '}
        {details.join(' · ')}
        {result.reason === '' ? null : <bdi> — {visibleText(result.reason)}</bdi>}
      </p>
      <p className={styles['call']} dir="ltr">
        {visibleText(callText(call), true)}
      </p>
      {result.outcome === 'not-started' || result.outcome === 'unknown' ? null : result.output ===
        '' ? (
        <p className={styles['faint']}>{t('actions.noOutput')}</p>
      ) : (
        <Output text={result.output} />
      )}
    </div>
  );
}

/** How much of a long output is shown unasked. */
const SHOWN = { lines: 12, length: 1_500 } as const;

function endOf(text: string): string {
  return text.trimEnd().split('\n').slice(-SHOWN.lines).join('\n').slice(-SHOWN.length);
}

/** The end of what was said, which mostly tells how it went, and the whole for who wants it. */
function Output(props: { readonly text: string }) {
  const t = useText();
  const { text } = props;
  const end = endOf(text);
  return (
    <>
      <pre className={styles['code']} dir="ltr">
        {visibleText(end, true)}
      </pre>
      {end === text.trimEnd() ? null : (
        <details className={styles['again']}>
          <summary>{t('actions.output.whole')}</summary>
          <pre className={styles['code']} dir="ltr">
            {visibleText(text, true)}
          </pre>
        </details>
      )}
    </>
  );
}

function Actions(props: CardProps & { readonly reading: ExecutionReading }) {
  const t = useText();
  const { row, reading, isActive } = props;
  const { plan } = row;
  const person = useSession()?.person ?? null;
  const [isBusy, setBusy] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const isHere = row.replica === props.replica;
  const isDangerous = plan.effect === 'dangerous';
  const isOpen = row.started === null && row.withdrawn === null && !row.contested;
  const hasRehearsed = reading.stage === 'to-approve' || reading.stage === 'to-start';
  const hasDeskApproved = isDangerous && reading.valid.some(({ from }) => from === props.replica);
  const mayApprove =
    hasRehearsed &&
    !reading.isByItself &&
    !hasDeskApproved &&
    !reading.valid.some(({ by }) => by === person) &&
    !(isDangerous && (row.proposedBy === person || row.proposedFrom === props.replica));
  const mayStart = reading.stage === 'to-start' && isHere;
  const send = async (command: Command): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    await runCommand(command);
    setBusy(false);
  };
  const execution = row.key;
  const { digest } = row;
  const short = digest.slice(0, 8);
  const approve = (): void => void send({ name: 'execution.approve', execution, digest });
  const start = (): void => void send({ name: 'execution.start', execution, digest });
  const withdraw = (): void => {
    if (reason === null || reason.trim() === '') return;
    void send({ name: 'execution.withdraw', execution, reason }).then(() => setReason(null));
  };
  const commands: UiCommand[] = [
    {
      id: 'action.approve',
      group: 'runbooks',
      titleKey: 'actions.command.approve',
      shortcut: 'Shift+A',
      isEnabled: () => mayApprove && !isBusy,
      run: approve,
    },
    {
      id: 'action.run',
      group: 'runbooks',
      titleKey: 'actions.command.run',
      shortcut: 'Shift+X',
      isEnabled: () => mayStart && !isBusy,
      run: start,
    },
    {
      id: 'action.withdraw',
      group: 'runbooks',
      titleKey: 'actions.command.withdraw',
      shortcut: 'Shift+W',
      isEnabled: () => isOpen && !isBusy,
      run: () => setReason(''),
    },
  ];
  useCommands(isActive ? commands : []);
  const key = (shortcut: string): string | undefined => (isActive ? shortcut : undefined);
  return (
    <>
      {reading.stage === 'to-approve' && hasDeskApproved ? (
        <p className={styles['faint']} data-testid="action-desk-approved">
          {t('refusal.desk-approved')}
        </p>
      ) : null}
      {reason === null ? null : (
        <TextField
          label={t('actions.withdraw.reason')}
          value={reason}
          onChange={setReason}
          onSubmit={withdraw}
          autoFocus
          testId="action-withdraw-reason"
        />
      )}
      <div className={styles['buttons']}>
        {mayApprove ? (
          <Button
            size="s"
            look="primary"
            icon="check"
            shortcut={key('Shift+A')}
            isDisabled={isBusy}
            onPress={approve}
            testId="action-approve"
          >
            {t('actions.approve', { digest: short })}
          </Button>
        ) : null}
        {mayStart ? (
          <Button
            size="s"
            look={isDangerous ? 'danger' : 'primary'}
            icon="play"
            shortcut={key('Shift+X')}
            isDisabled={isBusy}
            onPress={start}
            testId="action-start"
          >
            {t('actions.start', { digest: short })}
          </Button>
        ) : null}
        {isOpen && isHere && plan.dryRun !== null && row.rehearsal !== null ? (
          <Button
            size="s"
            icon="refresh"
            isDisabled={isBusy}
            onPress={() => void send({ name: 'execution.rehearse', execution })}
            testId="action-rehearse"
          >
            {t('actions.rehearse')}
          </Button>
        ) : null}
        {isOpen ? (
          <Button
            size="s"
            look="quiet"
            icon="close"
            shortcut={key('Shift+W')}
            isDisabled={isBusy || reason?.trim() === ''}
            onPress={() => (reason === null ? setReason('') : withdraw())}
            testId="action-withdraw"
          >
            {t('actions.withdraw')}
          </Button>
        ) : null}
        {isEvidence(row) && row.run !== null && props.isRecordable ? (
          <Record {...props} isBusy={isBusy} send={send} />
        ) : null}
      </div>
    </>
  );
}

/** Records the step with what came of its execution. */
function Record(
  props: CardProps & {
    readonly isBusy: boolean;
    readonly send: (command: Command) => Promise<void>;
  },
) {
  const t = useText();
  const { row, step, send } = props;
  const { ended, verified } = row;
  if (ended === null || row.run === null) return null;
  const run = row.run;
  return (
    <Button
      size="s"
      icon="check"
      isDisabled={props.isBusy}
      onPress={() =>
        void send({
          name: 'run.record-step',
          run,
          step: step.id,
          title: step.title.slice(0, 500),
          outcome: 'done',
          note: (verified?.result.output || ended.result.output).slice(0, 20_000),
          execution: row.key,
          ...(step.expect === undefined ? {} : { expected: step.expect.slice(0, 4_000) }),
        })
      }
      testId="action-record"
    >
      {t('actions.record')}
    </Button>
  );
}
