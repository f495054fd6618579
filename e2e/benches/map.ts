import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, median, type Figure } from '../../scripts/benches/figure.ts';
import { layeredGraph } from '../../scripts/benches/layout.ts';
import { prepareRun } from '../../scripts/electron.ts';
import { layOut } from '../../shared/graph/layout.ts';
import { startElectron } from '../harness/electron-process.ts';
import { cpuOf, rendererBytes, servePage } from './bench-page.ts';
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
    const server = await servePage(folder, 'map-bench');
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
