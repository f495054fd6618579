import { useEffect, useRef, useState } from 'react';
import { isAnswer } from '../../../shared/runbooks/branches.ts';
import type { Runbook, RunbookAsk, RunbookStep } from '../../../shared/runbooks/format.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { useDraft } from '../../room/session.ts';
import { answerField } from './run-actions.ts';
import { targetOf } from './run-model.ts';
import styles from './run.module.css';

/** A question that is answered by typing: a number, or a text. */
export function TypedAnswer(props: {
  readonly run: string;
  readonly runbook: Runbook;
  readonly step: RunbookStep;
  readonly ask: RunbookAsk;
  readonly index: number;
  readonly isOff: boolean;
  /** Grows when Enter is meant for the field. */
  readonly onAnswer: (answer: string) => void;
}) {
  const t = useText();
  const { ask, step, runbook, index } = props;
  const [text, setText] = useDraft(answerField(props.run, step.id));
  const [isTried, setTried] = useState(false);
  const isNumber = ask.form === 'number';
  const isGood = isAnswer(ask, text);
  const submit = (): void => {
    setTried(true);
    if (isGood && !props.isOff) props.onAnswer(text.trim());
  };
  return (
    <div className={styles['typed']}>
      <div className={styles['typedField']}>
        <TextField
          label={visibleText(ask.question)}
          value={text}
          onChange={setText}
          error={
            isTried && !isGood ? t(isNumber ? 'step.answer.noNumber' : 'step.answer.noText') : null
          }
          isDisabled={props.isOff}
          onSubmit={submit}
          testId="step-typed"
        />
        <Button
          look="primary"
          isDisabled={props.isOff}
          onPress={submit}
          testId="step-typed-confirm"
        >
          {t('step.answer.run')}
        </Button>
      </div>
      {ask.answers.length === 0 ? null : (
        <ul className={styles['conditions']}>
          {ask.answers.map((offered) => {
            const target = targetOf(runbook.steps, index, offered.goTo);
            return (
              <li key={offered.answer}>
                <code>{visibleText(offered.answer)}</code>{' '}
                {target
                  ? t('step.answer.leads', { title: visibleText(target.title) })
                  : t('step.answer.end')}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}

/** Who agreed, where a step needs a yes. */
export function Approver(props: {
  readonly field: string;
  readonly who: string;
  readonly isOff: boolean;
  /** The name is asked for: it is missing. */
  readonly isMissing: boolean;
  readonly onSubmit: () => void;
}) {
  const t = useText();
  const [name, setName] = useDraft(props.field);
  const root = useRef<HTMLDivElement>(null);
  const { isMissing } = props;
  useEffect(() => {
    if (isMissing) root.current?.querySelector('input')?.focus();
  }, [isMissing]);
  return (
    <div className={styles['approve']} ref={root}>
      <p dir="auto">
        <span className={styles['label']}>{t('step.approve.who')}</span> {visibleText(props.who)}
      </p>
      <TextField
        label={t('step.approve.by')}
        value={name}
        onChange={setName}
        isDisabled={props.isOff}
        error={isMissing && name.trim() === '' ? t('step.approve.missing') : null}
        onSubmit={props.onSubmit}
        testId="step-approver"
      />
    </div>
  );
}
