import { createElement, useContext, useMemo } from 'react';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import type { RunbookAction, RunbookStep } from '../../../shared/runbooks/format.ts';
import { fillParameters } from '../../../shared/runbooks/parameters.ts';
import { useText } from '../../i18n/text.ts';
import { Icon } from '../../kit/icons.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { StepActionContext } from '../../room/step-action.ts';
import { answersOf } from './run-model.ts';
import styles from './run.module.css';

/**
 * What a step wishes to have run, with the answers of the run in it. Whoever runs actions puts its
 * panel in through `StepActionContext`; without one a person does it by hand and records it.
 */
export function StepAction(props: {
  readonly run: RunRow;
  readonly step: RunbookStep;
  readonly action: RunbookAction;
  readonly isActive: boolean;
  readonly isCurrent: boolean;
  readonly isBlocked: boolean;
}) {
  const { action, run, ...rest } = props;
  const panel = useContext(StepActionContext);
  const filled = useMemo(() => fillParameters(action, answersOf(run)), [action, run]);
  const parameters = useMemo(
    () => Object.fromEntries(filled.parameters.map(({ name, value }) => [name, value])),
    [filled],
  );
  if (panel !== null && filled.missing.length === 0) {
    const { entry, automatic } = action;
    return createElement(panel, { ...rest, run, entry, parameters, automatic });
  }
  return <ActionShown action={{ ...action, ...filled }} missing={filled.missing} />;
}

/** An action as it is written; `missing` are the steps whose answers it still needs. */
export function ActionShown(props: {
  readonly action: RunbookAction;
  readonly missing?: readonly string[];
}) {
  const t = useText();
  const { action, missing = [] } = props;
  return (
    <section className={styles['action']} data-testid="step-action" data-entry={action.entry}>
      <p>
        <Icon name="play" size="s" /> {t('step.action')} <code>{visibleText(action.entry)}</code>
        {action.automatic ? ` · ${t('step.action.automatic')}` : null}
      </p>
      {action.parameters.length === 0 ? null : (
        <dl className={styles['parameters']}>
          {action.parameters.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{visibleText(value)}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {missing.length > 0 ? (
        <p className={styles['remark']}>
          {t('step.action.missing', { steps: missing.join(', ') })}
        </p>
      ) : null}
    </section>
  );
}
