import { useEffect, useState, type ReactNode } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { AlertRow, RunbookRow } from '../../../shared/ipc/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { hasText, text, useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button, IconButton } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { formatMoment } from '../../kit/format.ts';
import { useZone } from '../../kit/zone.ts';
import { SentMark, SeverityMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Time, useAge } from '../../kit/time.tsx';
import { core, shell } from '../../room/core.ts';
import { goTo } from '../../room/navigation.ts';
import { offerReason, useOfferedRunbooks } from '../../room/offered-runbooks.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { acknowledge, showOnMap, showRun, startRunFor, withdraw } from './alert-actions.ts';
import { AlertFlags, HeldMark, UnknownMark } from './alert-cells.tsx';
import { placeOf } from './place.ts';
import styles from './alerts.module.css';
import { alertsStore } from './alerts-store.ts';
import { DayStrip } from './day-strip.tsx';
import { HandOver } from './hand-over.tsx';
import { HeldSection } from './held-section.tsx';

/** Everything that is known of one alert, and what can be done about it. */
export function AlertCard(props: { readonly alertKey: string }) {
  const t = useText();
  const alert = useRow('alerts', props.alertKey);
  return (
    <aside className={styles['card']} aria-label={t('alerts.card')} data-testid="alert-card">
      <Panel
        title={t('alerts.card')}
        isPadded
        toolbar={
          <IconButton
            size="s"
            icon="close"
            label={t('alerts.card.close')}
            shortcut="Escape"
            onPress={() => select(null)}
          />
        }
      >
        {alert ? (
          <Details key={alert.key} alert={alert} />
        ) : (
          <EmptyState icon="alerts" title={t('alerts.card.gone')} />
        )}
      </Panel>
    </aside>
  );
}

function Details(props: { readonly alert: AlertRow }) {
  const t = useText();
  const { alert } = props;
  const block = useWriteBlock();
  const place = placeOf(alert);
  const acknowledgedAge = useAge(alert.acknowledged?.at ?? null);
  const { service, acknowledged } = alert;
  return (
    <div className={styles['cardBody']}>
      <div>
        <h3 className={styles['cardTitle']}>
          <ForeignText text={alert.name} />
        </h3>
        <p className={styles['cardMarks']}>
          <SeverityMark severity={alert.severity} />
          {alert.status === 'unknown' ? (
            <UnknownMark asOf={alert.asOf} />
          ) : (
            <span>{t(`alerts.status.${alert.status}`)}</span>
          )}
          <AlertFlags alert={alert} />
          <HeldMark alert={alert} />
        </p>
      </div>
      {alert.summary === '' ? null : (
        <p className={styles['summary']}>
          <ForeignText text={alert.summary} keepLines />
        </p>
      )}
      <div className={styles['actions']}>
        {acknowledged === null ? (
          <>
            <Button
              size="s"
              look="primary"
              shortcut="A"
              isDisabled={block !== null}
              onPress={() => void acknowledge([alert.key])}
              testId="alert-acknowledge"
            >
              {t('alerts.acknowledge')}
            </Button>
            <Button
              size="s"
              isDisabled={block !== null}
              onPress={() =>
                alertsStore.setState({ dialog: { kind: 'acknowledge', alerts: [alert.key] } })
              }
              testId="alert-acknowledge-with-comment"
            >
              {t('alerts.acknowledgeWith')}
            </Button>
          </>
        ) : (
          <Button
            size="s"
            shortcut="U"
            isDisabled={block !== null}
            onPress={() => void withdraw([alert.key])}
            testId="alert-withdraw"
          >
            {t('alerts.withdraw')}
          </Button>
        )}
        <HandOver alerts={[alert.key]} isBlocked={block !== null} testPrefix="alert" />
        {service === null ? null : (
          <Button size="s" icon="map" shortcut="M" onPress={() => showOnMap(service)}>
            {t('alerts.card.showOnMap')}
          </Button>
        )}
        <Button size="s" icon="timeline" onPress={() => goTo('timeline')}>
          {t('alerts.card.showOnTimeline')}
        </Button>
      </div>
      {block === null ? null : <p className={styles['faint']}>{t(`alerts.block.${block}`)}</p>}
      <HeldSection alert={alert} isBlocked={block !== null} />
      <dl className={styles['fields']}>
        {alert.assigned === null ? null : (
          <Field name={t('alerts.column.assigned')}>
            <ForeignText text={alert.assigned} className={styles['people']} />
          </Field>
        )}
        {acknowledged === null ? null : (
          <Field name={t('alerts.card.acknowledged')}>
            <span className={styles['people']}>
              <ForeignText
                text={t('alerts.card.by', { by: acknowledged.by, age: acknowledgedAge })}
              />
            </span>
            {acknowledged.comment ? (
              <p>
                <ForeignText text={acknowledged.comment} keepLines />
              </p>
            ) : null}
          </Field>
        )}
        <Field name={t('alerts.card.started')}>
          <Time moment={alert.startsAt} />
        </Field>
        {alert.endsAt === null ? null : (
          <Field name={t('alerts.card.ended')}>
            <Time moment={alert.endsAt} />
          </Field>
        )}
        <Field name={t('alerts.card.heard')}>
          {alert.asOf === null ? t('alerts.card.heardNow') : <Time moment={alert.asOf} />}
        </Field>
        <Field name={t('alerts.card.service')}>
          <ForeignText text={service ?? t('alerts.noService')} />
        </Field>
        {place.length === 0 ? null : (
          <Field name={t('alerts.card.place')}>
            <ForeignText text={place.join(' · ')} />
          </Field>
        )}
        <Field name={t('alerts.card.fingerprint')}>
          <span className={styles['mono']}>{alert.fingerprint}</span>
        </Field>
      </dl>
      <Runbooks alert={alert} isBlocked={block !== null} />
      <Section title={t('alerts.card.sources')}>
        <dl className={styles['fields']}>
          {alert.sources.map(({ source, status }) => (
            <Field key={source} name={<ForeignText text={source} />}>
              {t(`alerts.status.${status}`)}
            </Field>
          ))}
        </dl>
      </Section>
      <Texts title={t('alerts.card.labels')} texts={alert.labels} />
      <Texts title={t('alerts.card.annotations')} texts={alert.annotations} />
      <History alert={alert} />
    </div>
  );
}

/** Runbooks that serve the alert, best first. */
function Runbooks(props: { readonly alert: AlertRow; readonly isBlocked: boolean }) {
  const t = useText();
  const { alert } = props;
  const found = useOfferedRunbooks('alert', alert.key);
  const runs = useRowList('runs');
  return (
    <Section title={t('alerts.card.runbooks')}>
      {found?.length === 0 ? (
        <p className={styles['item']}>
          <span className={styles['soft']}>{t('alerts.card.runbooks.none')}</span>
          <Button size="s" onPress={() => goTo('runbooks')}>
            {t('alerts.card.runbooks.library')}
          </Button>
        </p>
      ) : null}
      {found?.map(({ row, reason }) => {
        const run = runs.find(
          (known) =>
            known.status === 'running' && known.alert === alert.key && known.digest === row.digest,
        );
        return (
          <div key={row.key} className={styles['item']} data-testid="alert-runbook">
            <span className={styles['itemText']}>
              <ForeignText text={row.title} className={styles['strong']} />{' '}
              <span className={styles['faint']}>{reasonOf(row, reason)}</span>
            </span>
            {run ? (
              <Button size="s" onPress={() => showRun(run.key)}>
                {t('alerts.card.open')}
              </Button>
            ) : (
              <Button
                size="s"
                icon="play"
                isDisabled={props.isBlocked || !row.held}
                onPress={() => void startRunFor(row, alert.key)}
                testId="alert-start-runbook"
              >
                {t('alerts.card.start')}
              </Button>
            )}
          </div>
        );
      })}
    </Section>
  );
}

/** Why a runbook is offered, or why it cannot be started. */
function reasonOf(row: RunbookRow, reason: string): string {
  return row.held ? offerReason(reason) : text('alerts.card.notHeld');
}

const LINK = /^(https:|mailto:)\S+$/i;

function Texts(props: {
  readonly title: string;
  readonly texts: Readonly<Record<string, string>>;
}) {
  const t = useText();
  const names = Object.keys(props.texts).sort();
  if (names.length === 0) return null;
  return (
    <Section title={props.title}>
      <dl className={styles['fields']}>
        {names.map((name) => {
          const value = props.texts[name] ?? '';
          return (
            <Field key={name} name={<ForeignText text={name} />}>
              <ForeignText text={value} keepLines />
              {LINK.test(value) ? (
                <Button
                  size="s"
                  look="quiet"
                  icon="external"
                  label={`${t('alerts.card.openLink')}: ${value}`}
                  onPress={() => void shell('shell.open-link', { url: value }).catch(() => {})}
                >
                  {t('alerts.card.openLink')}
                </Button>
              ) : null}
            </Field>
          );
        })}
      </dl>
    </Section>
  );
}

/** Every fact that was ever said of the alert, newest first. */
function History(props: { readonly alert: AlertRow }) {
  const t = useText();
  const { alert } = props;
  const [entries, setEntries] = useState<readonly TimelineEntry[]>([]);
  useEffect(() => {
    let isOver = false;
    core
      .ask('thing.history', { thing: alert.key, limit: 500 })
      .then((answer) => {
        if (!isOver) setEntries(answer.entries.toReversed());
      })
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [alert]);
  if (entries.length === 0) return null;
  return (
    <Section title={t('alerts.card.history')}>
      <DayStrip entries={entries} />
      <div className={styles['history']} data-testid="alert-history">
        {entries.map((entry) => (
          <Said key={entry.id} entry={entry} />
        ))}
      </div>
    </Section>
  );
}

function Said(props: { readonly entry: TimelineEntry }) {
  const t = useText();
  useZone();
  const { entry } = props;
  const key = `alerts.history.${entry.kind}`;
  const comment = entry.body['comment'];
  const isLate = entry.heardAt - entry.at > 30_000;
  return (
    <>
      <span className={styles['soft']}>
        <Time moment={entry.at} />
      </span>
      <span>
        {hasText(key) ? text(key) : entry.kind} ·{' '}
        <ForeignText
          text={entry.author?.person ?? entry.source}
          className={entry.author ? styles['people'] : styles['soft']}
        />{' '}
        {typeof comment === 'string' ? <ForeignText text={comment} /> : null}{' '}
        {isLate ? (
          <Badge>
            {t('alerts.history.heard', { time: formatMoment(entry.heardAt, entry.at) })}
          </Badge>
        ) : null}{' '}
        {entry.clockAhead ? (
          <Badge tone="warning" title={t('alerts.clockAhead.hint')}>
            {t('alerts.clockAhead')}
          </Badge>
        ) : null}{' '}
        <SentMark sent={entry.sent} />
      </span>
    </>
  );
}

function Section(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles['section']}>
      <h4 className={styles['heading']}>{props.title}</h4>
      {props.children}
    </section>
  );
}

function Field(props: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </>
  );
}
