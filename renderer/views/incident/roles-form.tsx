import { useState } from 'react';
import { INCIDENT_ROLES, type IncidentRole } from '../../../shared/facts/incident.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { TextField } from '../../kit/field.tsx';
import { useKnownPeople } from '../../room/known-people.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm } from './incident-store.ts';

/** Who does what beside the commander. An empty field: nobody. */
export function RolesForm(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const sending = useSending();
  const people = useKnownPeople();
  const [names, setNames] = useState<Partial<Record<IncidentRole, string>>>(incident.roles);

  const save = async (): Promise<void> => {
    const changed = INCIDENT_ROLES.flatMap((role) => {
      const person = (names[role] ?? '').trim();
      return person === (incident.roles[role] ?? '')
        ? []
        : [{ role, person: person === '' ? null : person }];
    });
    const isDone = await sending.send(
      ...changed.map(({ role, person }) => ({
        name: 'incident.assign-role' as const,
        incident: incident.key,
        role,
        person,
      })),
    );
    if (isDone) closeForm();
  };

  return (
    <FormDialog
      testId="incident-form-roles"
      title={t('incident.form.roles.title')}
      incident={incident}
      sending={sending}
      onSave={() => void save()}
    >
      {INCIDENT_ROLES.map((role, index) => (
        <TextField
          key={role}
          label={t(`entry.role.${role}`)}
          value={names[role] ?? ''}
          onChange={(next) => setNames({ ...names, [role]: next.slice(0, 200) })}
          hint={t(`incident.role.${role}`)}
          suggestions={people}
          onSubmit={() => void save()}
          autoFocus={index === 0}
          testId={`role-${role}`}
        />
      ))}
    </FormDialog>
  );
}
