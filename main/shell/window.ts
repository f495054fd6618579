import { join } from 'node:path';
import { BrowserWindow, screen } from 'electron';
import { appOrigin } from './app-files.ts';
import { readBounds, writeBounds } from './window-bounds.ts';

/** Opens the desk's window; it shows itself when its first picture is ready. */
export function openWindow(profile: string): BrowserWindow {
  const boundsFile = join(profile, 'window.json');
  const screens = screen.getAllDisplays().map((display) => display.workArea);
  const { maximized, x, y, width, height } = readBounds(boundsFile, screens);
  const window = new BrowserWindow({
    ...(x !== undefined && y !== undefined ? { x, y } : {}),
    width,
    height,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Holdfast',
    // The dark theme's ground: nothing flashes at three in the morning.
    backgroundColor: '#0c0f14',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(import.meta.dirname, '..', 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  rememberBounds(window, boundsFile);
  reviveOnCrash(window);
  void window.loadURL(`${appOrigin}/index.html`);
  return window;
}

function rememberBounds(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    try {
      writeBounds(file, { ...window.getNormalBounds(), maximized: window.isMaximized() });
    } catch {
      // A full disk must not keep a window from moving.
    }
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(write, 500);
  };
  window.on('resize', soon).on('move', soon).on('close', write);
}

/** A page that dies is loaded again; one that dies again and again waits ever longer. */
function reviveOnCrash(window: BrowserWindow): void {
  let deaths: number[] = [];
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    const nowMs = performance.now();
    deaths = [...deaths.filter((at) => nowMs - at < 60_000), nowMs];
    const pauseMs = deaths.length <= 3 ? 0 : 10_000;
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload();
    }, pauseMs);
  });
}
