import type { BenchGraph, Peer, StartPeer } from './peer.ts';

/** What the bench asks of the page; each library is loaded alone. */
const peers: Readonly<Record<string, () => Promise<{ start: StartPeer }>>> = {
  ours: () => import('./ours.ts'),
  empty: () => import('./empty.ts'),
  cytoscape: () => import('./cytoscape.ts'),
  sigma: () => import('./sigma.ts'),
  'react-flow': () => import('./react-flow.tsx'),
};

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

let peer: Peer | null = null;

const bench = {
  /** @returns milliseconds from the graph to the second frame after it was given */
  async load(name: string, graph: BenchGraph): Promise<{ ms: number; surface: string }> {
    const stage = document.querySelector<HTMLElement>('#stage');
    const loader = peers[name];
    if (!stage || !loader) throw new Error(`no peer ${name}`);
    const { start } = await loader();
    await frame();
    const began = performance.now();
    peer = await start(stage, graph);
    await frame();
    await frame();
    return { ms: performance.now() - began, surface: peer.surface ?? '' };
  },
  /** Pans back and forth, one step a frame. @returns the frames' milliseconds */
  async pan(frames: number): Promise<number> {
    const began = performance.now();
    for (let step = 0; step < frames; step++) {
      peer?.pan(step % 40 < 20 ? 7 : -7, step % 20 < 10 ? 3 : -3);
      await frame();
    }
    return performance.now() - began;
  },
  /** So many batches of 50 changes, each followed by a frame and a pause. */
  async change(batches: number, pauseMs: number, size: number): Promise<number> {
    const began = performance.now();
    for (let batch = 0; batch < batches; batch++) {
      peer?.change(
        Array.from({ length: 50 }, (_, index) => [
          (batch * 97 + index * 61) % size,
          batch % 2 === 0 ? 'critical' : 'healthy',
        ]),
      );
      await frame();
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return performance.now() - began;
  },
  rest: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
};

export type MapBench = typeof bench;

declare global {
  interface Window {
    mapBench?: MapBench;
  }
}
window.mapBench = bench;
