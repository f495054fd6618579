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
    async 'shell.open-link'({ url }) {
      return { opened: await openLink(url) };
    },
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

const filters: Record<'bundle' | 'markdown' | 'csv', FileFilter> = {
  bundle: { name: 'Holdfast', extensions: ['holdfast'] },
  markdown: { name: 'Markdown', extensions: ['md'] },
  csv: { name: 'CSV', extensions: ['csv'] },
};

function codeOf(error: unknown): string {
  return error instanceof CoreError ? error.code : 'failed';
}
