import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, utilityProcess } from 'electron';
import { channelToChild } from '../ipc/child-channel.ts';
import type { CoreProcess } from './core-supervisor.ts';
import { channelToUtility } from './utility-channel.ts';

/**
 * Starts the core's process: an Electron utility process, or, on an Electron whose Node-API is too
 * old for the SQLite binding, a child of a real Node. Call it after `app` is ready.
 */
export function startCore(profile: string): CoreProcess {
  const journal = forTests('HOLDFAST_JOURNAL') === 'none' ? ['--journal=none'] : [];
  const args = [
    `--profile=${profile}`,
    `--resources=${resourcesFolder()}`,
    `--app-version=${app.getVersion()}`,
    ...journal,
  ];
  const wish = forTests('HOLDFAST_CORE');
  const bindingWorks = Number(process.versions['napi']) >= 10;
  return wish === 'utility' || (bindingWorks && wish !== 'child')
    ? startUtility(args)
    : startChild(args);
}

/** The folder with `runbooks/` and `demo/`. */
export function resourcesFolder(): string {
  return app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'resources');
}

function startUtility(args: string[]): CoreProcess {
  const child = utilityProcess.fork(coreFile(), args, {
    serviceName: 'holdfast-core',
    env: coreEnvironment(),
  });
  return {
    channel: channelToUtility(child),
    stop: () => child.kill(),
    kill: () => killPid(child.pid),
  };
}

function startChild(args: string[]): CoreProcess {
  const child = fork(coreFile(), args, {
    execPath: nodeExecutable(),
    execArgv: [],
    serialization: 'advanced',
    env: coreEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Without a listener a Node that cannot be started would end the whole application.
  child.on('error', () => {});
  return {
    channel: channelToChild(child),
    stop: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** A binding cannot be loaded, and a process not forked, from inside the archive. */
function coreFile(): string {
  return app.isPackaged
    ? join(process.resourcesPath, 'app.asar.unpacked', 'out', 'main', 'core.js')
    : join(import.meta.dirname, 'core.js');
}

function nodeExecutable(): string {
  const candidates = [
    forTests('HOLDFAST_NODE'),
    join(process.resourcesPath, 'node', 'bin', 'node'),
    app.isPackaged ? undefined : join(app.getAppPath(), 'node_modules', '.bin', 'node'),
  ];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) {
    throw new Error('This Electron cannot carry the core, and there is no Node that could.');
  }
  return found;
}

/** A packaged application takes no such wishes from its environment. */
function forTests(name: string): string | undefined {
  return app.isPackaged ? undefined : process.env[name];
}

/** Without what would change how Node runs, and without the token, which comes over the port. */
function coreEnvironment(): NodeJS.ProcessEnv {
  const hidden = new Set(['NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'HOLDFAST_TOKEN']);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.has(name)));
}

function killPid(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}
