import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { formatCount } from '../../kit/format.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import { mapStore, setFilter } from './map-model.ts';
import styles from './map-view.module.css';
import { CONDITION_ORDER } from './scene.ts';

/** What shapes and lines mean; pressing a condition draws only those services. */
export function MapLegend(props: {
  readonly counts: Readonly<Record<(typeof CONDITION_ORDER)[number], number>>;
}) {
  const t = useText();
  const chosen = useStore(mapStore, (state) => state.query.filter.conditions);
  const isBlast = useStore(mapStore, (state) => state.blast !== null);
  return (
    <div className={styles['legend']}>
      <fieldset aria-label={t('map.conditions')} className={styles['legendGroup']}>
        {CONDITION_ORDER.map((condition) => {
          const count = props.counts[condition];
          const isChosen = chosen.includes(condition);
          return (
            <button
              type="button"
              key={condition}
              className={styles['chip']}
              data-condition={condition}
              aria-pressed={isChosen}
              title={t('map.conditionFilter', {
                condition: t(`kit.condition.${condition}`),
                count,
              })}
              onClick={() =>
                setFilter({
                  conditions: isChosen
                    ? chosen.filter((known) => known !== condition)
                    : [...chosen, condition],
                })
              }
            >
              <ConditionMark condition={condition} />
              <span className={styles['chipCount']}>{formatCount(count)}</span>
            </button>
          );
        })}
      </fieldset>
      <ul className={styles['legendLines']}>
        {(['sync', 'async', 'weak'] as const).map((strength) => (
          <li key={strength}>
            <svg viewBox="0 0 28 8" className={styles['legendLine']} aria-hidden="true">
              <path className={styles[`line-${strength}`]} d="M0 4h21" />
              <path className={styles['lineHead']} d="M21 1v6l6-3z" />
            </svg>
            {t(`map.legend.${strength}`)}
          </li>
        ))}
        {isBlast ? (
          <li>
            <svg viewBox="0 0 14 14" className={styles['legendHit']} aria-hidden="true">
              <circle cx="7" cy="7" r="5" />
            </svg>
            {t('map.legend.hit')}
          </li>
        ) : null}
        <li>
          <svg viewBox="0 0 14 14" className={styles['legendCorners']} aria-hidden="true">
            <path d="M1 4V1h3M10 1h3v3M13 10v3h-3M4 13H1v-3" />
            <circle cx="7" cy="7" r="2.6" />
          </svg>
          {t('map.legend.undeclared')}
        </li>
      </ul>
    </div>
  );
}
