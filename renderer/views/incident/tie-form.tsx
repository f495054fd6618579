import { useState } from 'react';
import type { Command } from '../../../shared/commands/command.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextField } from '../../kit/field.tsx';
import { Select } from '../../kit/select.tsx';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { byUrgency } from '../../room/incident-family.ts';
import { useRowList } from '../../room/rows.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm, type TieForm } from './incident-store.ts';
import styles from './incident.module.css';

const NONE = 'none';

/** Ties an incident to another: merges it, calls it a duplicate, makes it a part. */
export function TieIncidentForm(props: { readonly form: TieForm; readonly incident: IncidentRow }) {
  const t = useText();
  const { form, incident } = props;
  const sending = useSending();
  const others = useRowList('incidents').filter(
    (row) => row.key !== incident.key && (form === 'duplicate' || row.status === 'active'),
  );
  const sorted = [
    ...byUrgency(others.filter(({ status }) => status === 'active')),
    ...byUrgency(others.filter(({ status }) => status !== 'active')),
  ];
  const mayBeNone = form === 'parent' && incident.parent !== null;
  const [chosen, setChosen] = useState(
    (form === 'parent' ? incident.parent : null) ?? sorted[0]?.key ?? NONE,
  );
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const isMissing = form === 'parent' && reason.trim() === '';

  const save = async (): Promise<void> => {
    setTried(true);
    const command = commandFor(form, incident.key, chosen, reason.trim());
    if (isMissing || command === null) return;
    if (!(await sending.send(command))) return;
    // Work goes on where it was merged into.
    if (form === 'merge') chooseIncident(chosen);
    closeForm();
  };

  return (
    <FormDialog
      testId={`incident-form-${form}`}
      title={t(`incident.form.${form}.title`)}
      incident={incident}
      sending={sending}
      onSave={() => void save()}
      isSaveDisabled={sorted.length === 0 && !mayBeNone}
      saveLabel={t(`incident.form.${form}.run`)}
    >
      {sorted.length === 0 && !mayBeNone ? (
        <p>{t('incident.form.tie.nothing')}</p>
      ) : (
        <>
          <p className={styles['hint']}>{t(`incident.form.${form}.what`)}</p>
          <Select
            label={t(`incident.form.${form}.other`)}
            value={chosen}
            options={[
              ...(mayBeNone ? [{ value: NONE, label: t('incident.form.parent.none') }] : []),
              ...sorted.map((row) => ({
                value: row.key,
                label: `${row.severity} ${row.title}`,
                hint: `${t(`entry.phase.${row.phase}`)} · ${row.commander}`,
              })),
            ]}
            onChange={setChosen}
            testId="incident-other"
          />
          <TextField
            label={t(form === 'parent' ? 'incident.form.reason' : 'incident.form.reason.optional')}
            value={reason}
            onChange={(next) => setReason(next.slice(0, 4_000))}
            hint={t('incident.form.reason.hint')}
            error={isTried && isMissing ? t('incident.form.reason.missing') : null}
            onSubmit={() => void save()}
            autoFocus
            testId="incident-form-text"
          />
        </>
      )}
    </FormDialog>
  );
}

/** null where no other incident was chosen. */
function commandFor(
  form: TieForm,
  incident: string,
  chosen: string,
  reason: string,
): Command | null {
  if (form === 'parent') {
    return {
      name: 'incident.set-parent',
      incident,
      parent: chosen === NONE ? null : chosen,
      reason,
    };
  }
  if (chosen === NONE) return null;
  return form === 'merge'
    ? { name: 'incident.merge', incident, into: chosen, reason }
    : { name: 'incident.mark-duplicate', incident, of: chosen, reason };
}
