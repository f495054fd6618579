import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { formatTime } from '../../kit/format.ts';
import { visibleText } from '../../kit/visible-text.ts';
import type { EntryText } from '../../room/entry-fields.ts';
import type { EvidenceTarget } from '../../room/evidence/evidence-store.ts';

const LABEL_LENGTH = 80;

/** An entry as something that evidence and comments belong to. */
export function targetOf(
  entry: Pick<TimelineEntry, 'id' | 'at'>,
  said: Pick<EntryText, 'kind' | 'subject' | 'text'>,
): EvidenceTarget {
  const words = visibleText((said.subject ?? '') || said.text || said.kind);
  return { of: entry.id, label: `${formatTime(entry.at)} ${words.slice(0, LABEL_LENGTH)}` };
}
