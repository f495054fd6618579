import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { useKnownPeople } from '../../room/known-people.ts';
import { FormDialog, useSending } from './form-dialog.tsx';
import { closeForm } from './incident-store.ts';
import { PeoplePicker } from './place-pickers.tsx';

/** A sub-team with its lead, so that nobody leads more people than can be led. */
export function TeamForm(props: {
  readonly incident: IncidentRow;
  /** The team that is changed; null: a new one. */
  readonly team: string | null;
}) {
  const t = useText();
  const { incident } = props;
  const known = incident.teams.find(({ team }) => team === props.team);
  const sending = useSending();
  const people = useKnownPeople();
  const [team, setTeam] = useState(known?.team ?? '');
  const [lead, setLead] = useState(known?.lead ?? '');
  const [members, setMembers] = useState<readonly string[]>(known?.members ?? []);
  const [mission, setMission] = useState(known?.mission ?? '');
  const [isTried, setTried] = useState(false);

  const save = async (): Promise<void> => {
    setTried(true);
    if (team.trim() === '' || lead.trim() === '') return;
    const isDone = await sending.send({
      name: 'incident.form-team',
      incident: incident.key,
      team: team.trim(),
      lead: lead.trim(),
      members: [...members],
      mission: mission.trim(),
    });
    if (isDone) closeForm();
  };
  const dissolve = async (): Promise<void> => {
    if (known === undefined) return;
    const isDone = await sending.send({
      name: 'incident.dissolve-team',
      incident: incident.key,
      team: known.team,
    });
    if (isDone) closeForm();
  };
  const onSubmit = (): void => void save();

  return (
    <FormDialog
      testId="incident-form-team"
      title={t(known === undefined ? 'incident.form.team.new' : 'incident.form.team.title')}
      incident={incident}
      sending={sending}
      onSave={onSubmit}
      otherActions={
        known === undefined ? null : (
          <Button
            look="danger"
            isDisabled={sending.isBusy}
            onPress={() => void dissolve()}
            testId="team-dissolve"
          >
            {t('incident.form.team.dissolve')}
          </Button>
        )
      }
    >
      <TextField
        label={t('incident.form.team.name')}
        value={team}
        onChange={(next) => setTeam(next.slice(0, 100))}
        error={isTried && team.trim() === '' ? t('incident.form.team.name.missing') : null}
        isDisabled={known !== undefined}
        onSubmit={onSubmit}
        autoFocus={known === undefined}
        testId="team-name"
      />
      <TextField
        label={t('incident.form.team.lead')}
        value={lead}
        onChange={(next) => setLead(next.slice(0, 200))}
        error={isTried && lead.trim() === '' ? t('incident.form.team.lead.missing') : null}
        suggestions={people}
        onSubmit={onSubmit}
        autoFocus={known !== undefined}
        testId="team-lead"
      />
      <TextField
        label={t('incident.form.team.mission')}
        value={mission}
        onChange={(next) => setMission(next.slice(0, 1_000))}
        onSubmit={onSubmit}
        testId="team-mission"
      />
      <PeoplePicker
        label={t('incident.form.team.members')}
        value={members}
        onChange={setMembers}
        onSubmit={onSubmit}
      />
    </FormDialog>
  );
}
