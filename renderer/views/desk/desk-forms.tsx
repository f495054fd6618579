import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { TextField } from '../../kit/field.tsx';
import type { DecisionRow } from '../../../shared/ipc/rows.ts';
import { polledPeople } from './desk-rows.ts';
import { closeDeskForm, deskFormStore, type DeskForm } from './desk-store.ts';
import { AnswerForm, CandidateForm, TakeForm, VerifyForm } from './decision-forms.tsx';
import { useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';
import { EvidenceForm, HypothesisForm, JudgeForm } from './hypothesis-forms.tsx';
import { OfferForm, SignOffForm, TeamForm } from './incident-forms.tsx';
import { SizeUpForm } from './size-up-form.tsx';
import { spansOf } from './span-of-control.ts';
import { ReportForm, TaskForm } from './task-forms.tsx';
import type { Desk } from './use-desk.ts';

/** The form of the desk that is open, if any. */
export function DeskForms(props: { readonly desk: Desk }) {
  const form = useStore(deskFormStore, (state) => state.form);
  if (form === null) return null;
  return (
    <OneForm key={`${form.name} ${form.thing} ${form.who ?? ''}`} form={form} desk={props.desk} />
  );
}

function OneForm(props: { readonly form: DeskForm; readonly desk: Desk }) {
  const { form, desk } = props;
  const { rows, people, person } = desk;
  const { incident } = rows;
  const decision = rows.decisions.find(({ key }) => key === form.thing);
  const task = rows.tasks.find(({ key }) => key === form.thing);
  const hypothesis = rows.hypotheses.find(({ key }) => key === form.thing);
  switch (form.name) {
    case 'size-up':
      return <SizeUpForm form={form} incident={incident} />;
    case 'candidate':
      return <CandidateForm form={form} />;
    case 'answer':
      return decision ? (
        <AnswerForm form={form} decision={decision} asked={polledPeople(rows)} people={people} />
      ) : null;
    case 'take':
      return decision ? <TakeForm form={form} decision={decision} people={people} /> : null;
    case 'verify':
      return decision ? <VerifyForm form={form} decision={decision} /> : null;
    case 'withdraw':
      return decision ? <WithdrawForm form={form} decision={decision} /> : null;
    case 'come-back':
    case 'extend':
    case 'reassign':
    case 'task-report':
    case 'finish':
    case 'drop':
      return task ? <TaskForm form={form} task={task} people={people} /> : null;
    case 'report':
      return (
        <ReportForm
          form={form}
          people={people}
          last={(from) => rows.reports.find((report) => report.from === from)?.latest ?? null}
        />
      );
    case 'hypothesis':
      return <HypothesisForm form={form} />;
    case 'evidence':
      return hypothesis ? <EvidenceForm form={form} hypothesis={hypothesis} /> : null;
    case 'judge':
      return hypothesis ? <JudgeForm form={form} hypothesis={hypothesis} /> : null;
    case 'team':
      return (
        <TeamForm
          form={form}
          incident={incident}
          spans={spansOf(incident, rows.tasks)}
          people={people}
        />
      );
    case 'sign-off':
      return <SignOffForm form={form} incident={incident} />;
    case 'offer':
      return <OfferForm form={form} incident={incident} person={person} />;
  }
}

/** A candidate that is not pursued: why, for whoever proposes it again. */
function WithdrawForm(props: { readonly form: DeskForm; readonly decision: DecisionRow }) {
  const t = useText();
  const { form, decision } = props;
  const { values, set, clear } = useFields(form, { reason: '', tried: '' });
  const reason = values.reason.trim();
  return (
    <FormFrame
      name="withdraw"
      title={t('desk.form.withdraw.title')}
      about={decision.action}
      run={t('desk.form.withdraw.run')}
      submit={() => {
        set({ tried: '1' });
        if (reason === '') return null;
        return { name: 'decision.withdraw', decision: decision.key, reason };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <TextField
          label={t('desk.form.reason')}
          value={values.reason}
          onChange={(next) => set({ reason: next.slice(0, 4_000) })}
          error={values.tried !== '' && reason === '' ? t('desk.form.reason.missing') : null}
          onSubmit={send}
          autoFocus
          testId="withdraw-reason"
        />
      )}
    </FormFrame>
  );
}
