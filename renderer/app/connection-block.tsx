import { useText } from '../i18n/text.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/icons.tsx';
import { useAge } from '../kit/time.tsx';
import { goTo } from '../room/navigation.ts';
import { useStatus } from '../room/rows.ts';
import { useSession } from '../room/session.ts';
import { feedDetail, roomTitle, silentSince, waitsFor } from '../room/status-text.ts';
import styles from './header.module.css';

const ROOM_ICONS = { demo: 'play', bundle: 'lock' } as const;

/** Where the facts come from, for how long they have not, and what is not yet sent. */
export function ConnectionBlock() {
  const t = useText();
  const status = useStatus();
  const session = useSession();
  const since = useAge(status ? silentSince(status) : null, 'wall');
  if (!status) return null;
  const aside = status.room === 'demo' || status.room === 'bundle' ? status.room : null;
  const gateways = gatewayCount(session?.gateway ?? null);
  const waits = waitsFor(status);
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
          ? t(`feed.room.${aside}.detail`, { title: roomTitle(status, status.now) })
          : [
              feedDetail(status, since, t),
              gateways > 1 ? t('feed.gateways', { count: gateways }) : '',
            ]
              .filter(Boolean)
              .join(' ')
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
        {aside !== null
          ? t(`feed.room.${aside}`)
          : t(waits === null ? `feed.${status.feed}` : 'feed.waits')}
      </span>
      <span className={styles['line']}>
        {isBad || status.feed === 'connecting' ? (
          <span>{t('feed.for', { age: since })}</span>
        ) : (
          <span className={styles['place']}>
            {aside !== null || status.feedAddress === null
              ? roomTitle(status, status.now)
              : hostOf(status.feedAddress)}
          </span>
        )}
        {status.feedBehind > 0 && aside === null ? (
          <span
            className={styles['info']}
            title={t('feed.behind.detail')}
            data-testid="feed-behind"
          >
            {t('feed.behind', { count: status.feedBehind })}
          </span>
        ) : null}
        {status.direct.length > 0 ? (
          <span className={styles['info']} title={t('feed.direct.detail')} data-testid="direct">
            {t('feed.direct', { count: status.direct.length })}
          </span>
        ) : null}
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

/** The first address's host, and how many more there are of the same room. */
function hostOf(addresses: string): string {
  const [first = '', ...others] = addressesOf(addresses);
  const more = others.length > 0 ? ` +${String(others.length)}` : '';
  try {
    return `${new URL(first).host}${more}`;
  } catch {
    return `${first}${more}`;
  }
}

function gatewayCount(addresses: string | null): number {
  return addresses === null ? 0 : addressesOf(addresses).length;
}

/** Several gateways of one room stand with commas between them. */
function addressesOf(text: string): string[] {
  return text.split(',').map((address) => address.trim());
}
