import { useMemo } from 'react';
import { useText } from '../../i18n/text.ts';
import { useKnownPeople } from '../../room/known-people.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import { NamePicker } from './name-picker.tsx';
import { UNITS_THING } from '../../../shared/facts/units.ts';

interface PickerProps {
  readonly value: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
  readonly onSubmit: () => void;
}

/** The services that an incident touches. */
export function ServicePicker(props: PickerProps) {
  const t = useText();
  const nodes = useRowList('nodes');
  const known = useMemo(() => nodes.map(({ name }) => name), [nodes]);
  return (
    <NamePicker
      {...props}
      known={known}
      label={t('incident.form.services')}
      addLabel={t('incident.form.services.add')}
      noneLabel={t('incident.form.services.none')}
      unknownLabel={t('incident.form.services.unknown')}
      testId="declare-service"
    />
  );
}

/** The units that an incident touches: those of the room's rules, and those that services name. */
export function UnitPicker(props: PickerProps) {
  const t = useText();
  const nodes = useRowList('nodes');
  const rules = useRow('units', UNITS_THING)?.rules;
  const known = useMemo(
    () => [
      ...new Set([
        ...(rules?.units ?? []).map(({ name }) => name),
        ...nodes.flatMap(({ unit }) => (unit === null ? [] : [unit])),
      ]),
    ],
    [nodes, rules],
  );
  return (
    <NamePicker
      {...props}
      known={known}
      label={t('incident.form.units')}
      addLabel={t('incident.form.units.add')}
      noneLabel={t('incident.form.services.none')}
      testId="declare-unit"
    />
  );
}

/** Several people. */
export function PeoplePicker(props: PickerProps & { readonly label: string }) {
  const t = useText();
  const known = useKnownPeople();
  return (
    <NamePicker
      {...props}
      known={known}
      addLabel={t('incident.form.people.add')}
      noneLabel={t('incident.form.people.none')}
      testId="people-add"
    />
  );
}
