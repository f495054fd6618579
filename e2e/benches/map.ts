import { createServer, type Server } from 'node:http';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { figure, median, type Figure } from '../../scripts/benches/figure.ts';
import { layeredGraph } from '../../scripts/benches/layout.ts';
import { prepareRun } from '../../scripts/electron.ts';
import { projectFolder } from '../../scripts/cache.ts';
import { layOut } from '../../shared/graph/layout.ts';
import { startElectron, type ElectronProcess } from '../harness/electron-process.ts';
import { withDisplay } from './with-display.ts';

const SERVICES = 5_000;
const PEERS = ['empty', 'cytoscape', 'sigma', 'react-flow'] as const;
const ROUNDS = 5;
const FRAMES = 60;
const BATCHES = 20;
/** Of a library that needs a second for a frame, fewer say as much. */
const PEER_FRAMES = 12;
const PEER_BATCHES = 4;
/** 500 changes a second, as rows come: ten batches of 50. */
const STREAM_SECONDS = 5;
const STREAM_PAUSE_MS = 84;

/** As the page has it (renderer/dev/map-bench/peer.ts). */
interface BenchGraph {
  readonly names: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly conditions: readonly string[];
  readonly ends: readonly number[];
}

interface Measured {
  readonly firstPaintMs: number;
  readonly panMs: number;
  /** Of that, in the process of the page: what is left where a graphics card does the rest. */
  readonly panOwnMs: number;
  readonly changeMs: number;
  readonly changeOwnMs: number;
  readonly streamSeconds: number;
  readonly streamOwnSeconds: number;
  readonly rendererMb: number;
  readonly surface: string;
}

/**
 * The same graph of 5,000 services and 15,000 calls through our map and three libraries, each alone
 * in a window of the same Electron; `empty` is a canvas that only changes its colour. Times are CPU
 * milliseconds of all its processes, so that what a thread or the graphics process does counts as
 * well; without a graphics card that process paints every pixel in software. `-own` is the page's
 * process alone, which is what remains where there is one.
 */
export function map(): Promise<Figure[]> {
  return withDisplay(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-map-bench-'));
    const server = await servePage(folder);
    try {
      const graph = benchGraph();
      const ours: Measured[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        ours.push(await measure('ours', folder, graph));
      console.error(`map: painted on ${ours[0]?.surface ?? ''}`);
      const figures: Figure[] = [];
      const put = (name: string, key: Exclude<keyof Measured, 'surface'>, unit: string): void => {
        figures.push(figure(name, median(ours.map((one) => one[key])), unit));
      };
      put('map-pan', 'panMs', 'CPU ms a frame');
      put('map-pan-own', 'panOwnMs', 'CPU ms a frame of the page alone');
      put('map-50-changes', 'changeMs', 'CPU ms');
      put('map-50-changes-own', 'changeOwnMs', 'CPU ms of the page alone');
      put('map-500-changes-a-second', 'streamSeconds', 'CPU seconds a second');
      put(
        'map-500-changes-a-second-own',
        'streamOwnSeconds',
        'CPU seconds a second of the page alone',
      );
      put('map-first-paint', 'firstPaintMs', 'ms');
      put('map-memory', 'rendererMb', 'MB of the window, all shared pages counted');
      for (const name of PEERS) {
        const theirs = await measure(name, folder, graph);
        const against = (
          key: 'panMs' | 'changeMs' | 'firstPaintMs',
          of: string,
          unit: string,
        ): void => {
          const value = median(ours.map((one) => one[key]));
          figures.push(figure(`map-${of} / ${name}`, value, unit, { name, value: theirs[key] }));
        };
        against('panMs', 'pan', 'CPU ms a frame');
        against('changeMs', '50-changes', 'CPU ms');
        against('firstPaintMs', 'first-paint', 'ms');
      }
      return figures;
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function benchGraph(): BenchGraph {
  const { nodes, calls } = layeredGraph(SERVICES, SERVICES * 3);
  const layout = layOut({ nodes, calls });
  const indexOf = new Map(layout.names.map((name, index) => [name, index]));
  const ends: number[] = [];
  for (const { from, to } of calls) {
    const [start, end] = [indexOf.get(from), indexOf.get(to)];
    if (start !== undefined && end !== undefined && start !== end) ends.push(start, end);
  }
  return {
    names: layout.names,
    x: [...layout.x],
    y: [...layout.y],
    conditions: layout.names.map((_, index) =>
      index % 50 === 0 ? 'critical' : index % 20 === 0 ? 'warning' : 'healthy',
    ),
    ends,
  };
}

async function measure(name: string, folder: string, graph: BenchGraph): Promise<Measured> {
  const isOurs = name === 'ours';
  const frames = isOurs ? FRAMES : PEER_FRAMES;
  const batches = isOurs ? BATCHES : PEER_BATCHES;
  const run = await prepareRun(join(folder, 'app'), {
    withoutGpu: process.env['HOLDFAST_WITHOUT_GPU'] === '1',
  });
  const electron = await startElectron({
    executable: run.executable,
    words: run.args,
    inspectable: false,
    env: { ...process.env, ...run.env },
  });
  try {
    const { page } = electron;
    page.setDefaultTimeout(120_000);
    const loaded = await page.evaluate(([peer, given]) => window.mapBench?.load(peer, given), [
      name,
      graph,
    ] as const);
    await page.evaluate(() => window.mapBench?.rest(1_500));
    const panned = await cpuOf(electron, () =>
      page.evaluate((count) => window.mapBench?.pan(count), frames),
    );
    await page.evaluate(() => window.mapBench?.rest(800));
    const changed = await cpuOf(electron, () =>
      page.evaluate(([count, size]) => window.mapBench?.change(count, 0, size), [
        batches,
        SERVICES,
      ] as const),
    );
    const rest = {
      firstPaintMs: loaded?.ms ?? Number.NaN,
      panMs: (panned.cpuSeconds * 1_000) / frames,
      panOwnMs: (panned.ownSeconds * 1_000) / frames,
      changeMs: (changed.cpuSeconds * 1_000) / batches,
      changeOwnMs: (changed.ownSeconds * 1_000) / batches,
      surface: loaded?.surface ?? '',
    };
    if (!isOurs)
      return {
        ...rest,
        streamSeconds: Number.NaN,
        streamOwnSeconds: Number.NaN,
        rendererMb: Number.NaN,
      };
    await page.evaluate(() => window.mapBench?.rest(800));
    const streamed = await cpuOf(electron, () =>
      page.evaluate(([count, pause, size]) => window.mapBench?.change(count, pause, size), [
        STREAM_SECONDS * 10,
        STREAM_PAUSE_MS,
        SERVICES,
      ] as const),
    );
    return {
      ...rest,
      streamSeconds: streamed.cpuSeconds / streamed.seconds,
      streamOwnSeconds: streamed.ownSeconds / streamed.seconds,
      rendererMb: rendererBytes(electron.pid) / 1e6,
    };
  } finally {
    await electron.close();
    await run.dispose();
  }
}

/** CPU of the whole tree of processes while something runs. */
async function cpuOf(
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

function rendererBytes(root: number): number {
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

/** Builds the page and the smallest application that shows it. */
async function servePage(folder: string): Promise<Server> {
  const pages = join(folder, 'page');
  await build({
    root: join(projectFolder, 'renderer', 'dev', 'map-bench'),
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
  writeFileSync(join(app, 'package.json'), '{"name":"map-bench","main":"main.cjs"}');
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
