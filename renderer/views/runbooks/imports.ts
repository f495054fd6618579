import { createStore } from 'zustand/vanilla';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { core } from '../../room/core.ts';
import { goTo, viewStore } from '../../room/navigation.ts';
import { takeDroppedFiles } from '../../room/dropped-files.ts';
import { rowStore } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';

type Converted = Answer<'runbook.convert'>['runbooks'][number];

/** A runbook that was read from a file, and what became of it. */
export interface ImportedRunbook extends Converted {
  readonly state: 'read' | 'published' | 'unchanged' | 'refused';
}

export interface ImportedFile {
  readonly name: string;
  readonly format: Answer<'runbook.convert'>['format'];
  readonly problems: Answer<'runbook.convert'>['problems'];
  readonly runbooks: readonly ImportedRunbook[];
}

/** Files that were read and wait for a person's yes; null: none. */
export const importStore = createStore<{ readonly files: readonly ImportedFile[] | null }>(() => ({
  files: null,
}));

/** A larger file is no runbook. */
const MOST = 1_000_000;
const MOST_FILES = 500;

export function closeImports(): void {
  importStore.setState({ files: null });
}

/** Reads files of this or other tools and shows what became of each; nothing is kept yet. */
export async function readRunbookFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const read: ImportedFile[] = [];
  for (const file of files.slice(0, MOST_FILES)) {
    const { name } = file;
    if (file.size > MOST) {
      const message = `${String(file.size)} > ${String(MOST)} bytes`;
      read.push({
        name,
        format: 'unknown',
        runbooks: [],
        problems: [{ line: 1, code: 'too-large', message }],
      });
      continue;
    }
    const converted = await core
      .ask('runbook.convert', { fileName: name.slice(0, 1_000), text: await file.text() })
      .catch((error: unknown): Answer<'runbook.convert'> => {
        const message = error instanceof Error ? error.message : String(error);
        return {
          format: 'unknown',
          runbooks: [],
          problems: [{ line: 1, code: 'unreadable', message }],
        };
      });
    read.push({
      ...converted,
      name,
      runbooks: converted.runbooks.map((runbook) => ({ ...runbook, state: 'read' as const })),
    });
  }
  importStore.setState({ files: read });
  goTo('runbooks');
}

/** Publishes everything that was read; what the room has already is left as it is. */
export async function publishImports(): Promise<void> {
  for (const file of importStore.getState().files ?? []) {
    for (const runbook of file.runbooks) {
      if (runbook.state !== 'read') continue;
      const state = await publish(runbook);
      importStore.setState(({ files }) => ({
        files:
          files?.map((known) =>
            known.name === file.name
              ? { ...known, runbooks: marked(known, runbook, state) }
              : known,
          ) ?? null,
      }));
    }
  }
}

function marked(
  file: ImportedFile,
  runbook: ImportedRunbook,
  state: ImportedRunbook['state'],
): ImportedRunbook[] {
  return file.runbooks.map((known) =>
    known.fileName === runbook.fileName ? { ...known, state } : known,
  );
}

async function publish({ fileName, text }: Converted): Promise<ImportedRunbook['state']> {
  const rows = [...rowStore('runbooks').getState().rows.values()];
  const standing = rows.filter((row) => row.fileName === fileName);
  const replaces = [...new Set(standing.flatMap((row) => row.replaces))];
  const answer = await runCommand(
    { name: 'runbook.publish', fileName, text, replaces },
    { isQuiet: (code) => code === 'nothing-changed' },
  );
  if (answer.done) return 'published';
  return answer.code === 'nothing-changed' ? 'unchanged' : 'refused';
}

/** Markdown is a runbook wherever it is dropped; YAML only where runbooks are looked at. */
export function installImports(): void {
  takeDroppedFiles((file) => {
    const isOurs =
      /\.(?:md|markdown)$/i.test(file.name) ||
      (/\.ya?ml$/i.test(file.name) && viewStore.getState().view === 'runbooks');
    return isOurs ? readRunbookFiles : null;
  });
}
