/**
 * Time that passes only when a test says so: Date.now, performance.now, timers and immediates of
 * this process. Vitest's own fake timers take a real timer's turn for each fake one; here a day with
 * its ten thousands of timers passes in a second. Only tests import this.
 */
export interface VirtualTime {
  now(): number;
  /** Runs everything that falls due within so long, in order; what is awaited gets its turns. */
  pass(forMs: number): Promise<void>;
  /** Timers that are still running. */
  timers(): number;
  /** Real time again. */
  end(): void;
}

interface Timer {
  readonly order: number;
  due: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

type Callback = (...given: unknown[]) => void;

export function startVirtualTime(startMs: number): VirtualTime {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    setImmediate: globalThis.setImmediate,
    clearImmediate: globalThis.clearImmediate,
  };
  const realDateNow = Date.now;
  const timers = new Map<number, Timer>();
  let now = startMs;
  let order = 0;

  function start(callback: Callback, delayMs: unknown, every: boolean, given: unknown[]): unknown {
    order += 1;
    const id = order;
    // As Node does: what is no delay is one millisecond.
    const ms = Number(delayMs);
    const delay = ms >= 1 && ms <= 2_147_483_647 ? Math.trunc(ms) : 1;
    timers.set(id, {
      order: id,
      due: now + delay,
      everyMs: every ? delay : null,
      run: () => callback(...given),
    });
    return handle(id);
  }

  function handle(id: number): unknown {
    const made = {
      virtual: id,
      ref: () => made,
      unref: () => made,
      hasRef: () => true,
      refresh: () => made,
      [Symbol.toPrimitive]: () => id,
      [Symbol.dispose]: () => void timers.delete(id),
    };
    return made;
  }

  function clear(given: unknown): void {
    const id = typeof given === 'number' ? given : (given as { virtual?: number } | null)?.virtual;
    if (id !== undefined) timers.delete(id);
    // A timer that was started before this time began.
    else if (given !== null && given !== undefined) real.clearTimeout(given as NodeJS.Timeout);
  }

  function earliest(until: number): Timer | null {
    let found: Timer | null = null;
    for (const timer of timers.values()) {
      if (timer.due > until) continue;
      if (found === null || timer.due < found.due) found = timer;
      else if (timer.due === found.due && timer.order < found.order) found = timer;
    }
    return found;
  }

  /** Everything that was awaited goes on as far as it can without time passing. */
  function settle(): Promise<void> {
    return new Promise((resolve) => real.setImmediate(resolve));
  }

  Object.assign(globalThis, {
    setTimeout: (run: Callback, delay?: number, ...given: unknown[]) =>
      start(run, delay, false, given),
    setInterval: (run: Callback, delay?: number, ...given: unknown[]) =>
      start(run, delay, true, given),
    setImmediate(run: Callback, ...given: unknown[]) {
      order += 1;
      timers.set(order, { order, due: now, everyMs: null, run: () => run(...given) });
      return handle(order);
    },
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  Date.now = () => now;
  Object.defineProperty(performance, 'now', { value: () => now - startMs, configurable: true });

  return {
    now: () => now,
    async pass(forMs) {
      const until = now + forMs;
      await settle();
      for (let next = earliest(until); next !== null; next = earliest(until)) {
        now = Math.max(now, next.due);
        if (next.everyMs === null) timers.delete(next.order);
        else next.due = now + next.everyMs;
        next.run();
        await settle();
      }
      now = until;
    },
    timers: () => timers.size,
    end() {
      Object.assign(globalThis, real);
      Date.now = realDateNow;
      Reflect.deleteProperty(performance, 'now');
    },
  };
}
