import { POST_MORTEM_SECTIONS } from '../../../shared/facts/post-mortem.ts';
import type { IncidentRow, PostMortemRow } from '../../../shared/ipc/rows.ts';
import { citedIn } from '../../../shared/post-mortem/blocks.ts';
import {
  postMortemHtml,
  postMortemMarkdown,
  type PostMortemDocument,
} from '../../../shared/post-mortem/document.ts';
import { partsOf, type PartsInput } from '../../../shared/post-mortem/parts.ts';
import { postMortemWords } from '../../../shared/post-mortem/words.ts';
import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { shell } from '../../room/core.ts';
import { deskNow } from '../../room/now.ts';
import { readCited } from './cited.ts';
import { draftEntryOf } from './incident-facts.ts';

/** Saves a post-mortem with its parts and evidence as one file. Never rejects. */
export async function exportPostMortem(
  kind: 'md' | 'html',
  incident: IncidentRow,
  row: PostMortemRow,
  parts: Omit<PartsInput, 'language' | 'now'>,
): Promise<void> {
  const now = deskNow();
  const words = postMortemWords[row.language];
  const sections = [
    ...POST_MORTEM_SECTIONS.map((section) => ({
      heading: words[section],
      text: row.sections[section]?.text ?? '',
    })),
    ...partsOf({ ...parts, language: row.language, now }),
  ];
  try {
    const cited = await readCited([...new Set(sections.flatMap((part) => citedIn(part.text)))]);
    const document: PostMortemDocument = {
      language: row.language,
      title: incident.title,
      status: row.status,
      exportedAt: now,
      sections,
      evidence: new Map(
        [...cited].map(([id, entry]) => {
          const { word, text: said, who } = draftEntryOf(entry);
          const what = [word, said, who].filter((part) => part !== '').join(' · ');
          return [id, { id: entry.id, at: entry.at, text: what }];
        }),
      ),
    };
    const write = kind === 'md' ? postMortemMarkdown : postMortemHtml;
    const answer = await shell('shell.save-text', {
      name: `post-mortem-${new Date(incident.declaredAt).toISOString().slice(0, 10)}`,
      kind,
      text: write(document, visibleText),
    });
    if (answer.saved) {
      showToast({
        tone: 'success',
        title: text('postmortem.exported', { path: answer.path ?? '' }),
      });
    } else if (answer.error !== undefined) {
      showToast({ tone: 'critical', title: text('postmortem.export.failed'), body: answer.error });
    }
  } catch (error) {
    showToast({
      tone: 'critical',
      title: text('postmortem.export.failed'),
      body: error instanceof Error ? error.message : String(error),
    });
  }
}
