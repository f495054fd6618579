import { EntryCard } from './entry-card.tsx';
import { TimelineSurface } from './timeline-surface.tsx';
import styles from './timeline.module.css';

/** The timeline on its own page, with the chosen entry beside it. */
export function TimelineView() {
  return (
    <div className={styles['view']}>
      <TimelineSurface isLarge />
      <EntryCard />
    </div>
  );
}
