import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useCommands, type UiCommand } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/icons.tsx';
import { IncidentSeverityMark, SentMark } from '../../kit/marks.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Time } from '../../kit/time.tsx';
import { openDialog } from '../../room/navigation.ts';
import { useNow } from '../../room/now.ts';
import { usePosition } from '../../room/position.ts';
import { useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useSession } from '../../room/session.ts';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { byUrgency, durationOf, formatHours } from './current-incident.ts';
import { IncidentForms } from './incident-forms.tsx';
import { openForm, useIncident } from './incident-store.ts';
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
            <p className={styles['title']} title={incident.title}>
              <bdi>{incident.title}</bdi>
            </p>
            <p className={styles['under']}>
              <Command incident={incident} />
              <SentMark sent={incident.sent} />
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
        <span>{t('incident.commander.is', { name: incident.commander })}</span>
      </span>
    );
  }
  const names = incident.claims.join(', ');
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
            run: () => assign(incident.key, name),
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

/** The other incidents of the room: active ones are said loudly, past ones are there to look at. */
function Others(props: { readonly current: IncidentRow | null }) {
  const t = useText();
  const others = byUrgency(
    useRowList('incidents').filter((incident) => incident.key !== props.current?.key),
  );
  if (others.length === 0) return null;
  const active = others.filter((incident) => incident.status === 'active');
  const past = others.filter((incident) => incident.status === 'resolved');
  const label =
    active.length > 0
      ? t('incident.othersActive', { count: active.length })
      : props.current
        ? t('incident.others', { count: others.length })
        : t('incident.past', { count: past.length });
  return (
    <Menu
      label={t('incident.choose')}
      trigger={
        <Button
          size="s"
          look={active.length > 0 ? 'danger' : 'quiet'}
          icon="chevron-down"
          testId="incident-others"
        >
          {label}
        </Button>
      }
      entries={[...active, ...past].map((incident) => ({
        id: incident.key,
        label: `${incident.severity} ${incident.title}${
          incident.status === 'resolved' ? ` · ${t('incident.resolved')}` : ''
        }`,
        run: () => chooseIncident(incident.key),
      }))}
    />
  );
}

function useIncidentCommands(incident: IncidentRow | null): void {
  const session = useSession();
  const block = useWriteBlock();
  const incidents = useRowList('incidents');
  const mayWrite = session !== null && session.room !== 'none' && block === null;
  const isActive = mayWrite && incident?.status === 'active';
  const on =
    (act: (key: string) => void): (() => void) =>
    () => {
      if (incident) act(incident.key);
    };
  const commands: UiCommand[] = [
    {
      id: 'incident.declare',
      group: 'incident',
      titleKey: 'incident.command.declare',
      shortcut: 'Ctrl+D',
      isEnabled: () => mayWrite,
      run: () => openDialog('declare'),
    },
    {
      id: 'incident.resolve',
      group: 'incident',
      titleKey: 'incident.command.resolve',
      isEnabled: () => isActive,
      run: on((thing) => openDialog('resolve', { thing })),
    },
    {
      id: 'incident.change-severity',
      group: 'incident',
      titleKey: 'incident.command.severity',
      isEnabled: () => mayWrite && incident !== null,
      run: on((key) => openForm('severity', key)),
    },
    {
      id: 'incident.rename',
      group: 'incident',
      titleKey: 'incident.command.rename',
      isEnabled: () => mayWrite && incident !== null,
      run: on((key) => openForm('rename', key)),
    },
    {
      id: 'incident.assign-commander',
      group: 'incident',
      titleKey: 'incident.command.commander',
      isEnabled: () => isActive,
      run: on((key) => openForm('commander', key)),
    },
    {
      id: 'incident.take-command',
      group: 'incident',
      titleKey: 'incident.command.take',
      isEnabled: () =>
        isActive &&
        session?.person != null &&
        (incident.claims.length > 0 || incident.commander !== session.person),
      run: on((key) => {
        if (session?.person != null) assign(key, session.person);
      }),
    },
    {
      id: 'incident.reopen',
      group: 'incident',
      titleKey: 'incident.command.reopen',
      isEnabled: () => mayWrite && incident?.status === 'resolved',
      run: on((key) => openForm('reopen', key)),
    },
    {
      id: 'incident.next',
      group: 'incident',
      titleKey: 'incident.command.next',
      isEnabled: () => incidents.length > 1,
      run: () => {
        const order = byUrgency(incidents);
        const place = order.findIndex((row) => row.key === incident?.key);
        const next = order[(place + 1) % order.length];
        if (next) chooseIncident(next.key);
      },
    },
  ];
  useCommands(commands);
}

function assign(incident: string, commander: string): void {
  void runCommand({ name: 'incident.assign-commander', incident, commander });
}
