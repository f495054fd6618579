import { createStore } from 'zustand/vanilla';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import { text as translate } from '../../i18n/text.ts';
import { core } from '../../room/core.ts';
import { goTo } from '../../room/navigation.ts';
import { sessionStore, setDraft } from '../../room/session.ts';
import { runStore } from './run-store.ts';

/** A text that a person is writing; kept as a draft over a restart. */
export interface Edited {
  readonly fileName: string;
  readonly text: string;
  readonly comment: string;
  /** The facts that it replaces: those that its writer saw. */
  readonly replaces: readonly string[];
  /** Something was written; else it goes without a question. */
  readonly isChanged: boolean;
}

const NEW = 'runbook.edit.new';

/** Which draft is in the editor; null: none. */
export const editorStore = createStore<{ readonly field: string | null }>(() => ({ field: null }));

/** The name of the draft in which a runbook's text is kept until it is published. */
export function editField(fileName: string): string {
  return `runbook.edit.${fileName}`.slice(0, 200);
}

/** Reads a draft; anything else is none. */
export function readEdited(value: string | undefined): Edited | null {
  if (value === undefined || value === '') return null;
  try {
    const edited = JSON.parse(value) as Partial<Edited> | null;
    const { fileName, text, comment, replaces, isChanged } = edited ?? {};
    if (typeof fileName !== 'string' || typeof text !== 'string') return null;
    return {
      fileName,
      text,
      comment: typeof comment === 'string' ? comment : '',
      replaces: Array.isArray(replaces) ? replaces.filter((id) => typeof id === 'string') : [],
      isChanged: isChanged === true,
    };
  } catch {
    return null;
  }
}

/** The draft of a runbook that somebody began to write. */
export function draftOf(fileName: string): Edited | null {
  const edited = readEdited(sessionStore.getState().session?.drafts[editField(fileName)]);
  return edited?.isChanged === true ? edited : null;
}

export function writeEdited(field: string, edited: Edited | null): void {
  setDraft(field, edited === null ? '' : JSON.stringify(edited));
}

/** Opens a runbook of the library in the editor: the draft of it, where there is one. */
export async function editRunbook(row: RunbookRow): Promise<void> {
  const field = editField(row.fileName);
  if (draftOf(row.fileName) === null) {
    const { text } = await core.ask('runbook.read', { digest: row.digest });
    if (text === null) return;
    editText({ fileName: row.fileName, text, replaces: row.replaces });
    return;
  }
  show(field);
}

/** Opens a text that is not in the library yet. */
export function editText(from: {
  readonly fileName: string;
  readonly text: string;
  readonly replaces: readonly string[];
}): void {
  const field = editField(from.fileName);
  writeEdited(field, { ...from, comment: '', isChanged: false });
  show(field);
}

/** Opens a new runbook, or the one that was begun. */
export function newRunbook(): void {
  const begun = readEdited(sessionStore.getState().session?.drafts[NEW]);
  if (begun === null) {
    writeEdited(NEW, {
      fileName: '',
      text: translate('editor.template'),
      comment: '',
      replaces: [],
      isChanged: false,
    });
  }
  show(NEW);
}

/** Leaves the editor; what was written stays as a draft. */
export function closeEditor(): void {
  const { field } = editorStore.getState();
  if (field === null) return;
  const edited = readEdited(sessionStore.getState().session?.drafts[field]);
  if (edited?.isChanged === false) writeEdited(field, null);
  editorStore.setState({ field: null });
}

/** Leaves the editor and lets what was written go. */
export function discardEdited(): void {
  const { field } = editorStore.getState();
  if (field !== null) writeEdited(field, null);
  editorStore.setState({ field: null });
}

function show(field: string): void {
  goTo('runbooks');
  runStore.setState({ offer: null });
  editorStore.setState({ field });
}
