import { useEffect, useRef, type ReactNode } from 'react';
import type { AlertRow, NodeRow, RunbookRow } from '../../../shared/ipc/rows.ts';
import { edgeThing } from '../../../shared/facts/topology.ts';
import { calleesOf, callersOf } from '../../../shared/graph/neighbourhood.ts';
import { useText } from '../../i18n/text.ts';
import { IconButton, ToggleButton } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatCount } from '../../kit/format.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import { Age, Time, useAge } from '../../kit/time.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { useNow } from '../../room/now.ts';
import { goTo } from '../../room/navigation.ts';
import { offerReason, startRun, useOfferedRunbooks } from '../../room/offered-runbooks.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import styles from './map-view.module.css';
import type { Scene } from './scene.ts';
import { groupSame, openAlertsOf, type SameAlerts } from './service-alerts.ts';
import { statusText } from './status-text.ts';
import { trafficText } from './traffic-text.ts';

const MOST_ALERTS = 30;
const MOST_RUNBOOKS = 8;

/** Everything that is known of the selected service. */
export function ServiceCard(props: {
  readonly row: NodeRow;
  readonly scene: Scene;
  readonly isFocused: boolean;
  readonly onFocusChange: (isFocused: boolean) => void;
  readonly isBlast: boolean;
  readonly onBlastChange: (isBlast: boolean) => void;
  readonly isPinned: boolean;
  readonly onPinChange: (isPinned: boolean) => void;
  readonly onGo: (name: string) => void;
  readonly onClose: () => void;
  /** Grows each time the card shall take the keyboard. */
  readonly takeKeyboard: number;
}) {
  const t = useText();
  const now = useNow();
  const { row, scene, takeKeyboard } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const taken = useRef(takeKeyboard);
  const alerts = openAlertsOf(useRowList('alerts'), row.name);
  const groups = groupSame(alerts);
  const hidden = groups.slice(MOST_ALERTS).reduce((sum, same) => sum + same.count, 0);
  const age = useAge(row.asOf);
  const since = sinceOf(row, alerts);

  useEffect(() => {
    if (taken.current === takeKeyboard) return;
    taken.current = takeKeyboard;
    heading.current?.focus();
  }, [takeKeyboard]);

  return (
    <aside
      className={styles['card']}
      data-testid="map-card"
      aria-label={t('map.card', { name: visibleText(row.name) })}
    >
      <header className={styles['cardHead']}>
        <div className={styles['cardTitle']}>
          <h3 ref={heading} tabIndex={-1} className={styles['cardName']}>
            <ForeignText text={row.name} />
          </h3>
          <IconButton icon="close" size="s" label={t('map.close')} onPress={props.onClose} />
        </div>
        <p className={styles['cardStatus']} data-condition={row.condition}>
          <ConditionMark condition={row.condition} isWordHidden />
          <span>{statusText(row, now, t)}</span>
        </p>
        {since === null ? null : (
          <p className={styles['soft']}>
            {t('map.since')} <Time moment={since} /> (<Age moment={since} />)
          </p>
        )}
        {row.declared ? null : <p className={styles['note']}>{t('map.undeclared')}</p>}
        {row.unlistedSince === null ? null : (
          <p className={styles['note']} data-testid="map-unlisted">
            {t('map.unlisted')} <Time moment={row.unlistedSince} /> (
            <Age moment={row.unlistedSince} />)
          </p>
        )}
        <div className={styles['cardActions']}>
          <ToggleButton
            size="s"
            icon="filter"
            isSelected={props.isFocused}
            onChange={props.onFocusChange}
          >
            {t('map.focus')}
          </ToggleButton>
          <ToggleButton
            size="s"
            isSelected={props.isBlast}
            onChange={props.onBlastChange}
            testId="map-blast-toggle"
          >
            {t('map.blast.show')}
          </ToggleButton>
          <ToggleButton
            size="s"
            icon="pin"
            label={t(props.isPinned ? 'map.unpin' : 'map.pin')}
            isSelected={props.isPinned}
            onChange={props.onPinChange}
            testId="map-pin"
          />
        </div>
      </header>
      <div className={styles['cardBody']}>
        <Section title={t('map.alerts')} count={alerts.length}>
          {alerts.length === 0 ? <p className={styles['soft']}>{t('map.alertsNone')}</p> : null}
          <ul className={styles['plainList']}>
            {groups.slice(0, MOST_ALERTS).map((same) => (
              <li key={same.alert.key}>
                <AlertLine same={same} />
              </li>
            ))}
          </ul>
          {hidden > 0 ? (
            <p className={styles['soft']}>{t('map.alertsMore', { count: hidden })}</p>
          ) : null}
        </Section>
        <Runbooks service={row.name} />
        <Calls
          title={t('map.callers')}
          none={t('map.callersNone')}
          names={callersOf(scene.geometry.services, row.name)}
          edgeOf={(name) => edgeThing(name, row.name)}
          scene={scene}
          onGo={props.onGo}
        />
        <Calls
          title={t('map.callees')}
          none={t('map.calleesNone')}
          names={calleesOf(scene.geometry.services, row.name)}
          edgeOf={(name) => edgeThing(row.name, name)}
          scene={scene}
          onGo={props.onGo}
        />
        <dl className={styles['fields']}>
          <Field name={t('map.field.kind')}>{t(`map.kind.${row.kind}`)}</Field>
          <Field name={t('map.field.owner')}>{row.owner ?? t('map.field.notKnown')}</Field>
          {row.unit === null ? null : <Field name={t('map.field.unit')}>{row.unit}</Field>}
          {row.cell === null ? null : <Field name={t('map.field.cell')}>{row.cell}</Field>}
          <Field name={t('map.field.zone')}>{row.zone ?? t('map.noZone')}</Field>
          {row.city === null ? null : <Field name={t('map.field.city')}>{row.city}</Field>}
          <Field name={t('map.field.heard')}>
            {row.asOf === null ? t('map.heardNow') : t('map.heardAgo', { age })}
          </Field>
          <Field name={t('map.field.sources')}>
            {row.sources.length === 0 ? t('map.field.notKnown') : row.sources.join(', ')}
          </Field>
          {row.disputes.map(({ field, says }) => (
            <Field key={field} name={t('map.dispute', { field })}>
              <span className={styles['dispute']} data-testid="map-dispute">
                {says.map(({ source, value }) => `${source}: ${value}`).join(' · ')}
              </span>
            </Field>
          ))}
          {Object.keys(row.tags).length === 0 ? null : (
            <Field name={t('map.field.tags')}>
              <span className={styles['tags']}>
                {Object.entries(row.tags).map(([name, value]) => (
                  <span className={styles['tag']} key={name}>
                    {name}={value}
                  </span>
                ))}
              </span>
            </Field>
          )}
        </dl>
      </div>
    </aside>
  );
}

/** Runbooks that name the service or serve what is open on it, best first. */
function Runbooks(props: { readonly service: string }) {
  const t = useText();
  const block = useWriteBlock();
  const offered = useOfferedRunbooks('service', props.service);
  if (offered === null || offered.length === 0) return null;
  return (
    <Section title={t('map.runbooks')} count={offered.length}>
      <ul className={styles['plainList']}>
        {offered.slice(0, MOST_RUNBOOKS).map(({ row, reason }) => (
          <li key={row.key} className={styles['runbook']} data-testid="map-runbook">
            <button
              type="button"
              className={styles['line']}
              aria-label={visibleText(row.title)}
              onClick={() => {
                select(`runbook:${row.key}`);
                goTo('runbooks');
              }}
            >
              <span className={styles['lineText']}>
                <span className={styles['lineName']}>
                  <ForeignText text={row.title} />
                </span>
                <span className={styles['soft']}>{offerReason(reason)}</span>
              </span>
            </button>
            <IconButton
              icon="play"
              size="s"
              label={t('map.runbookStart', { title: visibleText(row.title) })}
              isDisabled={block !== null || !row.held}
              onPress={() => void startAndShow(row)}
              testId="map-runbook-start"
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

async function startAndShow(row: RunbookRow): Promise<void> {
  const run = await startRun(row, null);
  if (run === null) return;
  select(run);
  goTo('runbooks');
}

function Section(props: {
  readonly title: string;
  readonly count: number;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles['section']}>
      <h4 className={styles['sectionTitle']}>
        {props.title} <span className={styles['soft']}>{props.count}</span>
      </h4>
      {props.children}
    </section>
  );
}

function AlertLine(props: { readonly same: SameAlerts }) {
  const t = useText();
  const { alert, count, startsAt } = props.same;
  return (
    <button type="button" className={styles['line']} onClick={() => select(alert.key)}>
      <ConditionMark
        condition={alert.status === 'unknown' ? 'unknown' : alert.severity}
        isWordHidden
      />
      <span className={styles['lineText']}>
        <span className={styles['lineName']}>
          <ForeignText text={alert.name} />
          {count > 1 ? <strong> ×{formatCount(count)}</strong> : null}
        </span>
        <span className={styles['soft']}>
          {alert.status === 'unknown' ? `${t('map.alertUnknown')} · ` : ''}
          <ForeignText text={alert.summary} />
        </span>
      </span>
      <Age moment={startsAt} />
    </button>
  );
}

function Calls(props: {
  readonly title: string;
  readonly none: string;
  readonly names: readonly string[];
  /** The edge's key for a name of the list. */
  readonly edgeOf: (name: string) => string;
  readonly scene: Scene;
  readonly onGo: (name: string) => void;
}) {
  const { scene } = props;
  const rows = props.names
    .map((name) => scene.rowOf(name))
    .filter((row) => row !== undefined)
    .sort((left, right) => rankOf(left) - rankOf(right));
  return (
    <Section title={props.title} count={rows.length}>
      {rows.length === 0 ? <p className={styles['soft']}>{props.none}</p> : null}
      <ul className={styles['plainList']}>
        {rows.map((row) => (
          <li key={row.key}>
            <button type="button" className={styles['line']} onClick={() => props.onGo(row.name)}>
              <ConditionMark condition={row.condition} isWordHidden />
              <span className={styles['lineName']}>
                <ForeignText text={row.name} />
              </span>
              <Traffic edgeKey={props.edgeOf(row.name)} />
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What was measured of a call: how often, how much of it failed, how long it took. */
function Traffic(props: { readonly edgeKey: string }) {
  const t = useText();
  const traffic = useRow('edges', props.edgeKey)?.traffic ?? null;
  const age = useAge(traffic?.at ?? null);
  if (traffic === null) return null;
  return (
    <span
      className={styles['soft']}
      title={t('map.traffic.of', { source: traffic.source, age })}
      data-testid="map-traffic"
    >
      {trafficText(traffic)}
    </span>
  );
}

function Field(props: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

/** The worst first; names keep their order among equals. */
const RANKS = { critical: 0, warning: 1, unknown: 2, info: 3, healthy: 4 } as const;
function rankOf(row: NodeRow): number {
  return RANKS[row.condition];
}

/** Since when the worst of its open alerts goes on; null where nothing is open. */
function sinceOf(row: NodeRow, alerts: readonly AlertRow[]): number | null {
  const worst = row.condition === 'unknown' ? row.lastSeverity : row.condition;
  const starts = alerts.filter((alert) => alert.severity === worst).map((alert) => alert.startsAt);
  return starts.length === 0 ? null : Math.min(...starts);
}
