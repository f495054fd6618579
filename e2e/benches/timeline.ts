import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../main/journal/journal.ts';
import { readLanes } from '../../main/rooms/timeline-lanes.ts';
import { openViews } from '../../main/views/views.ts';
import { cpuSeconds, figure, median, type Figure } from '../../scripts/benches/figure.ts';
import { millionFacts, roomFolder } from '../../scripts/benches/views.ts';
import { prepareRun } from '../../scripts/electron.ts';
import type { Answer, LaneKindName } from '../../shared/ipc/contract.ts';
import { startElectron } from '../harness/electron-process.ts';
import { cpuOf, servePage } from './bench-page.ts';
import { withDisplay } from './with-display.ts';

const HOUR = 3_600_000;
const ROUNDS = 3;
const FRAMES = 120;
/** A column every three pixels, over the window and what is read at its ends, as the timeline asks. */
const WINDOW_PIXELS = 1_500;
const ASKED = 2.25;
const LANES = 8;

interface Read {
  readonly name: string;
  readonly window: { readonly from: number; readonly to: number };
  readonly lanes: Answer<'timeline.lanes'>;
  readonly density: Record<string, number[]>;
  readonly cpuMs: number;
}

/**
 * One million facts on the timeline: what it costs the core to answer lanes and density of windows
 * of 1,500 pixels, and a frame while the window moves, strip and lanes together, against two empty
 * canvases of the same sizes that only change their colour. CPU milliseconds of all processes.
 */
export async function timeline(): Promise<Figure[]> {
  const reads = await readWindows();
  const figures = reads.map(({ name, cpuMs, lanes }) =>
    figure(
      `timeline-read-${name}`,
      cpuMs,
      `CPU ms, ${lanes.events === null ? `columns of ${lanes.columnMs / 60_000} min` : `${lanes.events.seq.length} entries`}`,
    ),
  );
  return withDisplay(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-timeline-bench-'));
    const server = await servePage(folder, 'timeline-bench');
    try {
      for (const read of reads.filter(({ name }) => name.endsWith('service'))) {
        const ours = await panned('ours', folder, read);
        const empty = await panned('empty', folder, read);
        const peer = { name: 'empty canvases', value: empty };
        figures.push(figure(`timeline-pan-${read.name}`, ours, 'CPU ms a frame (limit 1.3)', peer));
      }
      return figures;
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

async function readWindows(): Promise<Read[]> {
  const folder = roomFolder((await millionFacts()).profile);
  const journal = openJournal({ folder });
  const views = openViews(folder, journal);
  while (views.catchUp(5_000).more);
  const extent = views.extent();
  const end = extent.to ?? 0;
  const context = {
    views,
    unitOf: (service: string) => `RZ0${service.length % 4}`,
    isPinned: () => false,
    states: views.current,
    movedNotes: new Set<string>(),
    withdrawnImports: new Set<string>(),
    repeatedLines: new Set<string>(),
  };
  const windows: readonly [string, number, LaneKindName][] = [
    ['2min-service', HOUR / 30, 'service'],
    ['1h-service', HOUR, 'service'],
    ['12h-service', 12 * HOUR, 'service'],
    ['all-service', end - (extent.from ?? 0), 'service'],
    ['all-unit', end - (extent.from ?? 0), 'unit'],
    ['all-source', end - (extent.from ?? 0), 'source'],
  ];
  const reads: Read[] = [];
  for (const [name, spanMs, by] of windows) {
    const window = { from: end - spanMs, to: end };
    const asked = { from: end - spanMs * (ASKED - 0.5), to: end + spanMs / 2 };
    const columns = Math.ceil((WINDOW_PIXELS / 3) * ASKED);
    const read = (): Answer<'timeline.lanes'> =>
      readLanes(journal.databases(), { ...asked, by, columns, most: LANES }, context);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push((await cpuSeconds(() => void read())) * 1_000);
    }
    const density = views.density(window.from, window.to, WINDOW_PIXELS / 5);
    reads.push({
      name,
      window,
      lanes: read(),
      density: Object.fromEntries(
        Object.entries(density).map(([group, counts]) => [group, [...counts]]),
      ),
      cpuMs: median(times),
    });
  }
  views.close();
  journal.close();
  return reads;
}

/** The median of the rounds: CPU ms of a frame while the window moves. */
async function panned(name: 'ours' | 'empty', folder: string, read: Read): Promise<number> {
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
    const { events, lanes } = read.lanes;
    const data = {
      window: read.window,
      strip: { range: read.window, density: read.density },
      lanes: {
        range: { from: read.lanes.from, to: read.lanes.to },
        columns: read.lanes.columns,
        lanes: lanes.length,
        counts: [...read.lanes.counts],
        events:
          events &&
          Object.fromEntries(Object.entries(events).map(([column, all]) => [column, [...all]])),
      },
    };
    await page.evaluate(([which, given]) => window.timelineBench?.load(which, given), [
      name,
      data,
    ] as const);
    await page.evaluate(() => window.timelineBench?.rest(1_000));
    await page.evaluate(() => window.timelineBench?.pan(40));
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { cpuSeconds: cpu } = await cpuOf(electron, () =>
        page.evaluate((count) => window.timelineBench?.pan(count), FRAMES),
      );
      rounds.push((cpu * 1_000) / FRAMES);
    }
    return median(rounds);
  } finally {
    await electron.close();
    await run.dispose();
  }
}
