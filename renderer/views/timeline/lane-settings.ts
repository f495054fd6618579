import { laneKindSchema, type LaneKindName } from '../../../shared/ipc/contract.ts';
import { sessionStore, setLayout, useLayout } from '../../room/session.ts';

/** How the timeline is looked at, kept over restarts. */

export const LANE_KINDS: readonly LaneKindName[] = laneKindSchema.options;

const LANES = 'timeline.lanes';
const LANES_SHOWN = 'timeline.lanesShown';
const BOTH_TIMES = 'timeline.bothTimes';

function kindOf(value: unknown): LaneKindName {
  return laneKindSchema.safeParse(value).data ?? 'service';
}

export function useLanesBy(): LaneKindName {
  return kindOf(useLayout(LANES));
}

export function setLanesBy(kind: LaneKindName): void {
  setLayout(LANES, kind);
}

/** Source, person, service, unit, and round again. */
export function nextLanes(): void {
  const at = LANE_KINDS.indexOf(kindOf(sessionStore.getState().session?.layout[LANES]));
  setLanesBy(LANE_KINDS[(at + 1) % LANE_KINDS.length] ?? 'service');
}

export function useLanesShown(): boolean {
  return useLayout(LANES_SHOWN) !== false;
}

export function toggleLanes(): void {
  setLayout(LANES_SHOWN, sessionStore.getState().session?.layout[LANES_SHOWN] === false);
}

/** Whether the time of hearing stands beside the time of happening. */
export function useBothTimes(): boolean {
  return useLayout(BOTH_TIMES) === true;
}

export function toggleBothTimes(): void {
  setLayout(BOTH_TIMES, sessionStore.getState().session?.layout[BOTH_TIMES] !== true);
}
