import type { Command } from '../../../shared/commands/command.ts';
import type { TaskRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextArea, TextField } from '../../kit/field.tsx';
import { Choice } from './choice.tsx';
import { closeDeskForm, type DeskForm } from './desk-store.ts';
import { readMinutes, useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';

const LONGEST = 4_000;
/** What can be said of a task when its person is asked again. */
const ANSWERS = ['finish', 'extend', 'task-report', 'reassign', 'drop'] as const;
type Answer = (typeof ANSWERS)[number];

/**
 * Coming back to a task: it is done, needs more time, is under way, goes to another person, or is
 * dropped. Opened by `extend`, `finish` and the like it begins with that answer.
 */
export function TaskForm(props: {
  readonly form: DeskForm;
  readonly task: TaskRow;
  readonly people: readonly string[];
}) {
  const t = useText();
  const { form, task, people } = props;
  const first = ANSWERS.find((answer) => answer === form.name) ?? 'finish';
  const { values, set, clear } = useFields(form, {
    answer: first,
    minutes: '10',
    person: '',
    text: '',
    tried: '',
  });
  const answer = ANSWERS.find((known) => known === values.answer) ?? 'finish';
  const isTried = values.tried !== '';
  const text = values.text.trim();
  const needsText = answer !== 'finish';
  const needsMinutes = answer === 'extend' || answer === 'reassign';
  const minutes = readMinutes(values.minutes);
  const person = values.person.trim();
  return (
    <FormFrame
      name={form.name}
      title={t('desk.form.comeBack.title', { name: task.person })}
      about={task.action}
      run={t(`desk.form.comeBack.run.${answer}`)}
      isDanger={answer === 'drop'}
      submit={() => {
        set({ tried: '1' });
        if (needsText && text === '') return null;
        if (needsMinutes && minutes === null) return null;
        if (answer === 'reassign' && person === '') return null;
        return commandOf(answer, task.key, text, minutes ?? 10, person);
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <>
          <Choice
            label={t('desk.form.comeBack.question')}
            value={answer}
            options={ANSWERS.map((value) => ({
              value,
              label: t(`desk.form.comeBack.${value}`),
            }))}
            onChange={(next) => set({ answer: next })}
            testId="come-back-answer"
          />
          {answer === 'reassign' ? (
            <TextField
              label={t('desk.form.person')}
              value={values.person}
              onChange={(next) => set({ person: next.slice(0, 200) })}
              error={isTried && person === '' ? t('desk.form.person.missing') : null}
              suggestions={people}
              onSubmit={send}
              testId="come-back-person"
            />
          ) : null}
          {needsMinutes ? (
            <TextField
              label={t('desk.form.minutes')}
              value={values.minutes}
              onChange={(next) => set({ minutes: next.slice(0, 6) })}
              error={isTried && minutes === null ? t('desk.form.minutes.wrong') : null}
              hint={t('desk.form.minutes.fromNow')}
              onSubmit={send}
              testId="come-back-minutes"
            />
          ) : null}
          <TextField
            label={t(`desk.form.comeBack.text.${answer}`)}
            value={values.text}
            onChange={(next) => set({ text: next.slice(0, LONGEST) })}
            error={isTried && needsText && text === '' ? t('desk.form.reason.missing') : null}
            onSubmit={send}
            autoFocus
            testId="come-back-text"
          />
        </>
      )}
    </FormFrame>
  );
}

function commandOf(
  answer: Answer,
  task: string,
  text: string,
  minutes: number,
  person: string,
): Command {
  switch (answer) {
    case 'finish':
      return { name: 'task.finish', task, result: text };
    case 'extend':
      return { name: 'task.extend', task, minutes, reason: text };
    case 'task-report':
      return { name: 'task.report', task, text };
    case 'reassign':
      return { name: 'task.reassign', task, person, minutes, reason: text };
    case 'drop':
      return { name: 'task.drop', task, reason: text };
  }
}

/** Condition, actions, needs of one expert or team. */
export function ReportForm(props: {
  readonly form: DeskForm;
  readonly people: readonly string[];
  /** What they said last, for whoever only changes a word of it. */
  readonly last: (from: string) => {
    readonly condition: string;
    readonly actions: string;
    readonly needs: string;
  } | null;
}) {
  const t = useText();
  const { form, people } = props;
  const { values, set, clear } = useFields(form, {
    from: form.who ?? '',
    condition: '',
    actions: '',
    needs: '',
    tried: '',
  });
  const isTried = values.tried !== '';
  const from = values.from.trim();
  const last = from === '' ? null : props.last(from);
  return (
    <FormFrame
      name="report"
      title={t('desk.form.report.title')}
      run={t('desk.form.report.run')}
      submit={() => {
        set({ tried: '1' });
        if (from === '' || values.condition.trim() === '') return null;
        return {
          name: 'report.give',
          incident: form.thing,
          from,
          condition: values.condition.trim(),
          actions: values.actions.trim(),
          needs: values.needs.trim(),
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
            label={t('desk.report.from')}
            value={values.from}
            onChange={(next) => set({ from: next.slice(0, 200) })}
            error={isTried && from === '' ? t('desk.form.person.missing') : null}
            suggestions={people}
            onSubmit={send}
            autoFocus={form.who === undefined}
            testId="report-from"
          />
          {(['condition', 'actions', 'needs'] as const).map((field) => (
            <TextArea
              key={field}
              label={t(`desk.report.${field}`)}
              value={values[field]}
              onChange={(next) => set({ [field]: next.slice(0, LONGEST) })}
              hint={
                last === null || last[field] === ''
                  ? t(`desk.form.report.${field}.hint`)
                  : t('desk.form.report.last', { text: last[field].slice(0, 200) })
              }
              error={
                field === 'condition' && isTried && values.condition.trim() === ''
                  ? t('desk.form.report.condition.missing')
                  : null
              }
              rows={1}
              autoFocus={field === 'condition' && form.who !== undefined}
              testId={`report-${field}`}
            />
          ))}
        </>
      )}
    </FormFrame>
  );
}
