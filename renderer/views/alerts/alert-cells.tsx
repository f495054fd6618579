import { memo } from 'react';
import type { AlertGroupRow, AlertRow } from '../../../shared/ipc/rows.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/icons.tsx';
import { SeverityMark } from '../../kit/marks.tsx';
import { Age, useAge } from '../../kit/time.tsx';
import { markOf } from './alert-mark.ts';
import { isOver, SEVERITIES, type GroupLine } from './alert-order.ts';
import styles from './alerts.module.css';

/** The parts of an alert's row; each renders again only when its row changed. */

export const NameCell = memo(function PlainNameCell(props: {
  readonly alert: AlertRow;
  /** The summary follows the name in the same cell. */
  readonly withSummary?: boolean;
}) {
  const { alert } = props;
  const mark = markOf(alert);
  return (
    <span
      className={classes(styles['name'], isOver(alert) && styles['over'])}
      data-testid="alert-row"
      data-alert-name={alert.name}
      data-status={alert.status}
      data-severity={alert.severity}
      data-acknowledged={alert.acknowledged !== null}
    >
      <ForeignText text={alert.name} className={styles['strong']} />
      {mark === null ? null : <ForeignText text={mark} className={styles['mark']} />}
      {props.withSummary && alert.summary !== '' ? (
        <ForeignText text={alert.summary} className={styles['soft']} />
      ) : null}
    </span>
  );
});

/** Firing, resolved and since when, or the question mark with the age of the last word. */
export const StatusCell = memo(function PlainStatusCell(props: { readonly alert: AlertRow }) {
  const t = useText();
  const { alert } = props;
  if (alert.status === 'unknown') return <UnknownMark asOf={alert.asOf} />;
  if (alert.status === 'firing') return <>{t('alerts.status.firing')}</>;
  return (
    <span className={styles['over']}>
      {t('alerts.status.resolved')} {alert.endsAt === null ? null : <Age moment={alert.endsAt} />}
    </span>
  );
});

export function UnknownMark(props: { readonly asOf: number | null }) {
  const t = useText();
  const age = useAge(props.asOf);
  return (
    <Badge isDashed title={t('alerts.unknown.hint')}>
      {props.asOf === null ? `? ${t('alerts.status.unknown')}` : t('alerts.unknown.age', { age })}
    </Badge>
  );
}

export const SourcesCell = memo(function PlainSourcesCell(props: { readonly alert: AlertRow }) {
  const { alert } = props;
  return (
    <span className={styles['inline']}>
      <AlertFlags alert={alert} />
      <ForeignText text={alert.sources.map(({ source }) => source).join(', ')} />
    </span>
  );
});

/** What is odd about an alert: its sources disagree, or its clock runs ahead. */
export function AlertFlags(props: { readonly alert: AlertRow }) {
  const t = useText();
  return (
    <>
      {props.alert.disputed ? (
        <Badge tone="warning" title={t('alerts.disputed.hint')}>
          {t('alerts.disputed')}
        </Badge>
      ) : null}
      {props.alert.clockAhead ? (
        <Badge tone="warning" title={t('alerts.clockAhead.hint')}>
          {t('alerts.clockAhead')}
        </Badge>
      ) : null}
    </>
  );
}

export const AcknowledgedCell = memo(function PlainAcknowledgedCell(props: {
  readonly alert: AlertRow;
}) {
  const { acknowledged } = props.alert;
  if (acknowledged === null) return null;
  return (
    <span className={styles['people']} title={acknowledged.comment ?? undefined}>
      <Icon name="person" size="s" /> <ForeignText text={acknowledged.by} />
    </span>
  );
});

/** Why an alert asks for no eyes of its own, in a word. */
export function HeldMark(props: { readonly alert: AlertRow }) {
  const t = useText();
  const { held, shaking } = props.alert;
  if (shaking !== null) {
    return (
      <Badge tone="warning" title={t('alerts.held.shaking', { count: shaking.edges })}>
        {t('alerts.shaking', { count: shaking.edges })}
      </Badge>
    );
  }
  if (held === null || held.stage === 'folding' || held.stage === 'grouping') return null;
  return <Badge title={t(`alerts.stage.${held.stage}`)}>{t(`alerts.stage.${held.stage}`)}</Badge>;
}

/** The title of a group: what it stands under, its counts, and whether somebody looks after it. */
export function GroupTitle(props: {
  readonly group: GroupLine;
  readonly onToggle: (group: string) => void;
}) {
  const t = useText();
  const { group } = props;
  const { cause, id } = group;
  const isOver = cause === null && id === '' && group.worst === null;
  const service = isOver
    ? t('alerts.group.over')
    : (group.service ?? t(group.by === 'unit' ? 'alerts.noUnit' : 'alerts.noService'));
  return (
    <span
      className={styles['group']}
      data-testid="alert-group"
      data-service={group.service ?? ''}
      data-quiet={cause?.isQuiet ?? false}
      data-members={group.alerts.length}
    >
      <button
        type="button"
        tabIndex={-1}
        className={styles['fold']}
        aria-expanded={!group.isCollapsed}
        aria-label={t(group.isCollapsed ? 'alerts.group.expand' : 'alerts.group.collapse', {
          service: cause?.title ?? service,
        })}
        onClick={() => props.onToggle(id)}
      >
        <Icon name={group.isCollapsed ? 'chevron-right' : 'chevron-down'} size="s" />
      </button>
      {cause === null ? null : <ForeignText text={cause.title} className={styles['strong']} />}
      <ForeignText
        text={service}
        className={cause === null ? styles['strong'] : styles['groupNote']}
      />
      <span className={styles['counts']}>
        {SEVERITIES.filter((severity) => group.counts[severity] > 0).map((severity) => (
          <span key={severity} className={styles['inline']}>
            <SeverityMark severity={severity} isWordHidden /> {group.counts[severity]}
          </span>
        ))}
        {group.unknown > 0 ? (
          <Badge isDashed title={t('alerts.unknown.hint')}>
            ? {group.unknown}
          </Badge>
        ) : null}
        {group.resolved > 0 ? (
          <span className={styles['faint']}>
            {t('alerts.group.resolved', { count: group.resolved })}
          </span>
        ) : null}
        {cause !== null && cause.services.length > 1 ? (
          <span className={styles['spread']}>
            {t('alerts.group.services', { count: cause.services.length })}
          </span>
        ) : null}
        {cause?.isQuiet ? <Badge>{t('alerts.group.quiet')}</Badge> : null}
        {cause?.candidate?.deserves && cause.candidate.coveredBy === null ? (
          <Badge tone="critical" title={reasonsText(cause.candidate.reasons, t)}>
            {t('alerts.group.candidate')}
          </Badge>
        ) : null}
      </span>
      {cause?.assigned == null ? null : (
        <span className={styles['people']}>
          <Icon name="person" size="s" /> <ForeignText text={cause.assigned} />
        </span>
      )}
      {group.unacknowledged > 0 && group.unacknowledged < group.alerts.length - group.resolved ? (
        <span className={styles['groupNote']}>
          {t('alerts.group.open', { count: group.unacknowledged })}
        </span>
      ) : null}
      {cause === null ? null : (
        <span className={styles['marks']}>
          <Age moment={cause.startsAt} />
        </span>
      )}
    </span>
  );
}

type Reasons = NonNullable<AlertGroupRow['candidate']>['reasons'];

/** Why a group deserves an incident. */
export function reasonsText(reasons: Reasons, t: ReturnType<typeof useText>): string {
  return reasons.map((reason) => t(`alerts.candidate.${reason}`)).join(' · ');
}
