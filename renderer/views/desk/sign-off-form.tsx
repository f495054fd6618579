import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextArea } from '../../kit/field.tsx';
import { closeDeskForm, type DeskForm } from './desk-store.ts';
import { useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';

const LONGEST = 4_000;

/** The end of the call: what is left, what is watched, when the next word comes. */
export function SignOffForm(props: { readonly form: DeskForm; readonly incident: IncidentRow }) {
  const t = useText();
  const { form, incident } = props;
  const { values, set, clear } = useFields(form, { remaining: '', watch: '', next: '' });
  return (
    <FormFrame
      name="sign-off"
      title={t('desk.form.signOff.title')}
      about={incident.title}
      run={t('desk.form.signOff.run')}
      submit={() => ({
        name: 'incident.sign-off',
        incident: incident.key,
        remaining: values.remaining.trim(),
        watch: values.watch.trim(),
        next: values.next.trim(),
      })}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {() =>
        (['remaining', 'watch', 'next'] as const).map((field, index) => (
          <TextArea
            key={field}
            label={t(`desk.signOff.${field}`)}
            value={values[field]}
            onChange={(next) => set({ [field]: next.slice(0, LONGEST) })}
            hint={t(`desk.form.signOff.${field}.hint`)}
            rows={1}
            autoFocus={index === 0}
            testId={`sign-off-${field}`}
          />
        ))
      }
    </FormFrame>
  );
}
