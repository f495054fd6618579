import { useStore } from 'zustand';
import { useText } from '../i18n/text.ts';
import { Button, ToggleButton } from '../kit/button.tsx';
import { classes } from '../kit/classes.ts';
import { clockStore } from '../kit/clock.ts';
import { formatExactSpan, formatTime } from '../kit/format.ts';
import { Select } from '../kit/select.tsx';
import { Spinner } from '../kit/spinner.tsx';
import { Time } from '../kit/time.tsx';
import { goLive, setPosition, usePosition } from '../room/position.ts';
import { pause, play, replayStore, setSpeed, SPEEDS } from '../room/replay.ts';
import { useRowsLoading, useStatus } from '../room/rows.ts';
import { isSkewed, skewText } from '../room/status-text.ts';
import styles from './header.module.css';

/** LIVE, or the moment under review with what it shows and the way back. */
export function PositionBlock() {
  const position = usePosition();
  if (position.mode === 'live') return <LiveBlock />;
  return <ReviewBlock mode={position.mode} moment={position.moment} />;
}

function ReviewBlock(props: { readonly mode: 'happened' | 'known'; readonly moment: number }) {
  const t = useText();
  const { moment, mode } = props;
  const isRecord = useStatus()?.room === 'bundle';
  const areAlertsLoading = useRowsLoading('alerts');
  const isReading = useRowsLoading('nodes') || areAlertsLoading;
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
      <Player />
      {isReading ? <Spinner label={t('position.loading')} /> : null}
      <Button look="review" onPress={goLive} shortcut="L" testId="back-to-live">
        {t(isRecord ? 'position.backToEnd' : 'position.back')}
      </Button>
    </div>
  );
}

/** Lets the past run on, at a speed of one's choice. */
function Player() {
  const t = useText();
  const { isPlaying, speed } = useStore(replayStore);
  return (
    <div className={styles['kinds']} role="group" aria-label={t('replay.label')}>
      <ToggleButton
        size="s"
        look="review"
        icon={isPlaying ? 'pause' : 'play'}
        label={t(isPlaying ? 'replay.pause' : 'replay.play')}
        isSelected={isPlaying}
        onChange={(wanted) => (wanted ? play() : pause())}
        testId="replay-play"
      />
      <Select
        label={t('replay.speed')}
        isLabelHidden
        size="s"
        value={String(speed)}
        options={SPEEDS.map((one) => ({ value: String(one), label: `${String(one)}×` }))}
        onChange={(value) => setSpeed(SPEEDS.find((one) => String(one) === value) ?? 60)}
        testId="replay-speed"
      />
    </div>
  );
}

function LiveBlock() {
  const t = useText();
  const now = useStore(clockStore, (state) => state.now);
  const status = useStatus();
  const feed = status?.feed;
  const isRecord = status?.room === 'bundle';
  const isStale = feed === 'offline' || feed === 'refused' || feed === 'connecting';
  return (
    <div
      className={styles['live']}
      title={t(
        isRecord ? 'position.end.detail' : isStale ? 'position.live.stale' : 'position.live.detail',
      )}
      data-testid="position"
      data-mode="live"
    >
      <span
        className={classes(
          styles['dot'],
          isStale && styles['dotStale'],
          feed === 'none' && status?.room !== 'demo' && styles['dotAlone'],
        )}
        aria-hidden="true"
      />
      <span className={styles['column']}>
        <span className={styles['liveLine']}>
          <span className={styles['liveWord']}>
            {t(isRecord ? 'position.end' : 'position.live')}
          </span>
          <span className={styles['clock']}>
            {isRecord ? <Time moment={now} /> : formatTime(now)}
          </span>
        </span>
        {status !== undefined && status.room === 'live' && isSkewed(status) ? (
          <span
            className={styles['skew']}
            title={`${skewText(status.skewMs ?? 0, t)}. ${t('clock.why')}`}
            data-testid="skew"
          >
            {t((status.skewMs ?? 0) > 0 ? 'clock.behind.short' : 'clock.ahead.short', {
              age: formatExactSpan(Math.abs(status.skewMs ?? 0), t),
            })}
          </span>
        ) : null}
      </span>
    </div>
  );
}
