import { useStore } from 'zustand';
import { clockStore } from './clock.ts';
import { formatAge, formatBothZones, formatMoment, isoOf } from './format.ts';
import { useKitText } from './kit-text.ts';
import { useZone } from './zone.ts';
import styles from './time.module.css';

/** An absolute time with seconds in the zone that is shown; the day too where it is not today. */
export function Time(props: { readonly moment: number; readonly className?: string }) {
  const t = useKitText();
  const zone = useZone();
  // By the day only: an absolute time has no reason to render every second.
  const today = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  return (
    <time
      className={props.className ?? styles['time']}
      dateTime={isoOf(props.moment)}
      title={t('kit.age.title', formatBothZones(props.moment))}
    >
      {formatMoment(props.moment, today, zone)}
    </time>
  );
}

/**
 * How long ago, by the application's one clock. Under review it is told as of the moment under
 * review; `clock="wall"` always means now (for what is about this desk and its connections).
 */
export function Age(props: {
  readonly moment: number;
  readonly clock?: 'desk' | 'wall';
  readonly className?: string;
}) {
  const t = useKitText();
  const label = useStore(clockStore, (state) => {
    const now = props.clock === 'wall' ? state.now : (state.reviewed ?? state.now);
    return formatAge(now - props.moment, t);
  });
  return (
    <time
      className={props.className ?? styles['time']}
      dateTime={isoOf(props.moment)}
      title={t('kit.age.title', formatBothZones(props.moment))}
    >
      {label}
    </time>
  );
}

/** The text of an age, for sentences. */
export function useAge(moment: number | null, clock: 'desk' | 'wall' = 'desk'): string {
  const t = useKitText();
  return useStore(clockStore, (state) => {
    if (moment === null) return '';
    const now = clock === 'wall' ? state.now : (state.reviewed ?? state.now);
    return formatAge(now - moment, t);
  });
}
