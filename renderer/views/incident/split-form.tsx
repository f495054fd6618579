import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { ToggleButton } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Select } from '../../kit/select.tsx';
import { useKnownPeople } from '../../room/known-people.ts';
import { focusRadio } from './focus-radio.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm } from './incident-store.ts';
import styles from './incident.module.css';
import { SeverityChoice, severityOfKey } from './severity-choice.tsx';

/** A part of an incident becomes one of its own and takes its services with it. */
export function SplitForm(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const sending = useSending();
  const people = useKnownPeople();
  const [title, setTitle] = useState('');
  const [severity, setSeverity] = useState(incident.severity);
  const [commander, setCommander] = useState(incident.commander);
  const [services, setServices] = useState<readonly string[]>([]);
  const [stays, setStays] = useState<'part' | 'independent'>('part');
  const [isTried, setTried] = useState(false);

  const save = async (): Promise<void> => {
    setTried(true);
    if (title.trim() === '' || commander.trim() === '') return;
    const isDone = await sending.send({
      name: 'incident.split',
      incident: incident.key,
      title: title.trim(),
      severity,
      commander: commander.trim(),
      services: [...services],
      independent: stays === 'independent',
    });
    if (isDone) closeForm();
  };

  return (
    <FormDialog
      testId="incident-form-split"
      title={t('incident.form.split.title')}
      incident={incident}
      sending={sending}
      onSave={() => void save()}
      saveLabel={t('incident.form.split.run')}
      onKeyDown={(event) => {
        const chosen = severityOfKey(event);
        if (!chosen) return;
        event.preventDefault();
        setSeverity(chosen);
        focusRadio(event, chosen);
      }}
    >
      <TextField
        label={t('incident.form.split.what')}
        value={title}
        onChange={(next) => setTitle(next.slice(0, 300))}
        error={isTried && title.trim() === '' ? t('incident.form.title.missing') : null}
        onSubmit={() => void save()}
        autoFocus
        testId="split-title"
      />
      <div className={styles['picker']} role="group" aria-label={t('incident.form.split.services')}>
        <span className={styles['label']}>{t('incident.form.split.services')}</span>
        {incident.services.length === 0 ? (
          <span className={styles['hint']}>{t('incident.services.none')}</span>
        ) : (
          <div className={styles['chips']}>
            {incident.services.map((service) => (
              <ToggleButton
                key={service}
                size="s"
                isSelected={services.includes(service)}
                onChange={(isSelected) =>
                  setServices(
                    isSelected
                      ? [...services, service]
                      : services.filter((known) => known !== service),
                  )
                }
                testId="split-service"
              >
                <ForeignText text={service} />
              </ToggleButton>
            ))}
          </div>
        )}
      </div>
      <SeverityChoice value={severity} onChange={setSeverity} />
      <div className={styles['columns']}>
        <TextField
          label={t('incident.form.commander')}
          value={commander}
          onChange={(next) => setCommander(next.slice(0, 200))}
          error={isTried && commander.trim() === '' ? t('incident.form.commander.missing') : null}
          suggestions={people}
          onSubmit={() => void save()}
          testId="split-commander"
        />
        <Select
          label={t('incident.form.split.stays')}
          value={stays}
          options={[
            { value: 'part', label: t('incident.form.split.part') },
            { value: 'independent', label: t('incident.form.split.independent') },
          ]}
          onChange={setStays}
          testId="split-stays"
        />
      </div>
    </FormDialog>
  );
}
