import type { ReactNode } from 'react';
import { LANE_GROUPS } from '../../chart/lanes.ts';
import { useText } from '../../i18n/text.ts';
import styles from './lane-block.module.css';

/** The shapes of the lanes, as they are drawn. */
const SHAPES: Record<(typeof LANE_GROUPS)[number], ReactNode> = {
  critical: <path d="M3.6.5h4.8l3.1 3.1v4.8l-3.1 3.1H3.6L.5 8.4V3.6z" />,
  warning: <path d="M6 .8 11.8 11.2H.2z" />,
  other: <circle cx="6" cy="6" r="4.4" />,
  people: <circle cx="6" cy="6" r="4.8" />,
  changes: <path d="M6 .2 11.8 6 6 11.8.2 6z" />,
};

export function LaneLegend() {
  const t = useText();
  return (
    <ul className={styles['legend']} aria-label={t('timeline.lanes.legend')}>
      {LANE_GROUPS.map((group) => (
        <li key={group} className={styles[`legend-${group}`]}>
          <svg viewBox="0 0 12 12" className={styles['shape']} aria-hidden="true">
            {SHAPES[group]}
          </svg>
          {t(`timeline.lanes.group.${group}`)}
        </li>
      ))}
    </ul>
  );
}
