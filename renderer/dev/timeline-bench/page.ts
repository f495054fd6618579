import '../../theme/tokens.css';
import type { DensitySeries } from '../../chart/density.ts';
import { createDensitySurface } from '../../chart/density-surface.ts';
import { createLaneSurface } from '../../chart/lane-surface.ts';
import type { LaneLook, LanePicture } from '../../chart/lanes.ts';
import { panRange, spanOf, type TimeRange } from '../../chart/time-range.ts';
import { canvasTokens } from '../../theme/tokens.ts';

/** What the bench asks of the page: strip and lanes as the timeline draws them, or empty canvases. */

interface BenchData {
  readonly window: TimeRange;
  readonly strip: {
    readonly range: TimeRange;
    readonly density: Record<string, readonly number[]>;
  };
  readonly lanes: {
    readonly range: TimeRange;
    readonly columns: number;
    readonly lanes: number;
    readonly counts: readonly number[];
    readonly events: Record<string, readonly number[]> | null;
  };
}

const STRIP_HEIGHT = 134;
const LANE_HEIGHT = 20;
const MARKS_HEIGHT = 20;
const STEP_PIXELS = 7;

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

let paint: (window: TimeRange) => void = () => undefined;
let shown: TimeRange = { from: 0, to: 1 };
let width = 1;

function canvasOf(stage: HTMLElement, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = stage.clientWidth;
  canvas.height = height;
  canvas.style.display = 'block';
  stage.append(canvas);
  return canvas;
}

function emptyPainter(canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d', { alpha: false });
  let turn = 0;
  return () => {
    if (context === null) return;
    turn += 1;
    context.fillStyle = turn % 2 === 0 ? 'black' : 'navy';
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
}

const bench = {
  load(name: string, data: BenchData): void {
    const stage = document.querySelector<HTMLElement>('#stage');
    if (!stage) throw new Error('no stage');
    stage.replaceChildren();
    const strip = canvasOf(stage, STRIP_HEIGHT);
    const height = data.lanes.lanes * LANE_HEIGHT;
    const lanes = canvasOf(stage, height);
    shown = data.window;
    width = strip.width;
    if (name === 'empty') {
      const painters = [emptyPainter(strip), emptyPainter(lanes)];
      paint = () => {
        for (const one of painters) one();
      };
    } else {
      paint = ourPainter(strip, lanes, height, data);
    }
    paint(shown);
  },
  /** Pans back and forth, one step a frame. @returns the frames' milliseconds */
  async pan(frames: number): Promise<number> {
    const began = performance.now();
    for (let step = 0; step < frames; step += 1) {
      const pixels = step % 40 < 20 ? STEP_PIXELS : -STEP_PIXELS;
      shown = panRange(shown, (pixels / width) * spanOf(shown));
      paint(shown);
      await frame();
    }
    return performance.now() - began;
  },
  rest: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
};

function ourPainter(
  strip: HTMLCanvasElement,
  lanes: HTMLCanvasElement,
  height: number,
  data: BenchData,
): (window: TimeRange) => void {
  const tokens = canvasTokens();
  const bars = createDensitySurface(strip);
  const series = {
    range: data.strip.range,
    density: Object.fromEntries(
      Object.entries(data.strip.density).map(([name, counts]) => [name, Uint32Array.from(counts)]),
    ),
  } as unknown as DensitySeries;
  const { events } = data.lanes;
  const picture: LanePicture = {
    ...data.lanes,
    counts: Uint32Array.from(data.lanes.counts),
    events: events && {
      seq: Float64Array.from(events['seq'] ?? []),
      at: Float64Array.from(events['at'] ?? []),
      heardAt: Float64Array.from(events['heardAt'] ?? []),
      lane: Uint8Array.from(events['lane'] ?? []),
      group: Uint8Array.from(events['group'] ?? []),
      pinned: Uint8Array.from(events['pinned'] ?? []),
    },
  };
  const look: LaneLook = {
    laneHeight: LANE_HEIGHT,
    showsHeard: false,
    knownAt: null,
    groups: [true, true, true, true, true],
  };
  const surface = createLaneSurface(lanes);
  return (window) => {
    const size = { width: strip.width, height: STRIP_HEIGHT, marks: MARKS_HEIGHT };
    bars.draw({ ...size, window, all: series, shown: null, moment: null }, tokens);
    surface.draw({
      width: lanes.width,
      height,
      window,
      picture,
      look,
      moment: null,
      current: null,
      tokens,
    });
  };
}

export type TimelineBench = typeof bench;

declare global {
  interface Window {
    timelineBench?: TimelineBench;
  }
}
window.timelineBench = bench;
