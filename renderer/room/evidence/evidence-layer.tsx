import { useEffect, useRef } from 'react';
import { useCommands } from '../../commands/registry.ts';
import { attachmentThing } from '../../../shared/facts/attachment.ts';
import { useText } from '../../i18n/text.ts';
import { rowStore } from '../rows.ts';
import { writeBlock } from '../write-block.ts';
import { AttachDialog, looksLikeLog } from './attach-dialog.tsx';
import { CommentsDialog } from './comments.tsx';
import {
  askToAttach,
  askToImport,
  evidenceStore,
  targetUnder,
  viewEvidence,
  type EvidenceTarget,
} from './evidence-store.ts';
import { filesOf, isPicture, pictureOfWindow } from './files.ts';
import { EvidenceViewer } from './viewer.tsx';

const ACCEPTED = 'image/png,image/jpeg,image/webp,image/gif,text/plain,.txt,.log,.md,.csv,.json';

/** Dialogs and commands of evidence, and what is pasted anywhere on the desk. */
export function EvidenceLayer() {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const mayWrite = (): boolean => writeBlock() === null;
  useCommands([
    {
      id: 'evidence.attach',
      group: 'timeline',
      titleKey: 'evidence.command.attach',
      shortcut: 'Ctrl+Shift+A',
      isEnabled: mayWrite,
      run: () => input.current?.click(),
    },
    {
      id: 'evidence.screenshot',
      group: 'timeline',
      titleKey: 'evidence.command.screenshot',
      shortcut: 'Ctrl+Shift+X',
      isEnabled: mayWrite,
      run: () =>
        void pictureOfWindow().then((file) => {
          if (file !== null) askToAttach([file], likelyTarget());
        }),
    },
    {
      id: 'evidence.view',
      group: 'timeline',
      titleKey: 'evidence.command.view',
      shortcut: 'Shift+V',
      isEnabled: () => firstOf(evidenceStore.getState().entry) !== null,
      run: () => {
        const { entry } = evidenceStore.getState();
        const sha256 = firstOf(entry);
        if (entry !== null && sha256 !== null) viewEvidence(entry.of, sha256);
      },
    },
    {
      id: 'evidence.comment',
      group: 'timeline',
      titleKey: 'evidence.command.comment',
      shortcut: 'Shift+K',
      isEnabled: () => evidenceStore.getState().entry !== null,
      run: () => evidenceStore.setState(({ entry }) => ({ commenting: entry })),
    },
    {
      id: 'evidence.import-log',
      group: 'timeline',
      titleKey: 'evidence.command.importLog',
      shortcut: 'Alt+Shift+L',
      isEnabled: mayWrite,
      run: () => askToImport('', ''),
    },
  ]);
  useEffect(() => {
    window.addEventListener('paste', onPaste);
    return () => window.removeEventListener('paste', onPaste);
  }, []);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        aria-label={t('evidence.command.attach')}
        data-testid="attach-input"
        onChange={(event) => {
          askToAttach([...(event.target.files ?? [])], likelyTarget());
          event.target.value = '';
        }}
      />
      <AttachDialog />
      <EvidenceViewer />
      <CommentsDialog />
    </>
  );
}

/** What evidence most likely belongs to: the step that is worked on, else the chosen entry. */
function likelyTarget(): EvidenceTarget | null {
  const { step, entry } = evidenceStore.getState();
  return step ?? entry;
}

function firstOf(target: EvidenceTarget | null): string | null {
  if (target === null) return null;
  const row = rowStore('attachments').getState().rows.get(attachmentThing(target.of));
  return row?.items.find(({ withdrawn }) => withdrawn === null)?.sha256 ?? null;
}

/** A picture anywhere; lines of text only where a single line is written, which would lose them. */
function onPaste(event: ClipboardEvent): void {
  if (event.defaultPrevented || writeBlock() !== null) return;
  const { target, clipboardData } = event;
  const { asking, importing } = evidenceStore.getState();
  if (asking !== null || importing !== null) return;
  const pictures = filesOf(clipboardData).filter(isPicture);
  if (pictures.length > 0) {
    event.preventDefault();
    askToAttach(pictures, targetUnder(target) ?? (isNoteLine(target) ? null : likelyTarget()));
    return;
  }
  const text = clipboardData?.getData('text/plain') ?? '';
  if (!isNoteLine(target) || !/\n./u.test(text.trim())) return;
  event.preventDefault();
  if (looksLikeLog(text)) askToImport('', text);
  else askToAttach([new File([text], 'pasted.txt', { type: 'text/plain' })], null);
}

/** The quick entry of the timeline: what is pasted there is a note of its own. */
function isNoteLine(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-note-line]') !== null;
}
