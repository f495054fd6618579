import { useText } from '../i18n/text.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/icons.tsx';
import { useAge } from '../kit/time.tsx';
import { goTo } from '../room/navigation.ts';
import { usePosition } from '../room/position.ts';
import { useRowList, useStatus } from '../room/rows.ts';
import styles from './header.module.css';

/** How many sources are heard, how many are silent, and what could not be understood. */
export function SourcesBlock() {
  const t = useText();
  const sources = useRowList('sources');
  const status = useStatus();
  const position = usePosition();
  const fresh = sources.filter((source) => source.freshness === 'fresh').length;
  const silent = sources.length - fresh;
  // What a source sent and nobody could understand, and what this desk could not take from the feed.
  const quarantined = sources.reduce(
    (sum, source) => sum + source.quarantined,
    status?.quarantined ?? 0,
  );
  // Without the gateway nobody is heard now, however fresh the last word of a source still is.
  const isAlone =
    sources.length > 0 &&
    status?.room === 'live' &&
    status.feed !== 'connected' &&
    status.feed !== 'syncing';
  const lastHeard = sources.reduce((last, { lastHeardAt }) => Math.max(last, lastHeardAt ?? 0), 0);
  const lastAge = useAge(lastHeard);
  return (
    <button
      type="button"
      className={classes(
        styles['block'],
        (silent > 0 || isAlone) && styles['alarm'],
        position.mode !== 'live' && styles['spare'],
      )}
      onClick={() => goTo('sources')}
      title={t('sources.block.title')}
      data-testid="sources-block"
    >
      <span className={classes(styles['strong'], (silent > 0 || isAlone) && styles['warn'])}>
        <Icon name="sources" size="s" />
        {sources.length === 0
          ? t('sources.block.none')
          : isAlone
            ? t('sources.block.notNow', { count: sources.length })
            : silent > 0
              ? t('sources.block.silent', { count: silent })
              : t('sources.block.fresh', { count: fresh })}
      </span>
      <span className={styles['line']}>
        {isAlone ? <span>{t('sources.block.last', { age: lastAge })}</span> : null}
        {!isAlone && silent > 0 && fresh > 0 ? (
          <span>{t('sources.block.fresh', { count: fresh })}</span>
        ) : null}
        {quarantined > 0 ? (
          <span className={styles['warn']} data-testid="quarantine-count">
            {t('banner.quarantine', { count: quarantined })}
          </span>
        ) : null}
      </span>
    </button>
  );
}
