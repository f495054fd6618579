import { useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { openAlertsOf } from './service-alerts.ts';
import { mapStore } from './map-model.ts';
import styles from './map-view.module.css';
import { statusText } from './status-text.ts';

const MOST_ALERTS = 3;

/** The card in short, beside the pointer; keyboard and screen reader have the card itself. */
export function ServiceTooltip(props: {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}) {
  const t = useText();
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const alerts = useRowList('alerts');
  const row = useStore(mapStore, (state) => {
    const index = state.scene?.geometry.graph.indexOf.get(props.name);
    return index === undefined ? undefined : state.scene?.rows[index];
  });

  useLayoutEffect(() => {
    const element = box.current;
    const parent = element?.parentElement;
    if (!element || !parent) return;
    const gap = 18;
    const left = props.x + gap;
    const top = props.y + gap;
    const fitsRight = left + element.offsetWidth < parent.clientWidth;
    const fitsBelow = top + element.offsetHeight < parent.clientHeight;
    const placeX = fitsRight ? left : Math.max(0, props.x - gap - element.offsetWidth);
    const placeY = fitsBelow ? top : Math.max(0, props.y - gap - element.offsetHeight);
    element.style.transform = `translate(${Math.round(placeX)}px, ${Math.round(placeY)}px)`;
  });

  if (!row) return null;
  const open = openAlertsOf(alerts, row.name);
  const place = [row.unit, row.cell, row.zone, row.city].filter((part) => part !== null);
  return (
    <div className={styles['tooltip']} ref={box} aria-hidden="true">
      <p className={styles['tooltipName']}>
        <ForeignText text={row.name} />
      </p>
      <p className={styles['tooltipStatus']}>
        <ConditionMark condition={row.condition} isWordHidden />
        {statusText(row, now, t)}
      </p>
      <p className={styles['soft']}>
        {[t(`map.kind.${row.kind}`), ...place].join(' · ')}
        {row.owner === null ? null : ` · ${row.owner}`}
      </p>
      {row.declared ? null : <p className={styles['soft']}>{t('map.legend.undeclared')}</p>}
      {open.slice(0, MOST_ALERTS).map((alert) => (
        <p key={alert.key} className={styles['tooltipAlert']}>
          <ConditionMark
            condition={alert.status === 'unknown' ? 'unknown' : alert.severity}
            isWordHidden
          />
          <ForeignText text={alert.name} />
        </p>
      ))}
      {open.length > MOST_ALERTS ? (
        <p className={styles['soft']}>
          {t('map.alertsMore', { count: open.length - MOST_ALERTS })}
        </p>
      ) : null}
    </div>
  );
}
