import type { StatusRow } from '../../shared/ipc/rows.ts';
import { hasText, text, useText, type Translate } from '../i18n/text.ts';
import { Badge } from '../kit/badge.tsx';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/icons.tsx';
import { useAge } from '../kit/time.tsx';
import { goTo } from '../room/navigation.ts';
import { useStatus } from '../room/rows.ts';
import styles from './header.module.css';

/** Where the facts come from, for how long they have not, and what is not yet sent. */
export function ConnectionBlock() {
  const t = useText();
  const status = useStatus();
  const since = useAge(status ? silentSince(status) : null, 'wall');
  if (!status) return null;
  const isBad = status.feed === 'offline' || status.feed === 'refused';
  return (
    <button
      type="button"
      className={classes(
        styles['block'],
        status.feed === 'offline' && styles['alarm'],
        status.feed === 'refused' && styles['refused'],
      )}
      title={feedDetail(status, since, t)}
      onClick={() => goTo('sources')}
      data-testid="connection"
      data-feed={status.feed}
    >
      <span
        className={classes(
          styles['strong'],
          status.feed === 'connected' && styles['good'],
          status.feed === 'offline' && styles['warn'],
          status.feed === 'refused' && styles['bad'],
        )}
      >
        <Icon name={isBad ? 'offline' : 'gateway'} size="s" />
        {t(`feed.${status.feed}`)}
        {status.room === 'demo' || status.room === 'bundle' ? (
          <Badge tone="info">{t(`feed.room.${status.room}`)}</Badge>
        ) : null}
      </span>
      <span className={styles['line']}>
        {isBad || status.feed === 'connecting' ? (
          <span>{t('feed.for', { age: since })}</span>
        ) : (
          <span>{status.feedAddress === null ? status.roomTitle : hostOf(status.feedAddress)}</span>
        )}
        {status.outbox > 0 ? (
          <span className={styles['warn']} title={t('feed.outbox.detail')} data-testid="outbox">
            {t('feed.outbox', { count: status.outbox })}
          </span>
        ) : null}
        {status.refused > 0 ? (
          <span className={styles['bad']} title={t('feed.refusedFacts.detail')}>
            {t('feed.refusedFacts', { count: status.refused })}
          </span>
        ) : null}
      </span>
    </button>
  );
}

/** Since when the feed is as it is; for a silent gateway since it was last heard. */
export function silentSince(status: StatusRow): number {
  return status.feed === 'offline' ? (status.heardAt ?? status.feedSince) : status.feedSince;
}

/** One sentence on the state of the feed. */
export function feedDetail(status: StatusRow, age: string, t: Translate): string {
  return t(`feed.${status.feed}.detail`, {
    address: status.feedAddress ?? '',
    age,
    reason: reasonText(status.feedReason),
  });
}

function reasonText(reason: string | null): string {
  if (reason === null) return '';
  const key = `feed.reason.${reason}`;
  return hasText(key) ? text(key) : reason;
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}
