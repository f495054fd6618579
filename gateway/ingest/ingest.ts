import type { Adapter, AdapterSettings, Problem } from '../../shared/adapters/adapter.ts';
import { sourceThing } from '../../shared/facts/source.ts';
import { checkFact, isStrange } from '../../shared/facts/catalogue.ts';
import { sealFact, type Fact, type FactDraft } from '../../shared/facts/fact.ts';
import type { Journal, QuarantineRow } from '../journal/journal.ts';
import { nativeSha256 } from '../journal/native-hash.ts';
import { createDeclarations } from './declarations.ts';
import { createHeartbeats } from './heartbeats.ts';
import { createKnownAlerts } from './known-alerts.ts';
import { createMeasurementLimit } from './measurement-limit.ts';
import { createProblemLimit } from './problem-limit.ts';
import { createUnseenLimit } from './unseen-limit.ts';

export interface Arrival {
  readonly adapter: Adapter;
  readonly bytes: Uint8Array;
  /** The source's name as the road states it. */
  readonly source: string;
  /** How often the source is to be heard, as the sender says; else the format's usual interval. */
  readonly intervalMs?: number;
  /** The body lists all that is open at this source: an alert that is absent from it is over. */
  readonly complete?: boolean;
  /** A file: what it says of other sources is taken, and only this name is heard by it. */
  readonly isFile?: boolean;
  /** How long ago it was asked for (ms). */
  readonly ageMs?: number;
  /** A header of the request that brought it, by its lower-case name. */
  readonly header?: (name: string) => string | undefined;
  /** What is stated of the source. */
  readonly settings?: AdapterSettings;
}

export interface Outcome {
  readonly source: string;
  /** New facts of what the sender speaks of (heartbeats and problems are not counted). */
  readonly accepted: number;
  /** Records that say again what is known. */
  readonly duplicates: number;
  readonly problems: readonly Problem[];
  /** The whole body was refused: nothing was stored but the problem. */
  readonly rejected: Problem | null;
}

/** What was expected of a source in one minute, and what came. */
export interface Completeness {
  readonly minute: number;
  readonly expected: number;
  readonly received: number;
  readonly lagMs?: number;
}

/** Takes what sources send: adapters make facts of it, and what is known already adds none. */
export interface Ingest {
  /** @throws JournalUnavailableError when the journal cannot be written; the sender tries again */
  receive(arrival: Arrival): Promise<Outcome>;
  /** A refusal before the body was read (too large): told on the source's row. */
  refuse(source: string, format: string, problem: Problem): Promise<void>;
  /** How complete a minute of a source was; its start (ms since the epoch). */
  count(source: string, minute: Completeness): Promise<void>;
}

/** Reads the journal's heads once, so that a restart tells nothing anew. */
export async function openIngest(
  journal: Pick<Journal, 'bounds' | 'heads' | 'append' | 'onAppend' | 'onEpochChange'>,
  now: () => number,
): Promise<Ingest> {
  let alerts = createKnownAlerts();
  let declarations = createDeclarations();
  let heartbeats = createHeartbeats();
  const limit = createProblemLimit();
  const measurements = createMeasurementLimit();
  const unseen = createUnseenLimit();

  function learn(fact: Fact): void {
    // What lies in a journal and is no such fact must not keep the gateway from starting.
    if (isStrange(fact)) return;
    alerts.learn(fact);
    declarations.learn(fact);
    heartbeats.learn(fact);
  }

  async function relearn(only: string | null): Promise<void> {
    const { last } = await journal.bounds();
    let after = 0;
    for (;;) {
      const page = await journal.heads([[1, last]], after, { facts: 1_000, length: 4_000_000 });
      for (const { seq, fact } of page) {
        after = seq;
        if (only === null || fact.source === only) learn(fact);
      }
      if (page.length === 0) return;
    }
  }
  // What another replica heard, or a desktop brought back in an exchange, is known here too: else
  // "fires again" would be no news, and what is absent from a listing would never be resolved.
  journal.onAppend((stored) => {
    for (const { fact } of stored) learn(fact);
  });
  journal.onEpochChange?.(() => {
    // The history before may have known more than the one that begins: what is said again counts.
    alerts = createKnownAlerts();
    declarations = createDeclarations();
    heartbeats = createHeartbeats();
    relearn(null).catch(() => undefined);
  });
  await relearn(null);

  async function store(
    source: string,
    facts: readonly Fact[],
    rows: readonly QuarantineRow[],
  ): Promise<{ stored: readonly { fact: Fact }[] }> {
    try {
      // Also with nothing new: what this sender repeats may still be on its way to the disk.
      return await journal.append(facts, rows);
    } catch (error) {
      // What was learnt is not there: the journal is asked again before the next word of this source.
      for (const known of [alerts, declarations, heartbeats]) known.forget(source);
      await relearn(source).catch(() => undefined);
      throw error;
    }
  }

  function problemFacts(
    source: string,
    format: string,
    problems: readonly Problem[],
    at: number,
  ): { facts: Fact[]; rows: QuarantineRow[] } {
    const rows = problems.map((entry) => ({ at, source, format, ...entry }));
    const facts = limit.admit(source, problems, at).map(({ place, reason, excerpt }) =>
      sealFact({
        kind: 'source.problem',
        v: 1,
        thing: sourceThing(source),
        at,
        heardAt: at,
        source,
        body: {
          place: place.slice(0, 500),
          reason: reason.slice(0, 1_000),
          excerpt: excerpt.slice(0, 500),
        },
      }),
    );
    return { facts, rows: rows.slice(0, MAX_ROWS_PER_POST) };
  }

  return {
    async receive({
      adapter,
      bytes,
      source: named,
      intervalMs,
      complete,
      ageMs = 0,
      isFile = false,
      header,
      settings,
    }) {
      const at = now();
      const adapted = adapter.adapt(bytes, {
        now: at,
        source: named,
        declaredBy: (source) => declarations.by(source),
        ...(header && { header }),
        ...(settings && { settings }),
      });
      const { source, rejected } = adapted;
      if (rejected !== null) {
        const { facts, rows } = problemFacts(source, adapter.format, [rejected], at);
        await store(source, facts, rows);
        return { source, accepted: 0, duplicates: 0, problems: [rejected], rejected };
      }

      const problems = [...adapted.problems];
      const fresh: Fact[] = [];
      let duplicates = adapted.unchanged;
      // What was refused may be the very alert that seems to be absent.
      const whole = complete === true && !problems.some(({ weight }) => weight === 'refused');
      const listed = new Set(adapted.facts.map(({ thing }) => thing));
      const over = whole ? alerts.absent(source, listed, at, at - ageMs) : [];
      for (const draft of [...unseen.admit(source, adapted.facts), ...over]) {
        const placed = isAlert(draft)
          ? alerts.consider(draft, at)
          : measurements.admits(draft, at)
            ? [draft]
            : [];
        if (placed.length === 0) duplicates += 1;
        for (const fact of placed.map((one) => sealFact(one, nativeSha256))) {
          const checked = checkFact(fact);
          if (checked.ok) {
            learn(fact);
            fresh.push(fact);
          } else {
            // Adapters are held to the catalogue by tests; a slip must not reach every desktop.
            problems.push({ weight: 'refused', ...checked.error, excerpt: fact.thing });
          }
        }
      }
      const { facts: doubts, rows } = problemFacts(source, adapter.format, problems, at);
      const isHeard = !isFile || source === named;
      const heartbeat = isHeard
        ? heartbeats.due(source, adapter.speaks, intervalMs ?? adapter.intervalMs, at)
        : null;
      if (heartbeat !== null) learn(heartbeat);
      const { stored } = await store(
        source,
        [...fresh, ...doubts, ...(heartbeat === null ? [] : [heartbeat])],
        rows,
      );
      const accepted = stored.filter(({ fact }) => !fact.kind.startsWith('source.')).length;
      duplicates += fresh.length - accepted;
      return { source, accepted, duplicates, problems, rejected: null };
    },
    async count(source, { minute, ...body }) {
      const fact = sealFact(
        {
          kind: 'source.counted',
          v: 1,
          thing: sourceThing(source),
          at: minute,
          heardAt: now(),
          source,
          body,
        },
        nativeSha256,
      );
      await store(source, [fact], []);
    },
    async refuse(source, format, problem) {
      const { facts, rows } = problemFacts(source, format, [problem], now());
      await store(source, facts, rows);
    },
  };
}

/** Rows of one post that go to quarantine; the answer and the problem facts tell the count. */
const MAX_ROWS_PER_POST = 1_000;

function isAlert(draft: FactDraft): boolean {
  return draft.kind === 'alert.fired' || draft.kind === 'alert.resolved';
}
