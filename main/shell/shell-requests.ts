import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipboard, dialog, type BrowserWindow, type FileFilter } from 'electron';
import { CoreError, type CoreClient } from '../../shared/ipc/client.ts';
import type { ShellAnswer, ShellAsked } from '../../shared/ipc/shell-contract.ts';
import type { ShellHandlers } from './checked-ipc.ts';
import type { Connection } from './connection.ts';
import { openLink } from './links.ts';

/** Answers what windows may ask the shell. `core` is the shell's own port, null while it is away. */
export function shellHandlers(options: {
  window: () => BrowserWindow | null;
  core: () => CoreClient | null;
  connection: Connection;
  /** Leaves the safe mode: loads the desk's page anew. */
  startAgain: () => void;
}): ShellHandlers {
  const needCore = (): CoreClient => {
    const core = options.core();
    if (core === null) throw new Error('the core is not running');
    return core;
  };
  return {
    async 'shell.connect'({ address, token, remember }) {
      const connected = await options.connection.connect(needCore(), { address, token, remember });
      return {
        ...connected,
        ...(remember && !connected.tokenKept && { reason: 'no-key-store' as const }),
      };
    },
    async 'shell.direct-sources'({ sources }) {
      try {
        return await needCore().ask('direct.set', { sources });
      } catch (error) {
        return { reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async 'shell.webhooks'({ webhooks }) {
      try {
        return await needCore().ask('webhooks.set', { webhooks });
      } catch (error) {
        return { reason: error instanceof Error ? error.message : String(error) };
      }
    },
    async 'shell.open-file'() {
      const window = options.window();
      if (window === null) return { opened: false };
      const { filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openFile'],
        filters: [filters.bundle],
      });
      const path = filePaths[0];
      return path === undefined ? { opened: false } : openBundle(needCore(), path);
    },
    async 'shell.choose-runbook-folder'() {
      const core = needCore();
      const window = options.window();
      const chosen =
        window === null
          ? []
          : (await dialog.showOpenDialog(window, { properties: ['openDirectory'] })).filePaths;
      const path = chosen[0];
      if (path === undefined) return { session: await core.ask('session.read', {}) };
      return core.ask('runbooks.use-folder', { path });
    },
    'shell.export': (wish) => exportTo(needCore(), options.window(), wish),
    'shell.open-journal': (from) => openJournal(needCore(), options.window(), from),
    'shell.backup': () => backUp(needCore(), options.window()),
    'shell.start-again'() {
      options.startAgain();
      return {};
    },
    async 'shell.open-link'({ url }) {
      return { opened: await openLink(url) };
    },
    async 'shell.capture-window'() {
      const window = options.window();
      if (window === null) throw new Error('there is no window');
      const picture = await window.webContents.capturePage();
      return { png: new Uint8Array(picture.toPNG()) };
    },
    'shell.save-text': (wish) => saveText(options.window(), wish),
    async 'shell.copy'({ text }) {
      // A promise in the current Electron, none in 33.
      await clipboard.writeText(text);
      return {};
    },
  };
}

/** Opens a `.holdfast` file read-only; the core says what is wrong with it. */
export async function openBundle(
  core: CoreClient,
  path: string,
): Promise<ShellAnswer<'shell.open-file'>> {
  try {
    const { session } = await core.ask('bundle.open', { path });
    return { opened: true, session };
  } catch (error) {
    return { opened: false, error: codeOf(error) };
  }
}

async function openJournal(
  core: CoreClient,
  window: BrowserWindow | null,
  from: ShellAsked<'shell.open-journal'>,
): Promise<ShellAnswer<'shell.open-journal'>> {
  if (window === null) return { opened: false };
  try {
    const path = await journalPath(core, window, from);
    if (path === null) return { opened: false };
    return { opened: true, ...(await core.ask('journal.open', { path })) };
  } catch (error) {
    return { opened: false, ...reasonOf(error) };
  }
}

/** The chosen path; null when nothing was chosen. Only what the record itself names needs no dialog. */
async function journalPath(
  core: CoreClient,
  window: BrowserWindow,
  from: ShellAsked<'shell.open-journal'>,
): Promise<string | null> {
  const { folder, files, copies } = await core.ask('record.read', {});
  if (from.from === 'record') {
    const file = files.find(({ name, sealed }) => sealed && name === from.name);
    if (file === undefined) {
      throw new CoreError({ code: 'not-found', message: `the record has no file ${from.name}` });
    }
    return join(folder, file.name);
  }
  if (from.from === 'copies') {
    if (!copies.points.some(({ at }) => at === from.at)) {
      throw new CoreError({ code: 'not-found', message: 'the copies have no such point any more' });
    }
    return `${copies.folder}@${from.at}`;
  }
  const { filePaths } = await dialog.showOpenDialog(window, {
    ...(from.kind === 'file' && { defaultPath: folder, filters: [filters.journal] }),
    properties: [from.kind === 'file' ? 'openFile' : 'openDirectory'],
  });
  return filePaths[0] ?? null;
}

async function backUp(
  core: CoreClient,
  window: BrowserWindow | null,
): Promise<ShellAnswer<'shell.backup'>> {
  if (window === null) return { saved: false };
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openDirectory', 'createDirectory'],
  });
  const folder = filePaths[0];
  if (folder === undefined) return { saved: false };
  try {
    return { saved: true, ...(await core.ask('record.backup', { folder })) };
  } catch (error) {
    return { saved: false, ...reasonOf(error) };
  }
}

async function exportTo(
  core: CoreClient,
  window: BrowserWindow | null,
  { format, incident, language }: ShellAsked<'shell.export'>,
): Promise<ShellAnswer<'shell.export'>> {
  if (window === null) return { saved: false };
  const filter = filters[format];
  const { filePath } = await dialog.showSaveDialog(window, {
    defaultPath: `holdfast-${new Date().toISOString().slice(0, 16).replaceAll(/\D/g, '')}.${filter.extensions.join()}`,
    filters: [filter],
  });
  if (filePath === '') return { saved: false };
  try {
    return {
      saved: true,
      ...(await core.ask('export.write', { format, path: filePath, incident, language })),
    };
  } catch (error) {
    return { saved: false, error: codeOf(error) };
  }
}

async function saveText(
  window: BrowserWindow | null,
  { name, kind, text }: ShellAsked<'shell.save-text'>,
): Promise<ShellAnswer<'shell.save-text'>> {
  if (window === null) return { saved: false };
  const { filePath } = await dialog.showSaveDialog(window, {
    // A name is a suggestion, never a way out of the folder that is shown.
    defaultPath: `${name.replaceAll(/[^\w.-]+/g, '-')}.${kind}`,
    filters: [filters[kind]],
  });
  if (filePath === '') return { saved: false };
  try {
    await writeFile(filePath, text);
    return { saved: true, path: filePath };
  } catch (error) {
    return { saved: false, error: error instanceof Error ? error.message : String(error) };
  }
}

const filters: Record<
  'bundle' | 'markdown' | 'csv' | 'svg' | 'eml' | 'md' | 'html' | 'journal',
  FileFilter
> = {
  bundle: { name: 'Holdfast', extensions: ['holdfast'] },
  markdown: { name: 'Markdown', extensions: ['md'] },
  csv: { name: 'CSV', extensions: ['csv'] },
  svg: { name: 'SVG', extensions: ['svg'] },
  eml: { name: 'E-mail', extensions: ['eml'] },
  md: { name: 'Markdown', extensions: ['md'] },
  html: { name: 'HTML', extensions: ['html'] },
  journal: { name: 'SQLite', extensions: ['sqlite'] },
};

/** The code, and what the core said of it: here the person needs both. */
function reasonOf(error: unknown): { error: string; reason: string } {
  const reason = error instanceof Error ? error.message : String(error);
  return { error: codeOf(error), reason };
}

function codeOf(error: unknown): string {
  return error instanceof CoreError ? error.code : 'failed';
}
