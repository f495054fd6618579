import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { UnitRules } from '../../../shared/facts/units.ts';
import { shardText } from '../../../shared/units/shard.ts';
import { shardOwners } from '../../../shared/units/unit-rules.ts';
import { loseCentres } from '../../../shared/units/replicas.ts';
import { useText } from '../../i18n/text.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import { shardRuns, type UnitReading } from './unit-readings.ts';
import styles from './units.module.css';
import { unitsStore } from './units-store.ts';

/** All shards in order, each run under the unit that serves it: the worst is seen from two metres. */
export function ShardStrip(props: {
  readonly rules: UnitRules;
  readonly readings: readonly UnitReading[];
  readonly now: number;
}) {
  const t = useText();
  const { rules, readings, now } = props;
  const chosen = useStore(unitsStore, (state) => state.chosen);
  const lost = useStore(unitsStore, (state) => state.lost);
  // Leases begin and end by the minute: a clock that ticks moves nothing else.
  const minute = Math.floor(now / 60_000) * 60_000;
  const runs = useMemo(() => shardRuns(shardOwners(rules, minute)), [rules, minute]);
  const conditionOf = new Map(readings.map(({ name, condition }) => [name, condition]));
  const isDown = lost.size > 0 ? new Set(loseCentres(rules, lost).unitsDown) : null;
  return (
    <div
      className={styles['strip']}
      role="group"
      aria-label={t('units.strip')}
      data-testid="units-strip"
    >
      {runs.map(({ from, to, owner }) => {
        const name = rules.units[owner]?.name ?? '';
        const condition = conditionOf.get(name) ?? 'unknown';
        const range =
          from === to
            ? shardText(from, rules.shardCount)
            : `${shardText(from, rules.shardCount)}–${shardText(to, rules.shardCount)}`;
        return (
          <button
            key={from}
            type="button"
            className={styles['run']}
            style={{ flexGrow: to - from + 1 }}
            data-condition={condition}
            data-lost={isDown?.has(name) ?? false}
            aria-pressed={chosen === name}
            title={`${range} ${name}`}
            onClick={() => unitsStore.setState({ chosen: name })}
          >
            <span className={styles['runName']}>
              <ConditionMark condition={condition} isWordHidden />
              {name}
            </span>
            <span className={styles['runShards']}>{range}</span>
          </button>
        );
      })}
    </div>
  );
}
