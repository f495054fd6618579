import { incidentTypeSchema, type IncidentType } from '../../../shared/facts/incident.ts';
import { useText } from '../../i18n/text.ts';
import { Select } from '../../kit/select.tsx';

const NONE = 'unsaid';

/** What kind of trouble it is; null while nobody said. */
export function TypeChoice(props: {
  readonly value: IncidentType | null;
  readonly onChange: (type: IncidentType) => void;
}) {
  const t = useText();
  return (
    <Select
      label={t('incident.form.type')}
      value={props.value ?? NONE}
      options={[
        ...(props.value === null ? [{ value: NONE, label: t('incident.type.unsaid') }] : []),
        ...incidentTypeSchema.options.map((type) => ({
          value: type,
          label: t(`incident.type.${type}`),
        })),
      ]}
      onChange={(value) => {
        const type = incidentTypeSchema.safeParse(value);
        if (type.success) props.onChange(type.data);
      }}
      testId="incident-type"
    />
  );
}
