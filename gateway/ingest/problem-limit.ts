import type { Problem } from '../../shared/adapters/adapter.ts';
import { HOUR_MS, minuteOf } from '../../shared/kit/time.ts';

/** How many problems of a source become facts in a minute; one more sums up. */
export const PROBLEMS_PER_MINUTE = 20;
/** The same problem again within so long is no news: senders repeat themselves every minute. */
const REPEAT_MS = HOUR_MS;
const MAX_REMEMBERED = 5_000;

export interface ProblemLimit {
  /** The problems that are to become facts; the quarantine keeps the others. */
  admit(source: string, problems: readonly Problem[], now: number): Problem[];
}

export function createProblemLimit(): ProblemLimit {
  const minutes = new Map<string, { minute: number; count: number }>();
  const remembered = new Map<string, number>();
  return {
    admit(source, problems, now) {
      const minute = minuteOf(now);
      const before = minutes.get(source);
      const state = before?.minute === minute ? before : { minute, count: 0 };
      minutes.set(source, state);
      const admitted: Problem[] = [];
      let over = 0;
      for (const problem of problems) {
        const key = JSON.stringify([source, problem.reason, problem.excerpt]);
        const last = remembered.get(key);
        if (last !== undefined && now - last < REPEAT_MS) continue;
        if (state.count >= PROBLEMS_PER_MINUTE) {
          over += 1;
          continue;
        }
        remember(remembered, key, now);
        state.count += 1;
        admitted.push(problem);
      }
      if (over > 0 && state.count === PROBLEMS_PER_MINUTE) {
        state.count += 1;
        const reason = `${over} more problems in this minute: the gateway's quarantine has them`;
        admitted.push({ weight: 'refused', code: 'more', place: '', reason, excerpt: '' });
      }
      return admitted;
    },
  };
}

function remember(remembered: Map<string, number>, key: string, now: number): void {
  remembered.delete(key);
  remembered.set(key, now);
  if (remembered.size <= MAX_REMEMBERED) return;
  const oldest = remembered.keys().next();
  if (!oldest.done) remembered.delete(oldest.value);
}
