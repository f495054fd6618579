import { INCIDENT_ROLES } from '../../../shared/facts/incident.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { openOffer } from '../../../shared/projections/incident.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/icons.tsx';
import { IncidentSeverityMark, SentMark } from '../../kit/marks.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Time } from '../../kit/time.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { openDialog } from '../../room/navigation.ts';
import { useNow } from '../../room/now.ts';
import { usePosition } from '../../room/position.ts';
import { useRowList } from '../../room/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { durationOf, formatHours } from './current-incident.ts';
import { assignCommander, useIncidentCommands } from './incident-commands.ts';
import { IncidentForms } from './incident-forms.tsx';
import { openForm, openSwitcher, useIncident } from './incident-store.ts';
import styles from './incident.module.css';

/** The incident that the desk is about, in the header of every view. */
export function IncidentHeader() {
  const t = useText();
  const incident = useIncident();
  const position = usePosition();
  const block = useWriteBlock();
  useIncidentCommands(incident);
  const declare = (
    <Button
      look={incident ? 'normal' : 'primary'}
      size={incident ? 's' : 'm'}
      isDisabled={block !== null}
      onPress={() => openDialog('declare')}
      shortcut="Ctrl+D"
      testId="declare"
    >
      {t('incident.declare')}
    </Button>
  );
  return (
    <div
      className={classes(styles['strip'], styles[`strip-${incident?.status ?? 'none'}`])}
      data-testid="incident-header"
      data-incident={incident?.key}
      data-status={incident?.status ?? 'none'}
    >
      {incident ? (
        <>
          <IncidentSeverityMark severity={incident.severity} size="l" />
          <div className={styles['name']}>
            <p className={styles['title']} title={visibleText(incident.title)}>
              <ForeignText text={incident.title} />
            </p>
            <p className={styles['under']}>
              <span
                className={styles['phase']}
                data-testid="incident-phase"
                data-phase={incident.phase}
              >
                {t(`entry.phase.${incident.phase}`)}
              </span>
              <Command incident={incident} />
              <SentMark sent={incident.sent} />
              <OfferWaits incident={incident} />
              <Roles incident={incident} />
            </p>
          </div>
          <Clock incident={incident} />
        </>
      ) : (
        <div className={styles['name']}>
          <p className={styles['none']}>
            {t(position.mode === 'live' ? 'incident.none' : 'incident.noneAt')}
          </p>
        </div>
      )}
      <Others current={incident} />
      {!incident || incident.status === 'resolved' ? declare : null}
      <IncidentForms />
    </div>
  );
}

function Command(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const block = useWriteBlock();
  if (incident.claims.length === 0) {
    return (
      <span className={styles['commander']}>
        <Icon name="person" size="s" />
        <ForeignText text={t('incident.commander.is', { name: incident.commander })} />
      </span>
    );
  }
  const names = visibleText(incident.claims.join(', '));
  return (
    <span className={styles['contested']} role="alert" data-testid="incident-contested">
      <Icon name="warning" size="s" />
      <span title={t('incident.contested.why', { names })}>
        {t('incident.contested')}: {names}
      </span>
      <Menu
        label={t('incident.contested.settle')}
        trigger={
          <Button size="s" look="danger" isDisabled={block !== null} testId="settle-command">
            {t('incident.contested.settle')}
          </Button>
        }
        entries={[
          ...incident.claims.map((name) => ({
            id: name,
            label: t('incident.contested.by', { name }),
            icon: 'person' as const,
            run: () => assignCommander(incident.key, name),
          })),
          {
            id: 'other…',
            label: t('incident.contested.other'),
            run: () => openForm('commander', incident.key),
          },
        ]}
      />
    </span>
  );
}

/** Who was asked to take command and has not answered yet. */
function OfferWaits(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { incident } = props;
  const offer = openOffer(incident);
  if (offer === null || incident.status !== 'active') return null;
  return (
    <button
      type="button"
      className={styles['offerWaits']}
      title={t('incident.form.answer.waiting', { name: offer.to })}
      onClick={() => openForm('answer', incident.key, offer.offer)}
      data-testid="offer-waits"
    >
      <ForeignText text={t('incident.offer.waits', { name: offer.to })} />
    </button>
  );
}

/** The other roles that are held, as far as there is room. */
function Roles(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const { roles } = props.incident;
  const held = INCIDENT_ROLES.flatMap((role) =>
    roles[role] === undefined ? [] : [visibleText(`${t(`entry.role.${role}`)}: ${roles[role]}`)],
  );
  if (held.length === 0) return null;
  return (
    <span className={styles['roles']} title={held.join('\n')} data-testid="incident-roles">
      {held.join(' · ')}
    </span>
  );
}

/** Ticks while the incident goes on; stands still under review and when it is over. */
function Clock(props: { readonly incident: IncidentRow }) {
  const t = useText();
  const now = useNow();
  const { lastedMs, isRunning } = durationOf(props.incident, now);
  const since = props.incident.declaredAt;
  return (
    <div
      className={styles['clock']}
      title={t(isRunning ? 'incident.clock' : 'incident.clock.over')}
    >
      <span
        className={styles['hours']}
        role="timer"
        aria-label={t(isRunning ? 'incident.clock' : 'incident.clock.over')}
        data-testid="incident-clock"
      >
        {formatHours(lastedMs)}
      </span>
      <span className={styles['since']}>
        {isRunning ? t('incident.declared') : t('incident.resolved')}{' '}
        <Time moment={props.incident.resolvedAt ?? since} />
      </span>
    </div>
  );
}

/** The other incidents of the room: open ones are said loudly, past ones are there to look at. */
function Others(props: { readonly current: IncidentRow | null }) {
  const t = useText();
  const others = useRowList('incidents').filter(({ key }) => key !== props.current?.key);
  if (others.length === 0) return null;
  const active = others.filter((incident) => incident.status === 'active');
  const label =
    active.length > 0
      ? t('incident.othersActive', { count: active.length })
      : props.current
        ? t('incident.others', { count: others.length })
        : t('incident.past', { count: others.length });
  return (
    <Button
      size="s"
      look={active.length > 0 ? 'danger' : 'quiet'}
      shortcut="Ctrl+I"
      onPress={openSwitcher}
      testId="incident-others"
    >
      {label}
    </Button>
  );
}
