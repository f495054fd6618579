import { useEffect, useMemo, useRef, useState } from 'react';
import type { Parameter } from '../../../shared/actions/parameters.ts';
import { callText } from '../../../shared/actions/plan.ts';
import { useCommands } from '../../commands/registry.ts';
import { hasText, useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatBytes, formatSpan } from '../../kit/format.ts';
import { Icon } from '../../kit/icons.tsx';
import { Select } from '../../kit/select.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import type { ExecutionRow } from '../../../shared/ipc/rows.ts';
import { useNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import { useRowMap } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import type { StepActionProps } from '../../room/step-action.ts';
import styles from './actions.module.css';
import { ExecutionCard, Values } from './execution-card.tsx';
import {
  executionsOfStep,
  isOpen,
  readExecution,
  runsByItself,
  toTakeBack,
} from './execution-model.ts';
import { useCatalogue, usePlan, type CatalogueReading } from './use-catalogue.ts';

/** An action of the signed catalogue at a step of a run: what exactly would run, and its course. */
export function ExecutionPanel(props: StepActionProps) {
  const t = useText();
  const catalogue = useCatalogue();
  if (catalogue === null) return <p className={styles['faint']}>{t('actions.reading')}</p>;
  return <Panel {...props} catalogue={catalogue} />;
}

function Panel(props: StepActionProps & { readonly catalogue: CatalogueReading }) {
  const t = useText();
  const now = useNow();
  const { run, step, catalogue } = props;
  const rows = useRowMap('executions');
  const executions = useMemo(
    () => executionsOfStep(rows, run.key, step.id),
    [rows, run.key, step.id],
  );
  const latest = executions.at(-1);
  const entry = catalogue.entries.find(({ id }) => id === props.entry);
  // Another desk may have proposed it where this one has no catalogue.
  const known = entry ?? latest?.plan;
  const isUnderWay = latest !== undefined && isOpen(readExecution(latest, run, now).stage);
  const mayWrite = useWriteBlock() === null;
  const takenBack = toTakeBack(executions, run, now);
  return (
    <section className={styles['panel']} aria-label={t('actions.title')} data-testid="action-panel">
      <p className={styles['title']}>
        <Icon name="play" size="s" />
        <strong dir="auto">{visibleText(known?.title ?? props.entry)}</strong>
        {known ? <EffectBadge effect={known.effect} /> : null}
        {catalogue.state === 'ready' ? (
          <span className={styles['faint']}>
            {t('actions.signed', {
              version: catalogue.version ?? 0,
              name: visibleText(catalogue.signedBy ?? ''),
            })}
          </span>
        ) : null}
      </p>
      {known ? <p dir="auto">{visibleText(known.does, true)}</p> : null}
      <Missing catalogue={catalogue} entry={props.entry} isKnown={entry !== undefined} />
      {props.automatic && entry ? <Automatic {...props} isAllowed={entry.automatic} /> : null}
      {executions.map((row) => (
        <ExecutionCard
          key={row.key}
          row={row}
          run={run}
          isLatest={row === latest}
          isActive={props.isActive && row === latest}
          // What takes something back is needed also when the run is over.
          isBlocked={row.takesBack === null ? props.isBlocked : !mayWrite}
          step={step}
          isRecordable={
            props.isCurrent && !run.steps.some(({ execution }) => execution === row.key)
          }
          replica={catalogue.replica}
        />
      ))}
      {takenBack !== null && mayWrite ? (
        <TakeBack row={takenBack} isActive={props.isActive} />
      ) : null}
      {entry && !isUnderWay && !props.isBlocked ? (
        latest === undefined ? (
          <Proposal {...props} declared={entry.parameters} isAgain={false} />
        ) : (
          <details className={styles['again']}>
            <summary>{t('actions.again')}</summary>
            <Proposal {...props} declared={entry.parameters} isAgain />
          </details>
        )
      ) : null}
    </section>
  );
}

/** Offers the way back of what was run, whatever was proposed since. */
function TakeBack(props: { readonly row: ExecutionRow; readonly isActive: boolean }) {
  const t = useText();
  const { row, isActive } = props;
  const [isBusy, setBusy] = useState(false);
  const takeBack = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    await runCommand({ name: 'execution.take-back', execution: row.key });
    setBusy(false);
  };
  useCommands(
    isActive
      ? [
          {
            id: 'action.take-back',
            group: 'runbooks',
            titleKey: 'actions.command.takeBack',
            shortcut: 'Shift+B',
            isEnabled: () => !isBusy,
            run: () => void takeBack(),
          },
        ]
      : [],
  );
  const { wayBack } = row.plan;
  if (wayBack === null) return null;
  return (
    <div className={styles['buttons']}>
      <Button
        size="s"
        icon="undo"
        shortcut={isActive ? 'Shift+B' : undefined}
        isDisabled={isBusy}
        onPress={() => void takeBack()}
        testId="action-take-back"
      >
        {t('actions.takeBack', { entry: wayBack.entry })}
      </Button>
      <Values of={wayBack.parameters} />
    </div>
  );
}

function EffectBadge(props: { readonly effect: 'reads' | 'changes' | 'dangerous' }) {
  const t = useText();
  const { effect } = props;
  const tone = effect === 'dangerous' ? 'critical' : effect === 'changes' ? 'warning' : 'neutral';
  return <Badge tone={tone}>{t(`actions.effect.${effect}`)}</Badge>;
}

/** Why nothing is run here, and what to do instead. */
function Missing(props: {
  readonly catalogue: CatalogueReading;
  readonly entry: string;
  readonly isKnown: boolean;
}) {
  const t = useText();
  const { catalogue, entry, isKnown } = props;
  if (catalogue.state === 'ready') {
    return isKnown ? null : (
      <p className={styles['warning']} data-testid="action-unknown">
        <Icon name="warning" size="s" /> {t('actions.unknown', { entry: visibleText(entry) })}
      </p>
    );
  }
  const key = `actions.problem.${catalogue.problem ?? 'none'}`;
  const why = t(hasText(key) ? key : 'actions.problem.none');
  return (
    <div
      className={styles['warning']}
      data-testid="action-refused"
      data-problem={catalogue.problem}
    >
      <p>
        <Icon name="lock" size="s" /> <strong>{t('actions.none.title', { why })}</strong>{' '}
        {catalogue.detail === '' ? null : <bdi>{visibleText(catalogue.detail)}</bdi>}
      </p>
      <p className={styles['faint']}>
        {t('actions.none.what', { folder: visibleText(catalogue.folder) })}
      </p>
    </div>
  );
}

/** Runs by itself where both allow it, once, at the desk that started the run and was never relieved. */
function Automatic(
  props: StepActionProps & { readonly isAllowed: boolean; readonly catalogue: CatalogueReading },
) {
  const t = useText();
  const { run, step, entry, parameters, isAllowed, isBlocked, isCurrent, catalogue } = props;
  const person = useSession()?.person ?? null;
  const isWhole = run.handOvers.length === 0;
  const isMine = person === run.heldBy && runsByItself(run, catalogue.replica);
  const rows = useRowMap('executions');
  const isBegun = executionsOfStep(rows, run.key, step.id).some((row) => row.automatic);
  const asked = useRef(false);
  useEffect(() => {
    if (!isAllowed || !isMine || isBlocked || !isCurrent || isBegun || asked.current) return;
    asked.current = true;
    void runCommand({
      name: 'execution.propose',
      entry,
      parameters: { ...parameters },
      automatic: true,
      run: run.key,
      step: step.id,
      ...(run.incident === null ? {} : { incident: run.incident }),
    });
  }, [isAllowed, isMine, isBlocked, isCurrent, isBegun, entry, parameters, run, step]);
  return (
    <p className={styles['faint']} data-testid="action-automatic">
      <Icon name="refresh" size="s" />{' '}
      {isAllowed
        ? isMine
          ? `${t('actions.automatic')}: ${t('actions.automatic.why')}`
          : isWhole
            ? t('actions.automatic.notHere', { name: visibleText(run.heldBy) })
            : t('actions.automatic.handedOver')
        : t('actions.automatic.not')}
    </p>
  );
}

/** Values, what exactly would run with them, and the button that proposes it. */
function Proposal(
  props: StepActionProps & {
    readonly declared: Readonly<Record<string, Parameter>>;
    readonly isAgain: boolean;
    readonly catalogue: CatalogueReading;
  },
) {
  const t = useText();
  const { run, step, entry, declared, catalogue } = props;
  const [written, setWritten] = useState<Readonly<Record<string, string>>>({});
  const [isBusy, setBusy] = useState(false);
  const values = { ...props.parameters, ...written };
  const reading = usePlan(entry, values, catalogue.version);
  const plan = reading?.plan ?? null;
  const problemKey = reading?.problem ? `actions.problemOf.${reading.problem}` : null;
  const problem = problemKey !== null && hasText(problemKey) ? t(problemKey) : null;
  const propose = async (): Promise<void> => {
    if (isBusy || plan === null) return;
    setBusy(true);
    await runCommand({
      name: 'execution.propose',
      entry,
      parameters: values,
      automatic: false,
      run: run.key,
      step: step.id,
      ...(run.incident === null ? {} : { incident: run.incident }),
    });
    setBusy(false);
  };
  useCommands(
    props.isActive
      ? [
          {
            id: 'action.prepare',
            group: 'runbooks',
            titleKey: 'actions.command.prepare',
            shortcut: 'Shift+P',
            isEnabled: () => plan !== null && !isBusy,
            run: () => void propose(),
          },
        ]
      : [],
  );
  return (
    <div className={styles['proposal']}>
      {Object.entries(declared).map(([name, parameter]) => (
        <ParameterField
          key={name}
          parameter={parameter}
          value={values[name] ?? ''}
          isGiven={props.parameters[name] !== undefined && written[name] === undefined}
          problem={reading?.parameter === name && values[name] ? problem : null}
          onChange={(value) => setWritten((before) => ({ ...before, [name]: value }))}
          onSubmit={() => void propose()}
          name={name}
        />
      ))}
      {problem !== null &&
      reading?.parameter != null &&
      !Object.hasOwn(declared, reading.parameter) ? (
        <p className={styles['warning']}>
          <bdi>{visibleText(reading.parameter)}</bdi>: {problem}
        </p>
      ) : null}
      {plan === null ? (
        <p className={styles['faint']}>{t('actions.plan.none')}</p>
      ) : (
        <>
          <span className={styles['label']}>{t('actions.plan')}</span>
          <pre className={styles['code']} dir="ltr" data-testid="action-plan">
            {visibleText(callText(plan.call), true)}
          </pre>
          <p className={styles['faint']}>
            {t('actions.limits', {
              time: formatSpan(plan.timeoutMs, t),
              bytes: formatBytes(plan.outputBytes),
            })}
            {' · '}
            {plan.wayBack === null
              ? t('actions.noWayBack')
              : t('actions.wayBack', { entry: plan.wayBack.entry })}{' '}
            {plan.wayBack === null ? null : <Values of={plan.wayBack.parameters} />}
          </p>
        </>
      )}
      <div className={styles['buttons']}>
        <Button
          look={props.isAgain ? 'normal' : 'primary'}
          icon="play"
          size="s"
          shortcut={props.isActive ? 'Shift+P' : undefined}
          isDisabled={plan === null || isBusy}
          onPress={() => void propose()}
          testId="action-prepare"
        >
          {t(plan?.dryRun == null ? 'actions.propose' : 'actions.propose.dry')}
        </Button>
      </div>
    </div>
  );
}

function ParameterField(props: {
  readonly name: string;
  readonly parameter: Parameter;
  readonly value: string;
  readonly isGiven: boolean;
  readonly problem: string | null;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
}) {
  const t = useText();
  const { name, parameter, value, isGiven, problem } = props;
  const label = visibleText(parameter.label) + (isGiven ? ` (${t('actions.given')})` : '');
  if (parameter.type === 'choice') {
    return (
      <Select
        label={label}
        value={value}
        options={parameter.values.map((choice) => ({ value: choice, label: choice }))}
        onChange={props.onChange}
        size="s"
        testId={`action-value-${name}`}
      />
    );
  }
  return (
    <TextField
      label={label}
      value={value}
      onChange={props.onChange}
      onSubmit={props.onSubmit}
      error={problem}
      isMono
      hint={hintOf(parameter)}
      testId={`action-value-${name}`}
    />
  );
}

function hintOf(parameter: Parameter): string | null {
  if (parameter.type === 'integer') return `${parameter.min} – ${parameter.max}`;
  return parameter.type === 'pattern' ? visibleText(parameter.pattern) : null;
}
