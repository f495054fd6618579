import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chromium, type Browser, type Page } from '@playwright/test';

/**
 * An Electron that was started as a user starts it and is driven over Chromium's debugging port.
 *
 * Playwright's own launcher attaches while the window is being made, and against this Electron the
 * page then now and then waits for ever (1 start in 45; none in 120 when nobody attaches). So the
 * page is looked at over plain HTTP until it has loaded, and only then attached to.
 */
export interface ElectronProcess {
  /** The window's page; another one after `attachAgain`. */
  readonly page: Page;
  /**
   * A page whose process was killed is dead to Playwright for good, even where the application
   * loaded it anew: this attaches to the one that is there now.
   */
  attachAgain(): Promise<Page>;
  readonly pid: number;
  /** Runs a function in the main process, where it was started with an inspector. */
  evaluate<Value, Argument>(
    act: (electron: typeof import('electron'), argument: Argument) => Value | Promise<Value>,
    argument?: Argument,
  ): Promise<Value>;
  /** Asks it to end, as closing the last window does. */
  close(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

const READY = '[data-testid="start-name"], [data-testid="connection"]';
const START_TIMEOUT_MS = 30_000;

export async function startElectron(options: {
  executable: string;
  words: readonly string[];
  env: NodeJS.ProcessEnv;
  inspectable: boolean;
  /** A folder that is a disk of its own, in memory, which nobody else sees. */
  disk?: { folder: string; size: string };
}): Promise<ElectronProcess> {
  const command = [
    ...(options.disk === undefined ? [] : onDisk(options.disk)),
    options.executable,
    ...(options.inspectable ? ['--inspect=0'] : []),
    '--remote-debugging-port=0',
    ...options.words,
  ];
  const child = spawn(command[0] ?? options.executable, command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: options.env,
  });
  const said = listenTo(child);
  try {
    const devtools = await said(/DevTools listening on (ws:\/\/\S+)/);
    await pageLoaded(devtools);
    let browser = await chromium.connectOverCDP(devtools);
    let page = firstPage(browser);
    await page.waitForSelector(READY);
    const inspector = options.inspectable ? await said(/Debugger listening on (ws:\/\/\S+)/) : null;
    return {
      get page() {
        return page;
      },
      async attachAgain() {
        await browser.close().catch(() => undefined);
        browser = await chromium.connectOverCDP(devtools);
        page = firstPage(browser);
        return page;
      },
      pid: child.pid ?? 0,
      evaluate: (act, argument) => evaluateInMain(inspector, act, argument),
      close: () => end(child, browser, 'SIGTERM'),
      kill: () => end(child, browser, 'SIGKILL'),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** The words before a command that give it a mount of its own; the process stays the same one. */
function onDisk({ folder, size }: { folder: string; size: string }): string[] {
  const own = process.getuid?.() === 0 ? ['-m'] : ['-r', '-m'];
  return [
    'unshare',
    ...own,
    'sh',
    '-c',
    `mount -t tmpfs -o size=${size} none "$0" && exec "$@"`,
    folder,
  ];
}

/** Reads stderr to its end (a full pipe would stop the application) and waits for a line of it. */
function listenTo(child: ChildProcess): (pattern: RegExp) => Promise<string> {
  let text = '';
  const waiting = new Set<() => void>();
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (process.env['HOLDFAST_SHOW_STDERR'] === '1') process.stderr.write(chunk);
    for (const look of waiting) look();
  });
  return (pattern) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(text)?.[1];
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      child.once('exit', () => reject(new Error(`Electron ended: ${text.slice(-2_000)}`)));
      look();
    });
}

async function pageLoaded(devtools: string): Promise<void> {
  const list = new URL('/json/list', devtools.replace(/^ws:/, 'http:'));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const targets = (await fetch(list).then(
      (answer) => answer.json(),
      () => [],
    )) as { type: string; title: string; webSocketDebuggerUrl: string }[];
    const target = targets.find(({ type }) => type === 'page');
    if (target && (await isReady(target.webSocketDebuggerUrl))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the window showed nothing');
}

async function isReady(address: string): Promise<boolean> {
  const expression = `document.querySelector(${JSON.stringify(READY)}) !== null`;
  try {
    const answer = await callInspector(address, { expression, returnByValue: true }, 2_000);
    return answer.value === true;
  } catch {
    return false;
  }
}

async function evaluateInMain<Value, Argument>(
  inspector: string | null,
  act: (electron: typeof import('electron'), argument: Argument) => Value | Promise<Value>,
  argument: Argument | undefined,
): Promise<Value> {
  if (inspector === null) throw new Error('this Electron was started without an inspector');
  const answer = await callInspector(
    inspector,
    {
      expression: `(${act.toString()})(require('electron'), ${JSON.stringify(argument)})`,
      includeCommandLineAPI: true,
      awaitPromise: true,
      returnByValue: true,
    },
    20_000,
  );
  return answer.value as Value;
}

/** One Runtime.evaluate over the inspector's protocol. */
function callInspector(
  address: string,
  params: Record<string, unknown>,
  timeoutMs: number,
): Promise<{ value?: unknown }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(() => finish(() => reject(new Error('no answer'))), timeoutMs);
    socket.addEventListener('error', () => finish(() => reject(new Error('no inspector'))));
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    });
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as {
        id?: number;
        result?: {
          result: { value?: unknown };
          exceptionDetails?: { exception?: { description?: string } };
        };
      };
      if (message.id !== 1) return;
      const failure = message.result?.exceptionDetails;
      if (failure) finish(() => reject(new Error(failure.exception?.description ?? 'failed')));
      else finish(() => resolve(message.result?.result ?? {}));
    });
  });
}

function firstPage(browser: Browser): Page {
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('Electron has no window');
  page.setDefaultTimeout(20_000);
  return page;
}

async function end(child: ChildProcess, browser: Browser, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  await browser.close().catch(() => undefined);
}
