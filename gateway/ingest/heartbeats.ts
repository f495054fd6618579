import { sealFact, type Fact, type FactDraft } from '../../shared/facts/fact.ts';
import { sourceThing } from '../../shared/facts/source.ts';
import { minuteOf } from '../../shared/kit/time.ts';

/** One fact a source and minute in which it was heard; its `at` is the minute's start. */
export interface Heartbeats {
  /** The heartbeat that is due now, or null when this minute has one. */
  due(source: string, speaks: string, intervalMs: number, now: number): Fact | null;
  learn(fact: Fact | FactDraft): void;
  forget(source: string): void;
}

/**
 * Which word stands for a name that speaks several: a topology script must not keep the alerts that
 * come under the same name alive when Alertmanager is dead.
 */
const WEIGHT: Readonly<Record<string, number>> = { alertmanager: 3, topology: 2, change: 1 };

export function createHeartbeats(): Heartbeats {
  const last = new Map<string, { minute: number; speaks: string }>();
  return {
    due(source, speaks, intervalMs, now) {
      const before = last.get(source);
      const minute = minuteOf(now);
      if (before !== undefined) {
        const heavier = weightOf(speaks) - weightOf(before.speaks);
        if (heavier < 0 || (heavier === 0 && minute <= before.minute)) return null;
      }
      return sealFact({
        kind: 'source.heard',
        v: 1,
        thing: sourceThing(source),
        at: minute,
        heardAt: now,
        source,
        body: { speaks, intervalMs },
      });
    },
    learn(fact) {
      if (fact.kind !== 'source.heard') return;
      const before = last.get(fact.source);
      const said = fact.body['speaks'];
      const speaks = typeof said === 'string' ? said : '';
      const lighter = weightOf(speaks) < weightOf(before?.speaks ?? '');
      if (before !== undefined && lighter) return;
      last.set(fact.source, { minute: Math.max(fact.at, before?.minute ?? 0), speaks });
    },
    forget: (source) => last.delete(source),
  };
}

function weightOf(speaks: string): number {
  return WEIGHT[speaks] ?? 0;
}
