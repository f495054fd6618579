import { useState } from 'react';
import { useStore } from 'zustand';
import { useText } from '../i18n/text.ts';
import { Banner } from '../kit/banner.tsx';
import { Button } from '../kit/button.tsx';
import { Icon } from '../kit/icons.tsx';
import { Time, useAge } from '../kit/time.tsx';
import { openDialog } from '../room/navigation.ts';
import { useStatus } from '../room/rows.ts';
import { useSession } from '../room/session.ts';
import { feedDetail, gapText, silentSince } from '../room/status-text.ts';
import styles from './banners.module.css';
import { leaveRoom } from '../room/room-actions.ts';
import { noticeStore } from '../room/notices.ts';

/** Views that lag by no more than this are merely busy. */
const NOTEWORTHY_LAG = 2_000;
/** More lines than these fold, so that the desk keeps its place. */
const MAX_BANNERS = 2;

/** What limits the trust in the screen, one line each, worst first; nothing when all is well. */
export function Banners() {
  const t = useText();
  const status = useStatus();
  const notices = useStore(noticeStore);
  const gateway = useSession()?.gateway ?? null;
  const [isUnfolded, setUnfolded] = useState(false);
  const since = useAge(status ? silentSince(status) : null, 'wall');
  if (!status) return null;
  const newestGap = status.gaps.at(-1);
  const banners = [
    notices.coreLost ? (
      <Banner
        key="banner-core"
        tone="critical"
        title={t('banner.coreLost.title')}
        testId="banner-core"
      >
        {t('banner.coreLost.body')}
      </Banner>
    ) : null,
    notices.diskFailed || status.disk !== null ? (
      <Banner
        key="banner-disk"
        tone="critical"
        icon="lock"
        title={t('banner.damaged')}
        testId="banner-disk"
      >
        {t('banner.readOnly.disk')}
      </Banner>
    ) : null,
    status.feed === 'refused' ? (
      <Banner
        key="banner-refused"
        tone="critical"
        icon="offline"
        title={t('feed.refused')}
        testId="banner-refused"
        actions={
          <Button size="s" onPress={() => openDialog('connect')}>
            {t('settings.gateway.change')}
          </Button>
        }
      >
        {feedDetail(status, since, t)}
      </Banner>
    ) : null,
    status.feed === 'offline' ? (
      <Banner
        key="banner-offline"
        tone="warning"
        icon="offline"
        title={t('feed.offline.title', { age: since })}
        testId="banner-offline"
        actions={
          status.outbox > 0 ? <strong>{t('feed.outbox', { count: status.outbox })}</strong> : null
        }
      >
        {feedDetail(status, since, t)}
      </Banner>
    ) : null,
    // The address is known, the token was only for the run before.
    status.room === 'live' && status.feed === 'none' && gateway !== null ? (
      <Banner
        key="banner-token-gone"
        tone="warning"
        icon="offline"
        title={t('banner.tokenGone.title')}
        testId="banner-token-gone"
        actions={
          <>
            {status.outbox > 0 ? (
              <strong>{t('feed.outbox', { count: status.outbox })}</strong>
            ) : null}
            <Button size="s" onPress={() => openDialog('connect')}>
              {t('banner.tokenGone.connect')}
            </Button>
          </>
        }
      >
        {t('banner.tokenGone.body', { address: gateway })}
      </Banner>
    ) : null,
    status.refused > 0 ? (
      <Banner
        key="banner-facts-refused"
        tone="critical"
        title={t('banner.refused.title', { count: status.refused })}
        testId="banner-facts-refused"
      >
        {t('banner.refused.body')}
      </Banner>
    ) : null,
    newestGap ? (
      <Banner
        key="banner-gap"
        tone="warning"
        title={t(`banner.gap.${newestGap.kind}`)}
        testId="banner-gap"
      >
        <Time moment={newestGap.at} /> · {gapText(newestGap.detail)}
        {status.gaps.length > 1 ? (
          <> · {t('banner.gap.more', { count: status.gaps.length - 1 })}</>
        ) : null}
      </Banner>
    ) : null,
    status.viewsBehind > NOTEWORTHY_LAG ? (
      <Banner
        key="banner-views"
        tone="info"
        icon="refresh"
        title={t('banner.views.title')}
        testId="banner-views"
      >
        {t('banner.views.body', { count: status.viewsBehind })}
      </Banner>
    ) : null,
    status.room === 'bundle' || status.room === 'demo' ? (
      <Banner
        key={`banner-${status.room}`}
        tone="info"
        icon={status.room === 'bundle' ? 'lock' : 'play'}
        title={t(`feed.room.${status.room}`)}
        testId={`banner-${status.room}`}
        actions={
          <Button size="s" onPress={() => void leaveRoom()} testId="leave-room">
            {t('feed.room.leave')}
          </Button>
        }
      >
        {t(`feed.room.${status.room}.detail`, { title: status.roomTitle })}
      </Banner>
    ) : null,
    notices.tokenOnce && status.room === 'live' ? (
      <Banner
        key="banner-token"
        tone="neutral"
        title={t('settings.token.once')}
        testId="banner-token"
        actions={
          <Button size="s" look="quiet" onPress={() => noticeStore.setState({ tokenOnce: false })}>
            {t('kit.close')}
          </Button>
        }
      >
        {t('banner.tokenOnce')}
      </Banner>
    ) : null,
  ].filter((banner) => banner !== null);
  const shown = isUnfolded ? banners : banners.slice(0, MAX_BANNERS);
  const folded = banners.length - shown.length;
  return (
    <>
      {shown}
      {folded > 0 || (isUnfolded && banners.length > MAX_BANNERS) ? (
        <button
          type="button"
          className={styles['more']}
          aria-expanded={isUnfolded}
          onClick={() => setUnfolded(!isUnfolded)}
          data-testid="banners-more"
        >
          <Icon name={isUnfolded ? 'chevron-up' : 'chevron-down'} size="s" />
          {isUnfolded ? t('banner.fewer') : t('banner.more', { count: folded })}
        </button>
      ) : null}
    </>
  );
}
