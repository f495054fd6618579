import { useState } from 'react';
import type { Command } from '../../../shared/commands/command.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { useKnownPeople } from '../../room/known-people.ts';
import { useSession } from '../../room/session.ts';
import { focusRadio } from './focus-radio.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm, type TextForm } from './incident-store.ts';
import { SeverityChoice, severityOfKey } from './severity-choice.tsx';

/** A form of one line of text: severity with its reason, title, commander, reopening. */
export function TextIncidentForm(props: {
  readonly form: TextForm;
  readonly incident: IncidentRow;
}) {
  const t = useText();
  const { form, incident } = props;
  const person = useSession()?.person ?? '';
  const people = useKnownPeople();
  const sending = useSending();
  const [severity, setSeverity] = useState(incident.severity);
  const [text, setText] = useState(
    form === 'rename' ? incident.title : form === 'commander' ? incident.commander : '',
  );
  const [isTried, setTried] = useState(false);

  const save = async (value: string): Promise<void> => {
    setTried(true);
    if (value.trim() === '') return;
    if (await sending.send(commandOf(form, incident.key, value.trim(), severity))) closeForm();
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
    <FormDialog
      testId={`incident-form-${form}`}
      title={t(`incident.form.${form}.title`)}
      incident={incident}
      sending={sending}
      onSave={() => void save(text)}
      saveLabel={t(form === 'reopen' ? 'incident.form.reopen.run' : 'incident.form.save')}
      otherActions={
        form === 'commander' && person !== '' && person !== incident.commander ? (
          <Button onPress={() => void save(person)}>{t('incident.form.commander.me')}</Button>
        ) : null
      }
      onKeyDown={(event) => {
        const chosen = form === 'severity' ? severityOfKey(event) : null;
        if (!chosen) return;
        event.preventDefault();
        setSeverity(chosen);
        focusRadio(event, chosen);
      }}
    >
      {form === 'severity' ? <SeverityChoice value={severity} onChange={setSeverity} /> : null}
      <TextField
        label={labels[form]}
        value={text}
        onChange={setText}
        hint={
          form === 'commander'
            ? t('incident.form.commander.now', {
                name: incident.claims.length > 0 ? incident.claims.join(', ') : incident.commander,
              })
            : form === 'rename'
              ? undefined
              : t('incident.form.reason.hint')
        }
        error={isMissing ? missing[form] : null}
        suggestions={form === 'commander' ? people : []}
        onSubmit={() => void save(text)}
        autoFocus
        testId="incident-form-text"
      />
    </FormDialog>
  );
}

function commandOf(
  form: TextForm,
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
