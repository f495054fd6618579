import { useState } from 'react';
import { useStore } from 'zustand';
import type { Command } from '../../../shared/commands/command.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { useRow } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useSession } from '../../room/session.ts';
import { closeForm, formStore, type IncidentForm } from './incident-store.ts';
import styles from './incident.module.css';
import { reasonOf } from './reason.ts';
import { SeverityChoice, severityOfKey } from './severity-choice.tsx';

/** The small form that is open, if any: severity, title, commander, reopening. */
export function IncidentForms() {
  const { form, incident } = useStore(formStore);
  const row = useRow('incidents', incident);
  if (form === null || !row) return null;
  return <OneForm key={`${form} ${row.key}`} form={form} incident={row} />;
}

function OneForm(props: { readonly form: IncidentForm; readonly incident: IncidentRow }) {
  const t = useText();
  const { form, incident } = props;
  const person = useSession()?.person ?? '';
  const [severity, setSeverity] = useState(incident.severity);
  const [text, setText] = useState(
    form === 'rename' ? incident.title : form === 'commander' ? incident.commander : '',
  );
  const [isTried, setTried] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const save = async (value: string): Promise<void> => {
    setTried(true);
    const command = commandOf(form, incident.key, value.trim(), severity);
    if (isBusy || value.trim() === '') return;
    setBusy(true);
    const answer = await runCommand(command);
    setBusy(false);
    if (answer.done) closeForm();
    else setRefusal(reasonOf(answer.code));
  };
  const isMissing = isTried && text.trim() === '';
  const labels = {
    severity: t('incident.form.reason'),
    reopen: t('incident.form.reason'),
    rename: t('incident.form.rename.label'),
    commander: t('incident.form.commander'),
  };
  const missing = {
    severity: t('incident.form.reason.missing'),
    reopen: t('incident.form.reason.missing'),
    rename: t('incident.form.title.missing'),
    commander: t('incident.form.commander.missing'),
  };

  return (
    <Dialog
      title={t(`incident.form.${form}.title`)}
      isOpen
      onClose={closeForm}
      testId={`incident-form-${form}`}
      actions={
        <>
          {form === 'commander' && person !== '' && person !== incident.commander ? (
            <Button onPress={() => void save(person)}>{t('incident.form.commander.me')}</Button>
          ) : null}
          <Button onPress={closeForm}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Enter"
            isDisabled={isBusy}
            onPress={() => void save(text)}
            testId="incident-form-save"
          >
            {t(form === 'reopen' ? 'incident.form.reopen.run' : 'incident.form.save')}
          </Button>
        </>
      }
    >
      <div
        role="presentation"
        className={styles['form']}
        onKeyDown={(event) => {
          const chosen = form === 'severity' ? severityOfKey(event) : null;
          if (!chosen) return;
          event.preventDefault();
          setSeverity(chosen);
        }}
      >
        {refusal === null ? null : <Banner tone="critical" title={refusal} />}
        {form === 'severity' ? <SeverityChoice value={severity} onChange={setSeverity} /> : null}
        <TextField
          label={labels[form]}
          value={text}
          onChange={setText}
          hint={
            form === 'commander'
              ? t('incident.form.commander.now', {
                  name:
                    incident.claims.length > 0 ? incident.claims.join(', ') : incident.commander,
                })
              : form === 'rename'
                ? undefined
                : t('incident.form.reason.hint')
          }
          error={isMissing ? missing[form] : null}
          onSubmit={() => void save(text)}
          autoFocus
          testId="incident-form-text"
        />
      </div>
    </Dialog>
  );
}

function commandOf(
  form: IncidentForm,
  incident: string,
  value: string,
  severity: IncidentRow['severity'],
): Command {
  switch (form) {
    case 'severity':
      return {
        name: 'incident.change-severity',
        incident,
        severity,
        reason: value.slice(0, 4_000),
      };
    case 'rename':
      return { name: 'incident.rename', incident, title: value.slice(0, 300) };
    case 'commander':
      return { name: 'incident.assign-commander', incident, commander: value.slice(0, 200) };
    case 'reopen':
      return { name: 'incident.reopen', incident, reason: value.slice(0, 4_000) };
  }
}
