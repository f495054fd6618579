import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { PHASE_STEPS } from '../../../shared/commands/incident.ts';
import type { Command } from '../../../shared/commands/command.ts';
import { INCIDENT_PHASES, type IncidentPhase } from '../../../shared/facts/incident.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { isOpenPhase } from '../../../shared/projections/incident.ts';
import { useText } from '../../i18n/text.ts';
import { TextField } from '../../kit/field.tsx';
import { Kbd } from '../../kit/kbd.tsx';
import { openDialog } from '../../room/navigation.ts';
import { focusRadio } from './focus-radio.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm, openForm } from './incident-store.ts';
import styles from './incident.module.css';

/** Where the incident goes next: only what is allowed from where it stands is offered. */
export function PhaseForm(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const steps = PHASE_STEPS[incident.phase];
  const sending = useSending();
  const [phase, setPhase] = useState(() => onward(incident.phase));
  const [first] = useState(phase);
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const isMissing = needsReason(incident.phase, phase) && reason.trim() === '';

  const save = async (): Promise<void> => {
    // Both say more before they are done: what is still open, and of which it is a duplicate.
    if (phase === 'resolved') {
      closeForm();
      openDialog('resolve', { thing: incident.key });
      return;
    }
    if (phase === 'duplicate') {
      openForm('duplicate', incident.key);
      return;
    }
    setTried(true);
    if (isMissing) return;
    if (await sending.send(commandFor(incident, phase, reason.trim()))) closeForm();
  };

  return (
    <FormDialog
      testId="incident-form-phase"
      title={t('incident.form.phase.title')}
      incident={incident}
      sending={sending}
      onSave={() => void save()}
      saveLabel={
        phase === 'resolved' || phase === 'duplicate'
          ? t('incident.form.phase.on')
          : t('incident.form.save')
      }
      onKeyDown={(event) => {
        const isTyping = (event.target as HTMLElement).matches('input:not([type=radio])');
        const digit = /^(?:Digit)?([1-9])$/.exec(event.code)?.[1] ?? event.key;
        const step = steps[Number(digit) - 1];
        if (step === undefined || event.ctrlKey || event.metaKey || (isTyping && !event.altKey)) {
          return;
        }
        event.preventDefault();
        setPhase(step);
        focusRadio(event, step);
      }}
    >
      <RadioGroup
        className={styles['severities'] ?? ''}
        value={phase}
        onChange={(value) => {
          const step = steps.find((known) => known === value);
          if (step) setPhase(step);
        }}
      >
        <Label className={styles['label'] ?? ''}>
          {t('incident.form.phase.from', { phase: t(`entry.phase.${incident.phase}`) })}
        </Label>
        {steps.map((step, index) => (
          <Radio
            key={step}
            value={step}
            autoFocus={step === first}
            className={styles['severity'] ?? ''}
            data-testid={`phase-${step}`}
          >
            <span className={styles['ring']} />
            <span className={styles['phaseWord']}>{t(`entry.phase.${step}`)}</span>
            <span className={styles['guidance']}>{t(`incident.phase.${step}`)}</span>
            <Kbd keys={String(index + 1)} />
          </Radio>
        ))}
      </RadioGroup>
      {phase === 'resolved' || phase === 'duplicate' ? null : (
        <TextField
          label={t(
            needsReason(incident.phase, phase)
              ? 'incident.form.reason'
              : 'incident.form.reason.optional',
          )}
          value={reason}
          onChange={(next) => setReason(next.slice(0, 4_000))}
          hint={t('incident.form.reason.hint')}
          error={isTried && isMissing ? t('incident.form.reason.missing') : null}
          onSubmit={() => void save()}
          testId="incident-form-text"
        />
      )}
    </FormDialog>
  );
}

/** The step that is taken when all goes well: the next one on the way, else the way back to work. */
function onward(phase: IncidentPhase): IncidentPhase {
  const place = (step: IncidentPhase): number => INCIDENT_PHASES.indexOf(step);
  const steps = PHASE_STEPS[phase];
  return steps.find((step) => place(step) > place(phase)) ?? steps[0] ?? 'active';
}

/** Going back, or giving up, asks for a reason; going on does not. */
function needsReason(from: IncidentPhase, to: IncidentPhase): boolean {
  return to === 'cancelled' || (to === 'active' && from !== 'triage');
}

function commandFor(incident: IncidentRow, phase: IncidentPhase, reason: string): Command {
  if (phase === 'active' && !isOpenPhase(incident.phase)) {
    return { name: 'incident.reopen', incident: incident.key, reason };
  }
  return {
    name: 'incident.change-phase',
    incident: incident.key,
    phase: phase === 'mitigated' || phase === 'closed' || phase === 'cancelled' ? phase : 'active',
    reason,
  };
}
