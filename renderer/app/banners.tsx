import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { RecordOf } from '../../shared/ipc/contract.ts';
import type { GapRow, StatusRow } from '../../shared/ipc/rows.ts';
import { useText } from '../i18n/text.ts';
import { Banner } from '../kit/banner.tsx';
import { Button } from '../kit/button.tsx';
import { clockStore } from '../kit/clock.ts';
import { formatMoment } from '../kit/format.ts';
import { useZone } from '../kit/zone.ts';
import { Icon } from '../kit/icons.tsx';
import { useAge } from '../kit/time.tsx';
import { core } from '../room/core.ts';
import { goTo, openDialog, useView } from '../room/navigation.ts';
import { useStatus } from '../room/rows.ts';
import { setLayout, useLayout, useSession } from '../room/session.ts';
import { feedDetail, gapBounds, roomTitle, silentSince, waitsFor } from '../room/status-text.ts';
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
  // Its times are in the zone that is shown.
  useZone();
  const minute = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  const isOnRecord = useView() === 'record';
  const salvage = useSalvage(status);
  const healedGap = useHealedGap(status, minute);
  if (!status) return null;
  const openGaps = status.gaps.filter((gap) => gap.healedAt === null);
  const openGap = openGaps.at(-1);
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
    // A disk that is almost full refuses the feed by design; what people write still fits.
    status.space === 'low' ? (
      <Banner
        key="banner-space"
        tone="critical"
        icon="lock"
        title={t('banner.space.title')}
        testId="banner-space"
        actions={<ToRecord />}
      >
        {t('banner.space.body')}
      </Banner>
    ) : null,
    notices.diskFailed || (status.disk !== null && status.space !== 'low') ? (
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
    // That the feed waits for space is told by the banner of the space.
    status.feed === 'offline' && waitsFor(status) !== 'space' ? (
      <Banner
        key="banner-offline"
        tone="warning"
        icon="offline"
        title={
          waitsFor(status) === null ? t('feed.offline.title', { age: since }) : t('feed.waits')
        }
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
    status.record === 'damaged' && !isOnRecord ? (
      <Banner
        key="banner-damaged"
        tone="critical"
        title={t('banner.recordDamaged.title')}
        testId="banner-damaged"
        actions={<ToRecord />}
      >
        {t('banner.recordDamaged.body')}
      </Banner>
    ) : null,
    salvage !== null && !isOnRecord ? (
      <Banner
        key="banner-salvaged"
        tone="warning"
        title={t('banner.salvaged.title', { time: formatMoment(salvage.at, minute) })}
        testId="banner-salvaged"
        actions={
          <>
            <ToRecord />
            <Button size="s" look="quiet" onPress={salvage.dismiss} testId="salvaged-dismiss">
              {t('kit.close')}
            </Button>
          </>
        }
      >
        {salvage.missing === 0
          ? t('banner.salvaged.none', { count: salvage.kept })
          : salvage.missing === null
            ? t('banner.salvaged.unknown', { count: salvage.kept })
            : t('banner.salvaged.body', { count: salvage.kept, missing: salvage.missing })}
      </Banner>
    ) : null,
    openGap && !isOnRecord ? (
      <Banner
        key="banner-gap"
        tone="warning"
        title={t(`banner.gap.${openGap.kind}`)}
        testId="banner-gap"
        actions={<ToRecord />}
      >
        {t('banner.gap.between', gapBounds(openGap, minute))}
        {openGaps.length > 1 ? (
          <> · {t('banner.gap.more', { count: openGaps.length - 1 })}</>
        ) : null}
      </Banner>
    ) : null,
    healedGap && !isOnRecord ? (
      <Banner
        key="banner-gap-healed"
        tone="success"
        title={t('banner.gap.healed', gapBounds(healedGap.gap, minute))}
        testId="banner-gap-healed"
        actions={
          <>
            <ToRecord />
            <Button size="s" look="quiet" onPress={healedGap.dismiss}>
              {t('kit.close')}
            </Button>
          </>
        }
      >
        {t('banner.gap.healed.body', { time: formatMoment(healedGap.at, minute) })}
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
        {t(`feed.room.${status.room}.detail`, { title: roomTitle(status, minute) })}
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

/** The way to where all of it is told. */
function ToRecord() {
  const t = useText();
  return (
    <Button size="s" onPress={() => goTo('record')} testId="banner-to-record">
      {t('banner.toRecord')}
    </Button>
  );
}

type Salvage = NonNullable<RecordOf['salvage']> & { readonly dismiss: () => void };

/** The salvage that this journal came from, until somebody has seen it: it is told once. */
function useSalvage(status: StatusRow | undefined): Salvage | null {
  const seen = useLayout('record.salvageSeen');
  const isSalvaged = status?.record === 'salvaged';
  const [salvage, setSalvage] = useState<RecordOf['salvage']>(null);
  useEffect(() => {
    if (!isSalvaged) return;
    let isShown = true;
    void core
      .ask('record.read', {})
      .then((record) => {
        if (isShown) setSalvage(record.salvage);
      })
      .catch(() => {});
    return () => {
      isShown = false;
    };
  }, [isSalvaged]);
  if (!isSalvaged || salvage === null || seen === salvage.at) return null;
  return { ...salvage, dismiss: () => setLayout('record.salvageSeen', salvage.at) };
}

/** How long (ms) it is told that a gap was healed, unless somebody closed it before. */
const HEALED_STAYS_MS = 10 * 60_000;

/** The gap that was healed last, for a while; null while another is open. */
function useHealedGap(
  status: StatusRow | undefined,
  minute: number,
): { readonly gap: GapRow; readonly at: number; readonly dismiss: () => void } | null {
  const seen = useLayout('record.gapSeen');
  const gap = status?.gaps.findLast(({ healedAt }) => healedAt !== null);
  const at = gap?.healedAt ?? null;
  if (!gap || at === null || at === seen || minute - at > HEALED_STAYS_MS) return null;
  if (status?.gaps.some(({ healedAt }) => healedAt === null)) return null;
  return { gap, at, dismiss: () => setLayout('record.gapSeen', at) };
}
