import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { runCommand } from '../../room/run-command.ts';
import { setPosition } from '../../room/position.ts';
import { select } from '../../room/selection.ts';
import { refresh } from './entry-feed.ts';
import { positionAt } from './review.ts';
import { timelineStore } from './timeline-store.ts';

/** What can be done with one entry. */

const SHOWABLE = ['alert:', 'node:', 'incident:', 'change:', 'run:'];

/** Makes the whole desk point at what the entry is about. */
export function showThing(entry: TimelineEntry): void {
  if (SHOWABLE.some((prefix) => entry.thing.startsWith(prefix))) select(entry.thing);
}

/** Puts the desk to the moment at which the entry stands. */
export function reviewEntry(entry: TimelineEntry): void {
  const { reviewMode } = timelineStore.getState();
  setPosition(positionAt(reviewMode === 'known' ? entry.heardAt : entry.at));
}

export async function pinOrUnpin(entry: TimelineEntry): Promise<void> {
  const answer = await runCommand({
    name: entry.pinned ? 'entry.unpin' : 'entry.pin',
    entry: entry.id,
  });
  // A pin is no entry of its own: nobody else says that the timeline changed.
  if (answer.done) refresh();
}

export function isNote(entry: TimelineEntry): boolean {
  return entry.kind === 'note.written' || entry.kind === 'note.imported';
}

export function startCorrection(entry: TimelineEntry): void {
  if (isNote(entry)) timelineStore.setState({ correcting: entry });
}
