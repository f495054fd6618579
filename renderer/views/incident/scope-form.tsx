import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextArea, TextField } from '../../kit/field.tsx';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm } from './incident-store.ts';
import { ServicePicker, UnitPicker } from './place-pickers.tsx';
import { TypeChoice } from './type-choice.tsx';

/** What kind of trouble it is, whom it hurts, and what it touches. */
export function ScopeForm(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const sending = useSending();
  const [type, setType] = useState(incident.type);
  const [impact, setImpact] = useState(incident.impact);
  const [services, setServices] = useState<readonly string[]>(incident.services);
  const [units, setUnits] = useState<readonly string[]>(incident.units);
  const [reason, setReason] = useState('');
  const save = async (): Promise<void> => {
    const isDone = await sending.send({
      name: 'incident.change-scope',
      incident: incident.key,
      ...(type === incident.type || type === null ? {} : { type }),
      ...(impact === incident.impact ? {} : { impact }),
      ...(same(services, incident.services) ? {} : { services: [...services] }),
      ...(same(units, incident.units) ? {} : { units: [...units] }),
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    });
    if (isDone) closeForm();
  };
  const onSubmit = (): void => void save();
  return (
    <FormDialog
      testId="incident-form-scope"
      title={t('incident.form.scope.title')}
      incident={incident}
      sending={sending}
      onSave={onSubmit}
      saveKey="Ctrl+Enter"
    >
      <TextArea
        label={t('incident.form.impact')}
        value={impact}
        onChange={(next) => setImpact(next.slice(0, 4_000))}
        hint={t('incident.form.impact.hint')}
        onSubmit={onSubmit}
        rows={2}
        autoFocus
        testId="incident-impact"
      />
      <TypeChoice value={type} onChange={setType} />
      <ServicePicker value={services} onChange={setServices} onSubmit={onSubmit} />
      <UnitPicker value={units} onChange={setUnits} onSubmit={onSubmit} />
      <TextField
        label={t('incident.form.reason.optional')}
        value={reason}
        onChange={(next) => setReason(next.slice(0, 4_000))}
        hint={t('incident.form.reason.hint')}
        onSubmit={onSubmit}
        testId="incident-form-text"
      />
    </FormDialog>
  );
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
