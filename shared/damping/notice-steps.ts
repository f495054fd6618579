/**
 * How often a thing that keeps ringing is told. The three modes and their steps are those of
 * HoloInsight's `AlertSilenceConfig`; what is ours is that the steps are kept until the thing has been
 * calm for `calmMs`, because one calm minute would begin them anew and a thing that shakes would ring
 * every time.
 */
export type NoticeMode = 'default' | 'fixed' | 'gradual';

export interface NoticeSettings {
  readonly mode: NoticeMode;
  readonly calmMs: number;
}

export interface NoticeState {
  /** When it last rang, and how grave it has been since it was last calm. */
  readonly rangAt: number;
  readonly rank: number;
  readonly toldAt: number;
  /** Notices so far. */
  readonly told: number;
}

const MINUTE = 60_000;
const FIXED_MS = 10 * MINUTE;
const GRADUAL_MS = [MINUTE, 3 * MINUTE, 5 * MINUTE, FIXED_MS];

/**
 * The state after it rang once more, and whether that is told.
 * @param rank how grave it is: a higher one than before is always told
 */
export function noticeAfter(
  state: NoticeState | null,
  at: number,
  rank: number,
  settings: NoticeSettings,
): { state: NoticeState; tells: boolean } {
  if (state === null || at - state.rangAt > settings.calmMs) {
    return { state: { rangAt: at, rank, toldAt: at, told: 1 }, tells: true };
  }
  const due = state.toldAt + pauseAfter(state.told, settings.mode);
  const tells = rank > state.rank || at >= due;
  return {
    tells,
    state: {
      rangAt: at,
      rank: Math.max(rank, state.rank),
      toldAt: tells ? at : state.toldAt,
      told: state.told + (tells ? 1 : 0),
    },
  };
}

function pauseAfter(told: number, mode: NoticeMode): number {
  if (mode === 'default') return 0;
  if (mode === 'fixed') return FIXED_MS;
  return GRADUAL_MS[told - 1] ?? FIXED_MS;
}
