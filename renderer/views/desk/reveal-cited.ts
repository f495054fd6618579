import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { core } from '../../room/core.ts';
import { revealEntry } from '../../room/search.ts';

/** Evidence is cited from the two hours before it was written. */
export const CITED_WITHIN_MS = 2 * 3_600_000;
const READ_LIMIT = 5_000;

/** Shows a cited fact at its moment on the timeline; says so where it is not held here. */
export async function revealCited(factId: string, writtenAt: number): Promise<void> {
  try {
    const { entries } = await core.ask('timeline.read', {
      position: { mode: 'live' },
      from: writtenAt - CITED_WITHIN_MS - 60_000,
      to: writtenAt + 1,
      limit: READ_LIMIT,
      filter: { groups: [], text: '', pinnedOnly: false },
    });
    const entry = entries.find(({ id }) => id === factId);
    if (entry) {
      revealEntry(entry);
      return;
    }
  } catch {
    // What the core could not answer is said below like what it does not hold.
  }
  showToast({ tone: 'warning', title: text('desk.hypothesis.notHeld') });
}
