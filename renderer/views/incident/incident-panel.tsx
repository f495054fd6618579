import { nodeThing } from '../../../shared/facts/topology.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { IncidentSeverityMark, SentMark } from '../../kit/marks.tsx';
import { Menu } from '../../kit/menu.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Time } from '../../kit/time.tsx';
import { openDialog } from '../../room/navigation.ts';
import { usePosition } from '../../room/position.ts';
import { exportRoom } from '../../room/room-actions.ts';
import { useRowMap } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { entryText, useEntries } from './entries.ts';
import { openForm, useIncident } from './incident-store.ts';
import styles from './incident.module.css';

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
      summary={
        <>
          {incident.status === 'resolved' ? (
            <span>{t('incident.resolved')}</span>
          ) : (
            <IncidentSeverityMark severity={incident.severity} />
          )}
          <SentMark sent={incident.sent} isWordHidden />
        </>
      }
      toolbar={<Actions incident={incident} isBlocked={block !== null} />}
    >
      {block ? <p className={styles['blocked']}>{t(`incident.blocked.${block}`)}</p> : null}
      <dl className={styles['fields']}>
        <dt>{t('incident.declared')}</dt>
        <dd>
          <Time moment={incident.declaredAt} />{' '}
          <bdi>{t('incident.declaredBy', { name: incident.declaredBy })}</bdi>
        </dd>
        <dt>{t('incident.commander')}</dt>
        <dd>
          {incident.claims.length > 0 ? (
            <strong className={styles['contestedWord']}>
              {t('incident.contested')}: {incident.claims.join(', ')}
            </strong>
          ) : (
            <bdi>{incident.commander}</bdi>
          )}
        </dd>
        <dt>{t('incident.services')}</dt>
        <dd>
          <Services names={incident.services} />
        </dd>
      </dl>
      <Entries incident={incident} />
    </Panel>
  );
}

function Actions(props: { readonly incident: IncidentRow; readonly isBlocked: boolean }) {
  const t = useText();
  const { incident, isBlocked } = props;
  const isOver = incident.status === 'resolved';
  return (
    <>
      <Menu
        label={t('incident.actions')}
        trigger={
          <Button size="s" icon="chevron-down" isDisabled={isBlocked} testId="incident-change">
            {t('incident.change')}
          </Button>
        }
        entries={[
          {
            id: 'severity',
            label: t('incident.command.severity'),
            run: () => openForm('severity', incident.key),
          },
          {
            id: 'commander',
            label: t('incident.command.commander'),
            isDisabled: isOver,
            run: () => openForm('commander', incident.key),
          },
          {
            id: 'rename',
            label: t('incident.command.rename'),
            run: () => openForm('rename', incident.key),
          },
        ]}
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
          <Button size="s" icon="export" testId="incident-export">
            {t('incident.export')}
          </Button>
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
              <bdi className={styles['who']}>{entry.author?.person ?? entry.source}</bdi>{' '}
              <bdi>{entryText(entry, t)}</bdi>{' '}
              {entry.sent === 'sent' ? null : <SentMark sent={entry.sent} />}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
