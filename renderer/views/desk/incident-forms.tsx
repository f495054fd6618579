import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { runCommand } from '../../room/run-command.ts';
import { closeDeskForm, type DeskForm } from './desk-store.ts';
import { useFields } from './fields.ts';
import { FormFrame } from './form-frame.tsx';
import styles from './forms.module.css';
import type { Span } from './span-of-control.ts';

const LONGEST = 4_000;

/** A sub-team with a lead, made of those who report to one person. */
export function TeamForm(props: {
  readonly form: DeskForm;
  readonly incident: IncidentRow;
  readonly spans: readonly Span[];
  readonly people: readonly string[];
}) {
  const t = useText();
  const { form, incident, spans, people } = props;
  const widest = spans.find(({ lead }) => lead === form.who) ?? spans[0];
  const choices = widest === undefined ? [] : widest.team === null ? widest.loose : widest.people;
  const { values, set, clear } = useFields(form, { team: '', lead: '', mission: '', tried: '' });
  const [members, setMembers] = useState<readonly string[]>([]);
  const isTried = values.tried !== '';
  const team = values.team.trim();
  const lead = values.lead.trim();
  return (
    <FormFrame
      name="team"
      title={t('desk.form.team.title')}
      run={t('desk.form.team.run')}
      submit={() => {
        set({ tried: '1' });
        if (team === '' || lead === '') return null;
        return {
          name: 'incident.form-team',
          incident: incident.key,
          team,
          lead,
          members: members.filter((name) => name !== lead),
          mission: values.mission.trim(),
        };
      }}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {(send) => (
        <>
          <div className={styles['pair']}>
            <TextField
              label={t('desk.team.name')}
              value={values.team}
              onChange={(next) => set({ team: next.slice(0, 100) })}
              error={isTried && team === '' ? t('desk.form.team.name.missing') : null}
              onSubmit={send}
              autoFocus
              testId="team-name"
            />
            <TextField
              label={t('desk.team.lead')}
              value={values.lead}
              onChange={(next) => set({ lead: next.slice(0, 200) })}
              error={isTried && lead === '' ? t('desk.form.person.missing') : null}
              suggestions={people}
              onSubmit={send}
              testId="team-lead"
            />
          </div>
          <TextField
            label={t('desk.team.mission')}
            value={values.mission}
            onChange={(next) => set({ mission: next.slice(0, 1_000) })}
            onSubmit={send}
            testId="team-mission"
          />
          <fieldset className={styles['checks']}>
            <legend className={styles['label']}>{t('desk.team.members')}</legend>
            {choices.length === 0 ? (
              <p className={styles['faint']}>{t('desk.form.team.nobody')}</p>
            ) : null}
            {choices.map((name) => (
              <Checkbox
                key={name}
                className={styles['check'] ?? ''}
                isSelected={members.includes(name)}
                onChange={(isSelected) =>
                  setMembers(
                    isSelected ? [...members, name] : members.filter((other) => other !== name),
                  )
                }
              >
                <span className={styles['box']} />
                <ForeignText text={name} />
              </Checkbox>
            ))}
          </fieldset>
        </>
      )}
    </FormFrame>
  );
}

/** The end of the call: what is left, what is watched, when the next word comes. */
export function SignOffForm(props: { readonly form: DeskForm; readonly incident: IncidentRow }) {
  const t = useText();
  const { form, incident } = props;
  const { values, set, clear } = useFields(form, { remaining: '', watch: '', next: '' });
  return (
    <FormFrame
      name="sign-off"
      title={t('desk.form.signOff.title')}
      about={incident.title}
      run={t('desk.form.signOff.run')}
      submit={() => ({
        name: 'incident.sign-off',
        incident: incident.key,
        remaining: values.remaining.trim(),
        watch: values.watch.trim(),
        next: values.next.trim(),
      })}
      onDone={() => {
        clear();
        closeDeskForm();
      }}
    >
      {() =>
        (['remaining', 'watch', 'next'] as const).map((field, index) => (
          <TextArea
            key={field}
            label={t(`desk.signOff.${field}`)}
            value={values[field]}
            onChange={(next) => set({ [field]: next.slice(0, LONGEST) })}
            hint={t(`desk.form.signOff.${field}.hint`)}
            rows={1}
            autoFocus={index === 0}
            testId={`sign-off-${field}`}
          />
        ))
      }
    </FormFrame>
  );
}

/** An offer of command that waits: whom it was made to takes it or not, who made it takes it back. */
export function OfferForm(props: {
  readonly form: DeskForm;
  readonly incident: IncidentRow;
  readonly person: string;
}) {
  const t = useText();
  const { form, incident, person } = props;
  const offer = incident.offers.filter(({ answer }) => answer === 'waiting').at(-1);
  const { values, set, clear } = useFields(form, { reason: '' });
  if (!offer) return null;
  const isMine = offer.to === person;
  const answer = (accepted: boolean) =>
    ({
      name: 'incident.answer-command',
      incident: incident.key,
      offer: offer.offer,
      accepted,
      reason: values.reason.trim(),
    }) as const;
  const onDone = (): void => {
    clear();
    closeDeskForm();
  };
  const decline = async (): Promise<void> => {
    if ((await runCommand(answer(false))).done) onDone();
  };
  return (
    <FormFrame
      name="offer"
      title={t(isMine ? 'desk.form.offer.mine' : 'desk.form.offer.waits', {
        name: isMine ? offer.by : offer.to,
      })}
      about={offer.pack}
      run={t(isMine ? 'desk.form.offer.accept' : 'desk.form.offer.takeBack')}
      submit={() => answer(isMine)}
      onDone={onDone}
      more={
        isMine ? (
          <Button onPress={() => void decline()}>{t('desk.form.offer.decline')}</Button>
        ) : null
      }
    >
      {(send) => (
        <TextField
          label={t('desk.form.reason')}
          value={values.reason}
          onChange={(reason) => set({ reason: reason.slice(0, LONGEST) })}
          onSubmit={send}
          autoFocus
          testId="offer-reason"
        />
      )}
    </FormFrame>
  );
}
