import { INCIDENT_ROLES } from '../../../shared/facts/incident.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { text, useText, type Translate } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { copyText } from '../../room/clipboard.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { Channel } from './channel.tsx';
import { closeForm, openForm } from './incident-store.ts';
import styles from './incident.module.css';
import { Ties } from './ties.tsx';

/** What is said when a call starts: who leads, who does what, and where everybody meets. */
export function CallCard(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const isBlocked = useWriteBlock() !== null;
  const edit = (label: string, form: 'roles' | 'channels' | 'team' | 'commander') => (
    <Button size="s" isDisabled={isBlocked} onPress={() => openForm(form, incident.key)}>
      {label}
    </Button>
  );
  const copy = async (): Promise<void> => {
    if (await copyText(callCardText(incident, t))) {
      showToast({ tone: 'success', title: text('incident.card.copied') });
    }
  };
  return (
    <Dialog
      title={t('incident.card.title')}
      isOpen
      onClose={closeForm}
      size="l"
      testId="call-card"
      actions={
        <>
          <Button icon="copy" onPress={() => void copy()} testId="card-copy">
            {t('incident.card.copy')}
          </Button>
          <Button look="primary" onPress={closeForm} autoFocus>
            {t('kit.close')}
          </Button>
        </>
      }
    >
      <p className={styles['which']}>
        <IncidentSeverityMark severity={incident.severity} size="l" />
        <ForeignText text={incident.title} className={styles['cardTitle']} />
        <span className={styles['phase']}>{t(`entry.phase.${incident.phase}`)}</span>
      </p>
      <div className={styles['columns']}>
        <section aria-label={t('incident.card.leads')}>
          <h3 className={styles['heading']}>{t('incident.card.leads')}</h3>
          <dl className={styles['cardFields']}>
            <dt>{t('incident.commander')}</dt>
            <dd>
              {incident.claims.length > 0 ? (
                <strong className={styles['contestedWord']}>
                  {t('incident.contested')}: <ForeignText text={incident.claims.join(', ')} />
                </strong>
              ) : (
                <ForeignText text={incident.commander} />
              )}
            </dd>
            {INCIDENT_ROLES.map((role) => (
              <RoleField key={role} name={t(`entry.role.${role}`)} person={incident.roles[role]} />
            ))}
          </dl>
          <p className={styles['chips']}>
            {edit(t('incident.command.roles'), 'roles')}
            {edit(t('incident.command.commander'), 'commander')}
          </p>
        </section>
        <section aria-label={t('incident.card.where')}>
          <h3 className={styles['heading']}>{t('incident.card.where')}</h3>
          <dl className={styles['cardFields']}>
            <dt>{t('incident.bridge')}</dt>
            <dd>
              <Channel value={incident.bridge} />
            </dd>
            <dt>{t('incident.chat')}</dt>
            <dd>
              <Channel value={incident.chat} />
            </dd>
          </dl>
          <p className={styles['chips']}>{edit(t('incident.command.channels'), 'channels')}</p>
        </section>
      </div>
      <section aria-label={t('incident.teams')}>
        <h3 className={styles['heading']}>{t('incident.teams')}</h3>
        <Teams incident={incident} isBlocked={isBlocked} />
        <p className={styles['chips']}>{edit(t('incident.command.team'), 'team')}</p>
      </section>
      <Ties incident={incident} />
    </Dialog>
  );
}

function RoleField(props: { readonly name: string; readonly person: string | undefined }) {
  const t = useText();
  return (
    <>
      <dt>{props.name}</dt>
      <dd>
        {props.person === undefined ? (
          <span className={styles['faint']}>{t('entry.nobody')}</span>
        ) : (
          <ForeignText text={props.person} />
        )}
      </dd>
    </>
  );
}

/** The sub-teams, each a way to change it. */
function Teams(props: { readonly incident: IncidentRow; readonly isBlocked: boolean }) {
  const t = useText();
  const { incident } = props;
  if (incident.teams.length === 0) {
    return <p className={styles['faint']}>{t('incident.teams.none')}</p>;
  }
  return (
    <ul className={styles['facts']}>
      {incident.teams.map(({ team, lead, members, mission }) => (
        <li key={team} className={styles['teamLine']} data-testid="incident-team">
          <button
            type="button"
            className={styles['service']}
            disabled={props.isBlocked}
            title={t('incident.form.team.title')}
            onClick={() => openForm('team', incident.key, team)}
          >
            <ForeignText text={team} />
          </button>
          <span>
            <strong>
              <ForeignText text={t('incident.team.lead', { name: lead })} />
            </strong>
            {members.length > 0 ? (
              <>
                {' · '}
                <ForeignText text={members.join(', ')} />
              </>
            ) : null}
            {mission === '' ? null : (
              <>
                {' – '}
                <ForeignText text={mission} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The card as text, to be said or pasted where people meet. */
function callCardText(incident: IncidentRow, t: Translate): string {
  const line = (name: string, value: string): string =>
    `${name}: ${value === '' ? t('entry.nobody') : value}`;
  return [
    `${incident.severity} ${incident.title} (${t(`entry.phase.${incident.phase}`)})`,
    line(
      t('incident.commander'),
      incident.claims.length > 0
        ? `${t('incident.contested')}: ${incident.claims.join(', ')}`
        : incident.commander,
    ),
    ...INCIDENT_ROLES.map((role) => line(t(`entry.role.${role}`), incident.roles[role] ?? '')),
    ...(incident.bridge === '' ? [] : [line(t('incident.bridge'), incident.bridge)]),
    ...(incident.chat === '' ? [] : [line(t('incident.chat'), incident.chat)]),
    ...incident.teams.map(({ team, lead, members }) => line(team, [lead, ...members].join(', '))),
  ].join('\n');
}
