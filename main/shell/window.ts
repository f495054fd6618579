import { join } from 'node:path';
import { BrowserWindow, screen, type WebContents } from 'electron';
import { appOrigin } from './app-files.ts';
import { pulseChannel } from './channels.ts';
import { createPulse, createRevival } from './revival.ts';
import { readBounds, writeBounds } from './window-bounds.ts';

/** Opens the desk's window; it shows itself when its first picture is ready. */
export function openWindow(
  profile: string,
  options: ReviveOptions,
): { window: BrowserWindow; startAgain: () => void } {
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
  const startAgain = revive(window, options);
  void window.loadURL(DESK_ADDRESS);
  return { window, startAgain };
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

/** What becomes of a window whose page dies or hangs. */
interface ReviveOptions {
  /** Where a page that does little and says what happened lies. */
  readonly safeAddress: () => string;
  /** Not even that page lives. */
  readonly onGiveUp: () => void;
}

/**
 * A page that dies or hangs is loaded again; one that does so again and again gives way to a page
 * that says so.
 * @returns a function that leaves that page for the desk
 */
function revive(window: BrowserWindow, options: ReviveOptions): () => void {
  const { webContents } = window;
  const revival = createRevival();
  const pulse = createPulse(MOST_MISSED_BEATS);
  const load = (address: string): void => {
    if (!window.isDestroyed()) void window.loadURL(address).catch(() => {});
  };

  webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    console.error(`the window's process ended (${details.reason}, ${details.exitCode})`);
    const next = revival.died(performance.now());
    // Not from inside the event: Chromium is still burying the process.
    setImmediate(() => {
      if (next === 'reload') load(DESK_ADDRESS);
      else if (next === 'safe-mode') load(options.safeAddress());
      else options.onGiveUp();
    });
  });

  webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) pulse.reset();
  });
  webContents.ipc.on(pulseChannel, () => pulse.answered());
  const beat = (): void => {
    // A breakpoint is no hang.
    if (window.isDestroyed() || webContents.isDevToolsOpened()) return;
    if (pulse.beat()) {
      pulse.reset();
      console.error('the window hangs: its process is ended');
      end(webContents);
    } else if (!webContents.isCrashed()) webContents.send(pulseChannel);
  };
  const timer = setInterval(beat, BEAT_MS);
  window.on('closed', () => clearInterval(timer));

  return () => {
    revival.startAgain();
    load(DESK_ADDRESS);
  };
}

/** Ends a page's process; it need not answer. */
function end(webContents: WebContents): void {
  const pid = webContents.getOSProcessId();
  if (pid === 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

const DESK_ADDRESS = `${appOrigin}/index.html`;
const BEAT_MS = 2_000;
/** Twenty seconds: a machine under load is slow, a page that hangs is silent. */
const MOST_MISSED_BEATS = 10;
