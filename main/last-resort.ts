/**
 * What nobody caught: it is written to stderr and the process goes on, because a journal that is
 * open is worth more than a clean end. One that fails over and over is better started anew.
 */
export function catchTheRest(target: {
  on(name: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  readonly log: (line: string) => void;
  readonly giveUp: () => void;
  readonly now: () => number;
}): void {
  let recent: number[] = [];
  const take =
    (name: string) =>
    (error: unknown): void => {
      const now = target.now();
      recent = [...recent.filter((moment) => now - moment < WINDOW_MS), now];
      try {
        target.log(
          `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      } catch {
        // Nobody reads stderr any more: that is no reason to end.
      }
      if (recent.length > MOST_IN_WINDOW) target.giveUp();
    };
  target.on('uncaughtException', take('uncaughtException'));
  target.on('unhandledRejection', take('unhandledRejection'));
}

const WINDOW_MS = 10_000;
const MOST_IN_WINDOW = 50;
