import { useStore } from 'zustand';
import { useText } from '../i18n/text.ts';
import { Banner } from '../kit/banner.tsx';
import { Button } from '../kit/button.tsx';
import { Time, useAge } from '../kit/time.tsx';
import { openDialog } from '../room/navigation.ts';
import { useStatus } from '../room/rows.ts';
import { feedDetail, gapText, silentSince } from '../room/status-text.ts';
import { leaveRoom } from '../room/room-actions.ts';
import { noticeStore } from '../room/notices.ts';

/** Views that lag by no more than this are merely busy. */
const NOTEWORTHY_LAG = 2_000;

/** What limits the trust in the screen, one line each, worst first; nothing when all is well. */
export function Banners() {
  const t = useText();
  const status = useStatus();
  const notices = useStore(noticeStore);
  const since = useAge(status ? silentSince(status) : null, 'wall');
  if (!status) return null;
  const newestGap = status.gaps.at(-1);
  return (
    <>
      {notices.coreLost ? (
        <Banner tone="critical" title={t('banner.coreLost.title')} testId="banner-core">
          {t('banner.coreLost.body')}
        </Banner>
      ) : null}
      {notices.diskFailed ? (
        <Banner tone="critical" icon="lock" title={t('banner.damaged')} testId="banner-disk">
          {t('banner.readOnly.disk')}
        </Banner>
      ) : null}
      {status.feed === 'refused' ? (
        <Banner
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
      ) : null}
      {status.feed === 'offline' ? (
        <Banner
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
      ) : null}
      {status.refused > 0 ? (
        <Banner
          tone="critical"
          title={t('banner.refused.title', { count: status.refused })}
          testId="banner-facts-refused"
        >
          {t('banner.refused.body')}
        </Banner>
      ) : null}
      {newestGap ? (
        <Banner tone="warning" title={t(`banner.gap.${newestGap.kind}`)} testId="banner-gap">
          <Time moment={newestGap.at} /> · {gapText(newestGap.detail)}
          {status.gaps.length > 1 ? (
            <> · {t('banner.gap.more', { count: status.gaps.length - 1 })}</>
          ) : null}
        </Banner>
      ) : null}
      {status.viewsBehind > NOTEWORTHY_LAG ? (
        <Banner tone="info" icon="refresh" title={t('banner.views.title')} testId="banner-views">
          {t('banner.views.body', { count: status.viewsBehind })}
        </Banner>
      ) : null}
      {status.room === 'bundle' || status.room === 'demo' ? (
        <Banner
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
      ) : null}
      {notices.tokenOnce && status.room === 'live' ? (
        <Banner
          tone="neutral"
          title={t('settings.token.once')}
          testId="banner-token"
          actions={
            <Button
              size="s"
              look="quiet"
              onPress={() => noticeStore.setState({ tokenOnce: false })}
            >
              {t('kit.close')}
            </Button>
          }
        >
          {t('banner.tokenOnce')}
        </Banner>
      ) : null}
    </>
  );
}
