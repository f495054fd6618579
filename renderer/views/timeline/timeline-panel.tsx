import { goTo } from '../../room/navigation.ts';
import { TimelineSurface } from './timeline-surface.tsx';

/** The timeline under the map. */
export function TimelinePanel() {
  return <TimelineSurface isLarge={false} onOpen={openView} />;
}

function openView(): void {
  goTo('timeline');
}
