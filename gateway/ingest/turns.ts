/**
 * Senders take turns, so that one that floods hides nobody (goal S-18). Three bounds, each a
 * sender's own: how many bytes of bodies it may have under way, how many of its bodies are worked on
 * at one time, and how many new facts it may add in the long run. Of what waits, every token's oldest
 * body goes before any token's second, and under one token every source's.
 */
export interface Turns {
  /**
   * Room for a body. One of each sender always gets in, unless all together would take twice the
   * limit.
   * @param bytes of the body, or of the largest that is read where it is not stated
   * @returns what gives the room back, or null: the sender is to come again
   */
  admit(sender: Sender, bytes: number): (() => void) | null;
  /**
   * Runs `work` when it is this sender's turn.
   * @param work tells how many new facts came of it: that many the sender has used up
   */
  take<Result>(
    sender: Sender,
    work: () => Promise<{ result: Result; facts: number }>,
  ): Promise<Result>;
  /** Bytes of bodies under way. */
  bytes(): number;
  /** Bodies that wait for their turn. */
  waiting(): number;
}

export interface Sender {
  /** Whose token it came under: nobody makes up another. */
  readonly token: string;
  /** Which source it speaks for: many may share a token. */
  readonly source: string;
}

export interface TurnLimits {
  /** Bytes of bodies that all senders together may have under way. */
  readonly bytes: number;
  /** Bodies that are worked on at one time, of which one source has at most three in four. */
  readonly atWork: number;
  /** New facts a second in the long run, shared by the sources that go beyond `burstFacts`. */
  readonly factsPerSecond: number;
  readonly burstFacts: number;
}

export const TURN_LIMITS: TurnLimits = {
  bytes: 16 * 1024 * 1024,
  atWork: 8,
  // A storm is 10,000 in a minute and a burst 1,000 a second: neither waits. What a flood brings beyond
  // that would only put what others say behind a queue at every desktop.
  factsPerSecond: 2_000,
  burstFacts: 5_000,
};

export interface TurnOptions {
  readonly limits?: Partial<TurnLimits>;
  /** Time that nobody sets (ms). */
  readonly steady?: () => number;
}

interface Token {
  readonly sources: Map<string, Source>;
  lastTurn: number;
}

interface Source {
  lastTurn: number;
  /** Begin those that wait, the oldest first. */
  readonly waiting: (() => void)[];
  atWork: number;
  /** New facts beyond the burst that time has not yet made up for, as of `debtAt`. */
  debt: number;
  debtAt: number;
}

export function createTurns(options: TurnOptions = {}): Turns {
  const limits = { ...TURN_LIMITS, ...options.limits };
  const steady = options.steady ?? (() => performance.now());
  const ofSource = Math.max(1, Math.floor((limits.atWork * 3) / 4));
  /** Those with something waiting, at work, or in debt. */
  const tokens = new Map<string, Token>();
  let turn = 0;
  const held = new Map<string, number>();
  let bytes = 0;
  let atWork = 0;
  let waiting = 0;
  let timer: NodeJS.Timeout | null = null;

  function sourceOf({ token, source }: Sender): Source {
    const mine = tokens.get(token) ?? { sources: new Map<string, Source>(), lastTurn: 0 };
    tokens.set(token, mine);
    const known = mine.sources.get(source);
    if (known !== undefined) return known;
    const made = {
      waiting: [],
      atWork: 0,
      debt: -limits.burstFacts,
      debtAt: steady(),
      lastTurn: 0,
    };
    mine.sources.set(source, made);
    return made;
  }

  function* all(): Generator<Source> {
    for (const { sources } of tokens.values()) yield* sources.values();
  }

  /** Time makes up for what was used, the sooner the fewer went beyond their burst. */
  function settleDebts(): void {
    const now = steady();
    let over = 0;
    for (const source of all()) if (source.debt > 0) over += 1;
    const perMs = limits.factsPerSecond / 1_000 / Math.max(1, over);
    for (const source of all()) {
      source.debt = Math.max(-limits.burstFacts, source.debt - (now - source.debtAt) * perMs);
      source.debtAt = now;
    }
  }

  const mayBegin = (source: Source): boolean =>
    source.waiting.length > 0 && source.debt <= 0 && source.atWork < ofSource;

  /** Of the tokens, and then of its sources, the one whose last turn is longest ago. */
  function next(): Source | null {
    let best: { source: Source; sender: Token } | null = null;
    for (const sender of tokens.values()) {
      for (const source of sender.sources.values()) {
        if (!mayBegin(source)) continue;
        const isSooner =
          best === null ||
          sender.lastTurn < best.sender.lastTurn ||
          (sender === best.sender && source.lastTurn < best.source.lastTurn);
        if (isSooner) best = { source, sender };
      }
    }
    if (best === null) return null;
    turn += 1;
    best.sender.lastTurn = turn;
    best.source.lastTurn = turn;
    return best.source;
  }

  function forget(): void {
    for (const [token, { sources }] of tokens) {
      for (const [name, source] of sources) {
        const idle = source.waiting.length === 0 && source.atWork === 0;
        if (idle && source.debt <= -limits.burstFacts) sources.delete(name);
      }
      if (sources.size === 0) tokens.delete(token);
    }
  }

  function begin(): void {
    settleDebts();
    while (atWork < limits.atWork) {
      const source = next();
      if (source === null) break;
      source.waiting.shift()?.();
    }
    forget();
    if (waiting === 0 || timer !== null) return;
    // Whoever waits for its debt alone is woken by nobody else.
    timer = setTimeout(() => {
      timer = null;
      begin();
    }, WAKE_MS);
    timer.unref();
  }

  return {
    admit({ token, source }, size) {
      const key = JSON.stringify([token, source]);
      const mine = held.get(key) ?? 0;
      const isFirst = mine === 0 && bytes + size <= 2 * limits.bytes;
      const fits = bytes + size <= limits.bytes && mine + size <= limits.bytes / 2;
      if (bytes > 0 && !isFirst && !fits) return null;
      bytes += size;
      held.set(key, mine + size);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        bytes -= size;
        const left = (held.get(key) ?? 0) - size;
        if (left > 0) held.set(key, left);
        else held.delete(key);
      };
    },
    take(sender, work) {
      return new Promise((resolve, reject) => {
        const source = sourceOf(sender);
        waiting += 1;
        source.waiting.push(() => {
          waiting -= 1;
          atWork += 1;
          source.atWork += 1;
          work()
            .then(({ result, facts }) => {
              source.debt += facts;
              resolve(result);
            }, reject)
            .finally(() => {
              atWork -= 1;
              source.atWork -= 1;
              begin();
            });
        });
        begin();
      });
    },
    bytes: () => bytes,
    waiting: () => waiting,
  };
}

const WAKE_MS = 20;
