import { useEffect, useRef, useState } from 'react';
import { useCommands } from '../commands/registry.ts';
import { text, useText } from '../i18n/text.ts';
import { Icon } from '../kit/icons.tsx';
import { showToast } from '../kit/toast-store.ts';
import { core } from '../room/core.ts';
import { offerDroppedFiles } from '../room/dropped-files.ts';
import { askToAttach, askToImport, targetUnder } from '../room/evidence/evidence-store.ts';
import { filesOf, isPicture } from '../room/evidence/files.ts';
import { timesketchKind } from '../../shared/imports/timesketch.ts';
import { useStatus } from '../room/rows.ts';
import styles from './frame.module.css';

/** What a core takes of one file (characters). */
const MOST = 16_000_000;

/** Files of what sources say are taken where they are dropped, or by a command and a dialog. */
export function FileDrop() {
  const t = useText();
  const isLive = useStatus()?.room === 'live';
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useCommands([
    {
      id: 'room.import-file',
      group: 'room',
      titleKey: 'command.importFile',
      shortcut: 'Ctrl+Shift+I',
      isEnabled: () => isLive,
      run: () => input.current?.click(),
    },
  ]);
  useEffect(() => {
    const carriesFiles = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes('Files') ?? false;
    const onDragOver = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      // Else the window would leave the desk and show the file.
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const files = filesOf(event.dataTransfer);
      const target = targetUnder(event.target);
      // On an entry or a step it is evidence of that; a picture can be nothing else.
      if (target !== null || (files.length > 0 && files.every(isPicture))) {
        askToAttach(files, target);
      } else void importAll(files);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('command.importFile')}
        onChange={(event) => {
          void importAll([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      {isOver ? (
        <div className={styles['drop']} aria-hidden>
          <Icon name="sources" size="m" /> {t(isLive ? 'import.here' : 'import.notHere')}
        </div>
      ) : null}
    </>
  );
}

/** One after the other, so that what they say stays in their order; each tells how it went. */
async function importAll(files: readonly File[]): Promise<void> {
  for (const file of await offerDroppedFiles(files)) await importFile(file);
}

async function importFile(file: File): Promise<void> {
  const { name } = file;
  if (name.endsWith('.holdfast')) {
    showToast({ tone: 'warning', title: name, body: text('import.bundle') });
    return;
  }
  if (file.size > MOST) {
    showToast({ tone: 'warning', title: name, body: text('import.tooLarge') });
    return;
  }
  try {
    const said = await file.text();
    if (timesketchKind(said) !== null) {
      askToImport(name, said);
      return;
    }
    const answer = await core.ask('file.import', { name, text: said });
    const [first] = answer.problems;
    const told = text('import.done', {
      format: answer.format,
      count: answer.accepted,
      known: answer.duplicates,
    });
    const problems =
      first === undefined
        ? ''
        : ` ${text('import.problems', { count: answer.problemCount, first: `${first.place} ${first.reason}` })}`;
    showToast({
      tone: first === undefined ? 'success' : 'warning',
      title: name,
      body: told + problems,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    showToast({ tone: 'critical', title: text('import.failed', { name }), body: reason });
  }
}
