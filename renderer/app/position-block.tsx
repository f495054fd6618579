import { useStore } from 'zustand';
import { useText } from '../i18n/text.ts';
import { Button, ToggleButton } from '../kit/button.tsx';
import { classes } from '../kit/classes.ts';
import { clockStore } from '../kit/clock.ts';
import { formatTime } from '../kit/format.ts';
import { Time } from '../kit/time.tsx';
import { goLive, setPosition, usePosition } from '../room/position.ts';
import { useStatus } from '../room/rows.ts';
import styles from './header.module.css';

/** LIVE, or the moment under review with what it shows and the way back. */
export function PositionBlock() {
  const t = useText();
  const position = usePosition();
  if (position.mode === 'live') return <LiveBlock />;
  const { moment, mode } = position;
  return (
    <div
      className={styles['review']}
      role="group"
      aria-label={t('position.label')}
      data-testid="position"
      data-mode={mode}
    >
      <div className={styles['column']}>
        <span className={styles['reviewWord']}>{t('position.review')}</span>
        <span className={styles['reviewTime']}>
          <Time moment={moment} />
        </span>
      </div>
      <div className={styles['kinds']} role="group" aria-label={t('position.kind')}>
        {(['happened', 'known'] as const).map((kind) => (
          <ToggleButton
            key={kind}
            size="s"
            look="review"
            isSelected={mode === kind}
            onChange={() => setPosition({ mode: kind, moment })}
            testId={`position-${kind}`}
          >
            {t(`position.${kind}`)}
          </ToggleButton>
        ))}
      </div>
      <Button look="review" onPress={goLive} shortcut="L" testId="back-to-live">
        {t('position.back')}
      </Button>
    </div>
  );
}

function LiveBlock() {
  const t = useText();
  const now = useStore(clockStore, (state) => state.now);
  const feed = useStatus()?.feed;
  const isStale = feed === 'offline' || feed === 'refused' || feed === 'connecting';
  return (
    <div
      className={styles['live']}
      title={t(isStale ? 'position.live.stale' : 'position.live.detail')}
      data-testid="position"
      data-mode="live"
    >
      <span
        className={classes(
          styles['dot'],
          isStale && styles['dotStale'],
          feed === 'none' && styles['dotAlone'],
        )}
        aria-hidden="true"
      />
      <span className={styles['liveWord']}>{t('position.live')}</span>
      <span className={styles['clock']}>{formatTime(now)}</span>
    </div>
  );
}
