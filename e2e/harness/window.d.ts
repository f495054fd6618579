/** What the pages under test leave for those who look at them. */
interface Window {
  __cspViolations?: unknown[];
  readonly __holdfastMap?: {
    conditionOf(name: string): string | null;
    screenPositionOf(name: string): { x: number; y: number } | null;
    readonly surface: 'webgl2' | '2d';
    readonly scale: number;
    readonly labels: readonly string[];
    readonly marked: readonly string[];
    readonly figures: readonly string[];
    readonly hits: Readonly<Record<string, number>>;
    readonly paintedRows: number;
  };
  /** The page of the map's bench (renderer/dev/map-bench/page.ts). */
  readonly mapBench?: {
    load(name: string, graph: unknown): Promise<{ ms: number; surface: string }>;
    pan(frames: number): Promise<number>;
    change(batches: number, pauseMs: number, size: number): Promise<number>;
    rest(ms: number): Promise<void>;
  };
  /** The page of the timeline's bench (renderer/dev/timeline-bench/page.ts). */
  readonly timelineBench?: {
    load(name: string, data: unknown): void;
    pan(frames: number): Promise<number>;
    rest(ms: number): Promise<void>;
  };
}
