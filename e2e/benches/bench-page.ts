import { createServer, type Server } from 'node:http';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { projectFolder } from '../../scripts/cache.ts';
import type { ElectronProcess } from '../harness/electron-process.ts';

/** Pages that are measured alone in a window: built, served, and what they cost. */

/** CPU of the whole tree of processes while something runs. */
export async function cpuOf(
  electron: ElectronProcess,
  act: () => Promise<unknown>,
): Promise<{ cpuSeconds: number; ownSeconds: number; seconds: number }> {
  const page = pagePid(electron.pid);
  const before = treeCpu(electron.pid);
  const ownBefore = cpuOfProcess(page);
  const began = performance.now();
  await act();
  return {
    cpuSeconds: treeCpu(electron.pid) - before,
    ownSeconds: cpuOfProcess(page) - ownBefore,
    seconds: (performance.now() - began) / 1_000,
  };
}

const TICKS_A_SECOND = 100;

function treeCpu(root: number): number {
  let ticks = 0;
  for (const { utime, stime } of treeOf(root)) ticks += utime + stime;
  return ticks / TICKS_A_SECOND;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly utime: number;
  readonly stime: number;
}

function treeOf(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const within = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent } of all) {
      if (within.has(parent) && !within.has(pid)) {
        within.add(pid);
        grew = true;
      }
    }
  }
  return all.filter(({ pid }) => within.has(pid));
}

function readProcess(pid: number): Process | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      parent: Number(fields[1]),
      utime: Number(fields[11]),
      stime: Number(fields[12]),
    };
  } catch {
    return null;
  }
}

function cpuOfProcess(pid: number): number {
  const process = readProcess(pid);
  return process === null ? 0 : (process.utime + process.stime) / TICKS_A_SECOND;
}

/** The process of the page. */
function pagePid(root: number): number {
  for (const { pid } of treeOf(root)) {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) return pid;
  }
  return 0;
}

export function rendererBytes(root: number): number {
  let most = 0;
  for (const { pid } of treeOf(root)) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!words.includes('--type=renderer')) continue;
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
      most = Math.max(most, Number(pss?.[1] ?? 0) * 1_024);
    } catch {
      // A process that has ended since.
    }
  }
  return most;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Builds a page of `renderer/dev` and, in `folder/app`, the smallest application that shows it. */
export async function servePage(folder: string, name: string): Promise<Server> {
  const pages = join(folder, 'page');
  await build({
    root: join(projectFolder, 'renderer', 'dev', name),
    logLevel: 'error',
    base: './',
    build: { outDir: pages, emptyOutDir: true, target: 'chrome130' },
  });
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const file = join(pages, path === '/' ? 'index.html' : path);
    try {
      const content = readFileSync(file);
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"name":"bench","main":"main.cjs"}');
  writeFileSync(
    join(app, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
     void app.whenReady().then(() => {
       const window = new BrowserWindow({ width: 1440, height: 900, useContentSize: true });
       void window.loadURL('http://127.0.0.1:${port}/');
     });`,
  );
  return server;
}
