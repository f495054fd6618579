import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { TextArea } from '../../kit/field.tsx';
import { deskNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { Choice } from './choice.tsx';
import { closeDeskForm, type DeskForm } from './desk-store.ts';
import { useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';
import { readSizeUp, type SizeUpReading, type Trend } from './size-up-suggestion.ts';

export const TRENDS: readonly Trend[] = [
  'escalating',
  'flapping',
  'static',
  'recovering',
  'unknown',
];
const LONGEST = 4_000;
const NAMED = 5;

/** Symptoms, scope and trend; begins with what the alerts say, or with the last size-up. */
export function SizeUpForm(props: { readonly form: DeskForm; readonly incident: IncidentRow }) {
  const t = useText();
  const { form, incident } = props;
  const alerts = useRowList('alerts');
  const reading = readSizeUp(incident, alerts, deskNow());
  const { values, set, clear } = useFields(form, {
    symptoms: incident.sizeUp?.symptoms ?? symptomsOf(reading, t),
    scope: incident.sizeUp?.scope ?? scopeOf(reading, incident, t),
    trend: reading.trend,
    tried: '',
  });
  const isMissing = values.tried !== '' && values.symptoms.trim() === '';
  return (
    <FormFrame
      name="size-up"
      title={t('desk.form.sizeUp.title')}
      run={t('desk.form.sizeUp.run')}
      submit={() => {
        set({ tried: '1' });
        if (values.symptoms.trim() === '') return null;
        return {
          name: 'incident.size-up',
          incident: incident.key,
          symptoms: values.symptoms.trim(),
          scope: values.scope.trim(),
          trend: TRENDS.find((trend) => trend === values.trend) ?? 'unknown',
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {() => (
        <>
          <TextArea
            label={t('desk.sizeUp.symptoms')}
            value={values.symptoms}
            onChange={(symptoms) => set({ symptoms: symptoms.slice(0, LONGEST) })}
            hint={t('desk.form.sizeUp.symptoms.hint')}
            error={isMissing ? t('desk.form.sizeUp.symptoms.missing') : null}
            rows={2}
            autoFocus
            isPreselected
            testId="size-up-symptoms"
          />
          <TextArea
            label={t('desk.sizeUp.scope')}
            value={values.scope}
            onChange={(scope) => set({ scope: scope.slice(0, LONGEST) })}
            hint={t('desk.form.sizeUp.scope.hint')}
            rows={2}
            testId="size-up-scope"
          />
          <Choice
            label={t('desk.sizeUp.trend')}
            value={values.trend as Trend}
            options={TRENDS.map((value) => ({ value, label: t(`entry.trend.${value}`) }))}
            onChange={(trend) => set({ trend })}
            hint={countsOf(reading, t)}
            testId="size-up-trend"
          />
        </>
      )}
    </FormFrame>
  );
}

/** `2 critical, 1 warning open; 3 began and 0 ended in the last 10 min.` */
export function countsOf(reading: SizeUpReading, t: Translate): string {
  const { critical, warning, info, unknown, began, ended } = reading;
  return t('desk.sizeUp.counts', { critical, warning, info, unknown, began, ended });
}

function symptomsOf(reading: SizeUpReading, t: Translate): string {
  const { names } = reading;
  if (names.length === 0) return '';
  return firstOf(names, t);
}

function scopeOf(reading: SizeUpReading, incident: IncidentRow, t: Translate): string {
  const services = reading.services.length > 0 ? reading.services : incident.services;
  const units = reading.units.length > 0 ? reading.units : incident.units;
  if (services.length === 0 && units.length === 0) return '';
  if (units.length === 0) return t('desk.sizeUp.inServices', { services: firstOf(services, t) });
  return t('desk.sizeUp.inServicesAndUnits', {
    services: services.length > 0 ? firstOf(services, t) : '–',
    units: firstOf(units, t),
  });
}

function firstOf(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, NAMED).join(', ');
  const left = names.length - NAMED;
  return left > 0 ? t('desk.more', { names: shown, count: left }) : shown;
}
