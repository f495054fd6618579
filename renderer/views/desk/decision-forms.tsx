import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import type { DecisionRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Choice } from './choice.tsx';
import { decisionSentence, strongObjectionsOf } from './decision-text.ts';
import { closeDeskForm, type DeskForm } from './desk-store.ts';
import { readMinutes, useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';
import styles from './forms.module.css';

const RISKS = ['low', 'medium', 'high'] as const;
const OBJECTIONS = ['none', 'minor', 'strong'] as const;
const OUTCOMES = ['improved', 'unchanged', 'worse'] as const;
const LONGEST = 4_000;

/** A candidate action with its risk. */
export function CandidateForm(props: { readonly form: DeskForm }) {
  const t = useText();
  const { form } = props;
  const { values, set, clear } = useFields(form, {
    action: '',
    risk: 'medium',
    danger: '',
    expected: '',
    undo: '',
    tried: '',
  });
  return (
    <FormFrame
      name="candidate"
      title={t('desk.form.candidate.title')}
      run={t('desk.form.candidate.run')}
      submit={() => {
        set({ tried: '1' });
        if (values.action.trim() === '') return null;
        return {
          name: 'decision.propose',
          incident: form.thing,
          action: values.action.trim(),
          risk: RISKS.find((risk) => risk === values.risk) ?? 'medium',
          danger: values.danger.trim(),
          expected: values.expected.trim(),
          undo: values.undo.trim(),
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <>
          <TextField
            label={t('desk.decision.action')}
            value={values.action}
            onChange={(action) => set({ action: action.slice(0, 2_000) })}
            error={
              values.tried !== '' && values.action.trim() === ''
                ? t('desk.form.candidate.action.missing')
                : null
            }
            onSubmit={send}
            autoFocus
            testId="candidate-action"
          />
          <Choice
            label={t('desk.decision.risk')}
            value={values.risk as (typeof RISKS)[number]}
            options={RISKS.map((value) => ({ value, label: t(`entry.risk.${value}`) }))}
            onChange={(risk) => set({ risk })}
            testId="candidate-risk"
          />
          {(['danger', 'expected', 'undo'] as const).map((field) => (
            <TextArea
              key={field}
              label={t(`desk.decision.${field}`)}
              value={values[field]}
              onChange={(text) => set({ [field]: text.slice(0, LONGEST) })}
              hint={t(`desk.form.candidate.${field}.hint`)}
              rows={1}
              testId={`candidate-${field}`}
            />
          ))}
        </>
      )}
    </FormFrame>
  );
}

/** "Are there any strong objections?": one person's answer, then the next one's. */
export function AnswerForm(props: {
  readonly form: DeskForm;
  readonly decision: DecisionRow;
  /** Whom the poll is put to. */
  readonly asked: readonly string[];
  readonly people: readonly string[];
}) {
  const t = useText();
  const { form, decision, asked, people } = props;
  const given = new Set(decision.answers.map(({ person }) => person));
  const waiting = asked.filter((person) => !given.has(person));
  const { values, set, clear } = useFields(form, {
    person: form.who ?? waiting[0] ?? '',
    objection: 'none',
    reason: '',
    tried: '',
  });
  const person = values.person.trim();
  return (
    <FormFrame
      name="answer"
      title={t('desk.form.answer.title')}
      about={decision.action}
      run={t('desk.form.answer.run')}
      submit={() => {
        set({ tried: '1' });
        if (person === '') return null;
        return {
          name: 'decision.answer',
          decision: decision.key,
          person,
          objection: OBJECTIONS.find((objection) => objection === values.objection) ?? 'none',
          reason: values.reason.trim(),
        };
      }}
      onDone={() => {
        const next = waiting.find((name) => name !== person);
        if (next === undefined) {
          clear();
          closeDeskForm();
          return;
        }
        clear({ person: next, objection: 'none', reason: '', tried: '' });
      }}
    >
      {(send) => (
        <>
          <TextField
            label={t('desk.form.person')}
            value={values.person}
            onChange={(text) => set({ person: text.slice(0, 200) })}
            hint={
              waiting.length > 0
                ? t('desk.form.answer.waiting', { names: waiting.join(', ') })
                : undefined
            }
            error={values.tried !== '' && person === '' ? t('desk.form.person.missing') : null}
            suggestions={people}
            onSubmit={send}
            testId="answer-person"
          />
          <Choice
            label={t('desk.form.answer.question')}
            value={values.objection as (typeof OBJECTIONS)[number]}
            options={OBJECTIONS.map((value) => ({ value, label: t(`entry.objection.${value}`) }))}
            onChange={(objection) => set({ objection })}
            testId="answer-objection"
          />
          <TextField
            label={t('desk.form.reason')}
            value={values.reason}
            onChange={(reason) => set({ reason: reason.slice(0, LONGEST) })}
            onSubmit={send}
            autoFocus
            testId="answer-reason"
          />
          <Answers decision={decision} />
        </>
      )}
    </FormFrame>
  );
}

/** Who answered what so far. */
export function Answers(props: { readonly decision: DecisionRow }) {
  const t = useText();
  const { answers } = props.decision;
  if (answers.length === 0) return null;
  return (
    <ul className={styles['answers']} aria-label={t('desk.decision.answers')}>
      {answers.map(({ person, by, objection, reason }) => (
        <li key={person} className={styles['answer']}>
          <ForeignText text={person} />
          <span className={objection === 'strong' ? styles['strong'] : styles['faint']}>
            {t(`entry.objection.${objection}`)}
          </span>
          <ForeignText text={reason} />
          {by === person ? null : (
            <ForeignText
              className={styles['faint']}
              text={t('desk.decision.recordedBy', { name: by })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** Proceed or not; strong objections are overruled by name and with a reason, or it does not. */
export function TakeForm(props: {
  readonly form: DeskForm;
  readonly decision: DecisionRow;
  readonly people: readonly string[];
}) {
  const t = useText();
  const { form, decision, people } = props;
  const strong = strongObjectionsOf(decision);
  const { values, set, clear } = useFields(form, {
    proceed: 'yes',
    executor: '',
    minutes: '10',
    reason: '',
    tried: '',
  });
  const [overruled, setOverruled] = useState<readonly string[]>([]);
  const proceeds = values.proceed === 'yes';
  const isTried = values.tried !== '';
  const executor = values.executor.trim();
  const minutes = readMinutes(values.minutes);
  const isOpen = strong.some((person) => !overruled.includes(person));
  const needsReason = (proceeds && strong.length > 0) || !proceeds;
  return (
    <FormFrame
      name="take"
      title={t('desk.form.take.title')}
      about={decision.action}
      run={t(proceeds ? 'desk.form.take.run' : 'desk.form.take.refuse')}
      isDanger={proceeds && strong.length > 0}
      submit={() => {
        set({ tried: '1' });
        if (needsReason && values.reason.trim() === '') return null;
        if (proceeds && (executor === '' || minutes === null || isOpen)) return null;
        return {
          name: 'decision.take',
          decision: decision.key,
          proceed: proceeds,
          reason: values.reason.trim(),
          executor: proceeds ? executor : null,
          overrules: proceeds ? [...overruled] : [],
          minutes: proceeds ? minutes : null,
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <>
          {decision.polledAt === null ? (
            <Banner tone="warning" title={t('desk.form.take.notPolled')} />
          ) : null}
          <Answers decision={decision} />
          <Choice
            label={t('desk.form.take.question')}
            value={values.proceed as 'yes' | 'no'}
            options={(['yes', 'no'] as const).map((value) => ({
              value,
              label: t(`desk.form.take.${value}`),
            }))}
            onChange={(proceed) => set({ proceed })}
            testId="take-proceed"
          />
          {proceeds && strong.length > 0 ? (
            <fieldset className={styles['checks']}>
              <legend className={styles['label']}>{t('desk.form.take.overrule')}</legend>
              {strong.map((person) => (
                <Checkbox
                  key={person}
                  className={styles['check'] ?? ''}
                  isSelected={overruled.includes(person)}
                  onChange={(isSelected) =>
                    setOverruled(
                      isSelected
                        ? [...overruled, person]
                        : overruled.filter((other) => other !== person),
                    )
                  }
                  data-testid="take-overrule"
                >
                  <span className={styles['box']} />
                  <ForeignText text={t('desk.form.take.overrule.one', { name: person })} />
                </Checkbox>
              ))}
              {isTried && isOpen ? (
                <span className={styles['error']} role="alert">
                  {t('desk.form.take.overrule.missing')}
                </span>
              ) : null}
            </fieldset>
          ) : null}
          {proceeds ? (
            <div className={styles['pair']}>
              <TextField
                label={t('desk.decision.executor')}
                value={values.executor}
                onChange={(text) => set({ executor: text.slice(0, 200) })}
                error={isTried && executor === '' ? t('desk.form.person.missing') : null}
                suggestions={people}
                onSubmit={send}
                autoFocus
                testId="take-executor"
              />
              <TextField
                label={t('desk.form.minutes')}
                value={values.minutes}
                onChange={(text) => set({ minutes: text.slice(0, 6) })}
                error={isTried && minutes === null ? t('desk.form.minutes.wrong') : null}
                onSubmit={send}
                testId="take-minutes"
              />
            </div>
          ) : null}
          <TextField
            label={t('desk.form.reason')}
            value={values.reason}
            onChange={(reason) => set({ reason: reason.slice(0, LONGEST) })}
            error={
              isTried && needsReason && values.reason.trim() === ''
                ? t('desk.form.reason.missing')
                : null
            }
            onSubmit={send}
            testId="take-reason"
          />
          <p className={styles['sentence']} data-testid="decision-sentence">
            <ForeignText
              text={decisionSentence(
                decision,
                {
                  proceed: proceeds,
                  executor: executor || null,
                  overrules: overruled,
                  reason: values.reason,
                },
                t,
              )}
            />
          </p>
        </>
      )}
    </FormFrame>
  );
}

/** What came of it. */
export function VerifyForm(props: { readonly form: DeskForm; readonly decision: DecisionRow }) {
  const t = useText();
  const { form, decision } = props;
  const { values, set, clear } = useFields(form, { outcome: '', text: '', tried: '' });
  return (
    <FormFrame
      name="verify"
      title={t('desk.form.verify.title')}
      about={decision.action}
      run={t('desk.form.save')}
      submit={() => {
        set({ tried: '1' });
        const outcome = OUTCOMES.find((known) => known === values.outcome);
        if (!outcome) return null;
        return {
          name: 'decision.verify',
          decision: decision.key,
          outcome,
          text: values.text.trim(),
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {() => (
        <>
          {decision.expected === '' ? null : (
            <p className={styles['faint']}>
              <ForeignText text={t('desk.form.verify.expected', { text: decision.expected })} />
            </p>
          )}
          <Choice
            label={t('desk.form.verify.question')}
            value={OUTCOMES.find((known) => known === values.outcome) ?? null}
            options={OUTCOMES.map((value) => ({ value, label: t(`entry.outcome.${value}`) }))}
            onChange={(outcome) => set({ outcome })}
            error={
              values.tried !== '' && values.outcome === '' ? t('desk.form.verify.missing') : null
            }
            testId="verify-outcome"
          />
          <TextArea
            label={t('desk.form.verify.text')}
            value={values.text}
            onChange={(text) => set({ text: text.slice(0, LONGEST) })}
            rows={2}
            autoFocus
            testId="verify-text"
          />
        </>
      )}
    </FormFrame>
  );
}
