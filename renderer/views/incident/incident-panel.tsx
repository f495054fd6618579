import { INCIDENT_ROLES } from '../../../shared/facts/incident.ts';
import { nodeThing } from '../../../shared/facts/topology.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Time } from '../../kit/time.tsx';
import { openDialog } from '../../room/navigation.ts';
import { usePosition } from '../../room/position.ts';
import { exportRoom } from '../../room/room-actions.ts';
import { useRow, useRowMap } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { Channel } from './channel.tsx';
import { entryText, useEntries } from './entries.ts';
import { openForm, useIncident } from './incident-store.ts';
import styles from './incident.module.css';
import { Ties } from './ties.tsx';

const SERVICES_SHOWN = 8;

/** What is known of the incident, what can be changed, and what people did about it. */
export function IncidentPanel() {
  const t = useText();
  const incident = useIncident();
  const position = usePosition();
  const block = useWriteBlock();
  if (!incident) {
    const isLive = position.mode === 'live';
    return (
      <Panel title={t('incident.title')} testId="incident-panel">
        <EmptyState
          title={t(isLive ? 'incident.none' : 'incident.noneAt')}
          why={t(isLive ? 'incident.none.why' : 'incident.noneAt.why')}
        />
      </Panel>
    );
  }
  return (
    <Panel
      title={t('incident.title')}
      testId="incident-panel"
      toolbar={<Actions incident={incident} isBlocked={block !== null} />}
    >
      {block ? <p className={styles['blocked']}>{t(`incident.blocked.${block}`)}</p> : null}
      <dl className={styles['fields']}>
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
          <Said key={role} name={t(`entry.role.${role}`)} text={incident.roles[role] ?? ''} />
        ))}
        <Said
          name={t('incident.form.type')}
          text={incident.type === null ? '' : t(`incident.type.${incident.type}`)}
        />
        <Said name={t('incident.form.impact')} text={incident.impact} />
        <dt>{t('incident.services')}</dt>
        <dd>
          <Services names={incident.services} />
        </dd>
        <Said name={t('incident.form.units')} text={incident.units.join(', ')} />
        {incident.bridge === '' ? null : (
          <>
            <dt>{t('incident.bridge')}</dt>
            <dd>
              <Channel value={incident.bridge} />
            </dd>
          </>
        )}
        {incident.chat === '' ? null : (
          <>
            <dt>{t('incident.chat')}</dt>
            <dd>
              <Channel value={incident.chat} />
            </dd>
          </>
        )}
        {incident.teams.map(({ team, lead, members }) => (
          <Said key={team} name={team} text={[lead, ...members].join(', ')} />
        ))}
        <dt>{t('incident.declared')}</dt>
        <dd>
          <Time moment={incident.declaredAt} />{' '}
          <ForeignText text={t('incident.declaredBy', { name: incident.declaredBy })} />
        </dd>
        <Origin thing={incident.origin} />
      </dl>
      <div className={styles['panelTies']}>
        <Ties incident={incident} />
      </div>
      <Entries incident={incident} />
    </Panel>
  );
}

function Said(props: { readonly name: string; readonly text: string }) {
  if (props.text === '') return null;
  return (
    <>
      <dt>
        <ForeignText text={props.name} />
      </dt>
      <dd>
        <ForeignText text={props.text} keepLines />
      </dd>
    </>
  );
}

/** What it was declared from, as far as it is still there. */
function Origin(props: { readonly thing: string | null }) {
  const t = useText();
  const alert = useRow('alerts', props.thing);
  const node = useRow('nodes', props.thing);
  const group = useRow('groups', props.thing);
  const name = alert?.name ?? node?.name ?? group?.title;
  if (props.thing === null || name === undefined) return null;
  const thing = group === undefined ? props.thing : group.root;
  return (
    <>
      <dt>{t('incident.origin')}</dt>
      <dd>
        <button type="button" className={styles['service']} onClick={() => select(thing)}>
          <ForeignText text={name} />
        </button>
      </dd>
    </>
  );
}

/** What can be changed, in the order in which it is asked for. */
const CHANGES = [
  ['phase', 'incident.command.phase', 'always'],
  ['severity', 'incident.command.severity', 'always'],
  ['scope', 'incident.command.scope', 'always'],
  ['rename', 'incident.command.rename', 'always'],
  ['roles', 'incident.command.roles', 'open'],
  ['team', 'incident.command.team', 'open'],
  ['channels', 'incident.command.channels', 'open'],
  ['offer', 'incident.command.offer', 'open'],
  ['commander', 'incident.command.commander', 'open'],
  ['split', 'incident.command.split', 'open'],
  ['merge', 'incident.command.merge', 'open'],
  ['duplicate', 'incident.command.duplicate', 'always'],
  ['parent', 'incident.command.parent', 'always'],
] as const;

function Actions(props: { readonly incident: IncidentRow; readonly isBlocked: boolean }) {
  const t = useText();
  const { incident, isBlocked } = props;
  const isOver = incident.status === 'resolved';
  return (
    <>
      <Button size="s" onPress={() => openForm('card', incident.key)} testId="incident-card">
        {t('incident.card')}
      </Button>
      <Menu
        label={t('incident.actions')}
        trigger={
          <Button size="s" icon="chevron-down" isDisabled={isBlocked} testId="incident-change">
            {t('incident.change')}
          </Button>
        }
        entries={CHANGES.map(([form, label, when]) => ({
          id: form,
          label: t(label),
          isDisabled: when === 'open' && isOver,
          run: () => openForm(form, incident.key),
        }))}
      />
      {isOver ? (
        <Button
          size="s"
          isDisabled={isBlocked}
          onPress={() => openForm('reopen', incident.key)}
          testId="incident-reopen"
        >
          {t('incident.reopen')}
        </Button>
      ) : (
        <Button
          size="s"
          isDisabled={isBlocked}
          onPress={() => openDialog('resolve', { thing: incident.key })}
          testId="incident-resolve"
        >
          {t('incident.resolve')}
        </Button>
      )}
      <Menu
        label={t('incident.export')}
        trigger={
          <IconButton
            size="s"
            look="normal"
            icon="export"
            label={t('incident.export')}
            testId="incident-export"
          />
        }
        entries={(['bundle', 'markdown', 'csv'] as const).map((format) => ({
          id: format,
          label: t(`export.${format}`),
          run: () => void exportRoom(format, incident.key),
        }))}
      />
    </>
  );
}

function Services(props: { readonly names: readonly string[] }) {
  const t = useText();
  const nodes = useRowMap('nodes');
  if (props.names.length === 0) {
    return <span className={styles['faint']}>{t('incident.services.none')}</span>;
  }
  const hidden = props.names.length - SERVICES_SHOWN;
  return (
    <span className={styles['chips']}>
      {props.names.slice(0, SERVICES_SHOWN).map((name) => (
        <button
          key={name}
          type="button"
          className={styles['service']}
          title={t('incident.services.show', { name })}
          disabled={!nodes.has(nodeThing(name))}
          onClick={() => select(nodeThing(name))}
        >
          <ForeignText text={name} />
        </button>
      ))}
      {hidden > 0 ? (
        <span className={styles['faint']} title={props.names.slice(SERVICES_SHOWN).join(', ')}>
          {t('incident.services.more', { count: hidden })}
        </span>
      ) : null}
    </span>
  );
}

function Entries(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const entries = useEntries(props.incident);
  return (
    <section className={styles['entries']} aria-label={t('incident.entries')}>
      <h3 className={styles['heading']}>{t('incident.entries')}</h3>
      {entries.length === 0 ? (
        <p className={styles['faint']}>{t('incident.entries.none')}</p>
      ) : null}
      <ol>
        {entries.map((entry) => (
          <li key={entry.id} className={styles['entry']} data-testid="incident-entry">
            <Time moment={entry.at} />
            <p className={styles['entryText']}>
              <ForeignText text={entry.author?.person ?? entry.source} className={styles['who']} />{' '}
              <ForeignText text={entryText(entry, t)} />{' '}
              {entry.sent === 'sent' ? null : <SentMark sent={entry.sent} />}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
