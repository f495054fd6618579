import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { UnitRules } from '../../../shared/facts/units.ts';
import {
  centresOf,
  loseCentres,
  lossSets,
  MOST_CENTRES_FOR_SETS,
} from '../../../shared/units/replicas.ts';
import { useText } from '../../i18n/text.ts';
import { Button, ToggleButton } from '../../kit/button.tsx';
import { formatCount } from '../../kit/format.ts';
import { Panel } from '../../kit/panel.tsx';
import styles from './units.module.css';
import { toggleLost, unitsStore } from './units-store.ts';

/** Lose any centres in thought: which shards can still be written, and which units serve nothing. */
export function LossPart(props: { readonly rules: UnitRules }) {
  const t = useText();
  const { rules } = props;
  const lost = useStore(unitsStore, (state) => state.lost);
  const cities = useMemo(() => centresByCity(rules), [rules]);
  const sets = useMemo(() => (rules.replicas.length === 0 ? [] : lossSets(rules)), [rules]);
  const reading = useMemo(() => loseCentres(rules, lost), [rules, lost]);
  const bySize = useMemo(() => setsBySize(sets), [sets]);
  const survives = sets.filter((set) => set.survives).length;
  return (
    <Panel title={t('units.loss')} isPadded className={styles['part'] ?? ''} testId="units-loss">
      {cities.map(({ city, centres }) => (
        <div key={city} className={styles['city']} role="group" aria-label={city}>
          <Button size="s" look="quiet" onPress={() => toggleLost(centres)}>
            {city === '' ? t('units.loss.noCity') : city}
          </Button>
          {centres.map((centre) => (
            <ToggleButton
              key={centre}
              size="s"
              isSelected={lost.has(centre)}
              onChange={() => toggleLost([centre])}
              testId={`lose-${centre}`}
            >
              {centre}
            </ToggleButton>
          ))}
        </div>
      ))}
      {lost.size === 0 ? (
        <p className={styles['soft']}>{t('units.loss.none')}</p>
      ) : (
        <div data-testid="loss-answer" role="status">
          <p className={reading.lost > 0 ? styles['bad'] : styles['good']}>
            {reading.lost > 0
              ? t('units.loss.lost', { count: reading.lost, shards: reading.lostShards })
              : reading.unknown === rules.shardCount
                ? t('units.loss.unknown')
                : t('units.loss.kept', { count: reading.kept })}
          </p>
          {reading.unknown > 0 && reading.unknown < rules.shardCount ? (
            <p className={styles['warn']}>
              {t('units.loss.unknownSome', { count: reading.unknown })}
            </p>
          ) : null}
          {reading.unitsDown.length > 0 ? (
            <p className={styles['bad']}>
              {t('units.loss.down', { units: reading.unitsDown.join(', ') })}
            </p>
          ) : null}
          {reading.unitsHurt.length > 0 ? (
            <p className={styles['warn']}>
              {t('units.loss.hurt', {
                units: reading.unitsHurt
                  .map(({ unit, weight }) => `${unit} ${String(weight)} %`)
                  .join(', '),
              })}
            </p>
          ) : null}
        </div>
      )}
      {sets.length === 0 ? null : (
        <div data-testid="loss-sets">
          <p>
            {t('units.loss.sets', {
              survives: formatCount(survives),
              all: formatCount(sets.length),
            })}
          </p>
          <ul className={styles['sets']}>
            {bySize.map(({ size, kept, all }) => (
              <li key={size} data-kept={kept === all}>
                {t('units.loss.ofSize', { size, kept, all })}
              </li>
            ))}
          </ul>
          {centresOf(rules).length > MOST_CENTRES_FOR_SETS ? (
            <p className={styles['soft']}>
              {t('units.loss.first', { count: MOST_CENTRES_FOR_SETS })}
            </p>
          ) : null}
        </div>
      )}
    </Panel>
  );
}

function centresByCity(rules: UnitRules): { city: string; centres: string[] }[] {
  const cityOf = new Map<string, string>();
  for (const { cells } of rules.units) for (const cell of cells) cityOf.set(cell.centre, cell.city);
  const cities = new Map<string, string[]>();
  for (const centre of centresOf(rules)) {
    const city = cityOf.get(centre) ?? '';
    cities.set(city, [...(cities.get(city) ?? []), centre]);
  }
  return [...cities].map(([city, centres]) => ({ city, centres }));
}

function setsBySize(
  sets: ReturnType<typeof lossSets>,
): { size: number; kept: number; all: number }[] {
  const sizes = new Map<number, { size: number; kept: number; all: number }>();
  for (const { centres, survives } of sets) {
    const size = centres.length;
    const known = sizes.get(size) ?? { size, kept: 0, all: 0 };
    sizes.set(size, { size, kept: known.kept + (survives ? 1 : 0), all: known.all + 1 });
  }
  return [...sizes.values()];
}
