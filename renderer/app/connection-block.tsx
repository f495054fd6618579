import { useText } from '../i18n/text.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/icons.tsx';
import { useAge } from '../kit/time.tsx';
import { goTo } from '../room/navigation.ts';
import { useStatus } from '../room/rows.ts';
import { feedDetail, silentSince } from '../room/status-text.ts';
import styles from './header.module.css';

const ROOM_ICONS = { demo: 'play', bundle: 'lock' } as const;

/** Where the facts come from, for how long they have not, and what is not yet sent. */
export function ConnectionBlock() {
  const t = useText();
  const status = useStatus();
  const since = useAge(status ? silentSince(status) : null, 'wall');
  if (!status) return null;
  const aside = status.room === 'demo' || status.room === 'bundle' ? status.room : null;
  const isBad = status.feed === 'offline' || status.feed === 'refused';
  return (
    <button
      type="button"
      className={classes(
        styles['block'],
        status.feed === 'offline' && styles['alarm'],
        status.feed === 'refused' && styles['refused'],
      )}
      title={
        aside !== null
          ? t(`feed.room.${aside}.detail`, { title: status.roomTitle })
          : feedDetail(status, since, t)
      }
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
        <Icon name={isBad ? 'offline' : aside !== null ? ROOM_ICONS[aside] : 'gateway'} size="s" />
        {aside !== null ? t(`feed.room.${aside}`) : t(`feed.${status.feed}`)}
      </span>
      <span className={styles['line']}>
        {isBad || status.feed === 'connecting' ? (
          <span>{t('feed.for', { age: since })}</span>
        ) : (
          <span className={styles['place']}>
            {aside !== null || status.feedAddress === null
              ? status.roomTitle
              : hostOf(status.feedAddress)}
          </span>
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

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}
