import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, ipcMain, safeStorage, session, type BrowserWindow } from 'electron';
import { createCoreClient, type CoreClient } from '../../shared/ipc/client.ts';
import type { Session } from '../../shared/ipc/contract.ts';
import type { ShellEvent } from '../../shared/ipc/shell-contract.ts';
import { appOrigin } from './app-files.ts';
import { readArguments } from './arguments.ts';
import { coreChannel, handledChannel, shellEventChannel } from './channels.ts';
import { listenToWindows } from './checked-ipc.ts';
import { createConnection } from './connection.ts';
import { startCore } from './core-launch.ts';
import { relayPage, type PageRelay } from './core-relay.ts';
import { superviseCore, type CoreSupervisor } from './core-supervisor.ts';
import { setMenu } from './menu.ts';
import { registerAppScheme, serveApp } from './protocol.ts';
import { secureContents, secureSession } from './security.ts';
import { openBundle, shellHandlers } from './shell-requests.ts';
import { openTokenStore } from './token-store.ts';
import { openWindow } from './window.ts';

/**
 * The main process: starts the window and the core and carries frames between them. Owns no state
 * but the token.
 */

const fromOutside = readArguments(process.argv.slice(1), process.env, process.cwd());
const profile = fromOutside.profile ?? join(app.getPath('appData'), 'holdfast');
mkdirSync(profile, { recursive: true, mode: 0o700 });
// Chromium's own files lie apart from the desk's; the lock below is per profile.
app.setPath('userData', join(profile, 'chromium'));

registerAppScheme();
// Root (a container, a test) has no sandbox to enable, and Chromium refuses the contradiction.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
secureContents();

if (app.requestSingleInstanceLock()) {
  void app.whenReady().then(start).catch(giveUp);
} else app.quit();

/** How long a core may take to close its files before it is killed. */
const CORE_PATIENCE_MS = 5_000;

function start(): void {
  let window: BrowserWindow | null = null;
  let page: PageRelay | null = null;
  let shellCore: CoreClient | null = null;
  let fileToOpen = fromOutside.file;
  let lostBefore = false;
  let windowAgain = (): void => {};
  /** The page that needs no core speaks the language of the desk. */
  let looks: Pick<Session, 'language' | 'theme'> = { language: 'en', theme: 'dark' };
  const connection = createConnection(openTokenStore(join(profile, 'token.bin'), safeStorage), {
    address: process.env['HOLDFAST_GATEWAY'],
    token: process.env['HOLDFAST_TOKEN'],
    person: process.env['HOLDFAST_PERSON'],
  });
  // What is started from here must not inherit it.
  delete process.env['HOLDFAST_TOKEN'];

  const tellWindow = (event: ShellEvent): void => {
    if (window?.isDestroyed() === false) window.webContents.send(shellEventChannel, event);
  };
  const openWaitingFile = (): void => {
    const path = fileToOpen;
    if (path === undefined || shellCore === null) return;
    fileToOpen = undefined;
    void openBundle(shellCore, path).then(({ opened, error }) => {
      if (!opened) dialog.showErrorBox('Holdfast', `${path} could not be opened (${error}).`);
    });
  };
  const core: CoreSupervisor = superviseCore({
    start: () => startCore(profile),
    onReady() {
      const port = core.openPort('shell', 'shell');
      if (port === null) return;
      const client = createCoreClient(port);
      shellCore = client;
      const remember = (session: Session): void => void (looks = session);
      client.on('session.changed', ({ session }) => remember(session));
      void client
        .ask('session.read', {})
        .then(remember)
        .catch(() => {});
      // A gateway that the core refuses is shown by the window's own session, not here.
      void connection
        .restore(client)
        .catch(() => {})
        .finally(() => {
          if (lostBefore) tellWindow({ name: 'core.ready' });
          openWaitingFile();
        });
    },
    onLost() {
      lostBefore = true;
      shellCore?.close();
      shellCore = null;
      page?.coreLost();
      tellWindow({ name: 'core.lost' });
    },
  });

  serveApp(session.defaultSession, join(import.meta.dirname, '..', 'renderer'));
  secureSession(session.defaultSession);
  const handlers = shellHandlers({
    window: () => window,
    core: () => shellCore,
    connection,
    startAgain: () => windowAgain(),
  });
  setMenu({
    openFile: () => void handlers['shell.open-file']({}, 0),
  });

  const show = (): void => {
    const { window: opened, startAgain } = openWindow(profile, {
      safeAddress: () => `${appOrigin}/index.html?safe=${looks.language},${looks.theme}`,
      onGiveUp: () => askWhatNow(startAgain),
    });
    window = opened;
    windowAgain = startAgain;
    const { webContents } = opened;
    page = relayPage(
      () => core.openPort('window', 'window'),
      (message) => {
        if (!webContents.isDestroyed()) webContents.send(coreChannel, message);
      },
    );
    // A page that is loaded anew is a new client: what the old one subscribed to is void.
    webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) page?.close();
    });
    webContents.ipc.on(handledChannel, () => page?.handled());
    webContents.on('render-process-gone', () => page?.close());
    opened.on('closed', () => {
      page?.close();
      page = null;
      window = null;
    });
  };
  listenToWindows(
    ipcMain,
    (contents) => window?.webContents.id === contents,
    (_contents, frame) => page?.toCore(frame),
    handlers,
  );
  show();

  app.on('second-instance', (_event, argv, workingFolder) => {
    fileToOpen = readArguments(argv.slice(1), {}, workingFolder).file;
    openWaitingFile();
    if (window === null) show();
    else if (window.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('activate', () => {
    if (window === null) show();
  });
  // Chromium starts these again by itself (drawing goes on without the graphics card if it must);
  // what it cannot revive ends the page, which is noticed there.
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    if (reason !== 'clean-exit') console.error(`a ${type} process ended (${reason}, ${exitCode})`);
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });

  app.on('will-quit', (event) => {
    // Windows are closed by now; the core closes its files before the application ends.
    event.preventDefault();
    void core.stop(CORE_PATIENCE_MS).then(() => app.exit(0));
  });
}

/** The window cannot even say that it fails: the system's own dialog does. */
function askWhatNow(startAgain: () => void): void {
  const text =
    'The window ended again and again. Everything that was recorded is safe, and the desk goes on recording.';
  void dialog
    .showMessageBox({
      type: 'error',
      title: 'Holdfast',
      message: text,
      buttons: ['Start again', 'Quit'],
      defaultId: 0,
      cancelId: 0,
    })
    .then(({ response }) => {
      if (response === 0) startAgain();
      else app.quit();
    });
}

function giveUp(error: unknown): void {
  dialog.showErrorBox('Holdfast', error instanceof Error ? error.message : String(error));
  app.exit(1);
}
