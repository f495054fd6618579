import { effectiveAt, type Fact, type FactDraft } from '../../shared/facts/fact.ts';

/**
 * What each source last said of each alert, so that a re-send adds no fact. Senders say the same
 * thing every minute; the journal holds what changed.
 *
 * A firing alert that is sent again is news only when more than half of its lease is used up. Its
 * annotations may have changed meanwhile (they often carry the measured value): that is no news.
 */
export interface KnownAlerts {
  /**
   * The drafts to store, perhaps placed anew; none when it says nothing new. An alert that is first
   * heard of when it is over has fired as well: the timeline and the past must know.
   */
  consider(draft: FactDraft, now: number): FactDraft[];
  /** Takes note of a fact that is in the journal or on its way there, in any order. */
  learn(fact: FactDraft | Fact): void;
  /**
   * Resolves of what is open at this source and is not among these things. What was heard since the
   * listing was asked for is not absent from it.
   */
  absent(source: string, listed: ReadonlySet<string>, now: number, askedAt?: number): FactDraft[];
  forget(source: string): void;
}

interface Occurrence {
  open: boolean;
  startsAt: number;
  endsAt: number | null;
  leaseUntil: number | null;
  /** When the lease was given: a fact's own moment says when the alert began. */
  leaseFrom: number;
  /** Where the newest fact stands: a later word is placed no earlier. */
  lastAt: number;
  /** What was last said of it, for the resolve of one that is no longer listed. */
  body: FactDraft['body'];
}

interface AlertBody {
  startsAt: number;
  endsAt?: number;
  leaseUntil?: number;
}

export function createKnownAlerts(): KnownAlerts {
  const sources = new Map<string, Map<string, Occurrence>>();
  const known = (draft: FactDraft): Occurrence | undefined =>
    sources.get(draft.source)?.get(draft.thing);

  return {
    consider(draft, now) {
      const before = known(draft);
      if (before === undefined) return [...beginningOf(draft), draft];
      const placed = placeAfter(before, describedAsFired(before, draft), now);
      return placed === null ? [] : [placed];
    },
    learn(fact) {
      if (fact.kind !== 'alert.fired' && fact.kind !== 'alert.resolved') return;
      const body = fact.body as unknown as AlertBody;
      const at = effectiveAt(fact);
      const before = known(fact);
      const ends = fact.kind === 'alert.resolved';
      if (before !== undefined) {
        if (at < before.lastAt || (at === before.lastAt && !before.open && !ends)) return;
      }
      let alerts = sources.get(fact.source);
      if (alerts === undefined) {
        alerts = new Map();
        sources.set(fact.source, alerts);
      }
      alerts.set(fact.thing, {
        open: !ends,
        startsAt: body.startsAt,
        endsAt: ends ? (body.endsAt ?? null) : null,
        leaseUntil: body.leaseUntil ?? null,
        leaseFrom: fact.heardAt,
        lastAt: at,
        body: fact.body,
      });
    },
    absent(source, listed, now, askedAt = now) {
      const drafts: FactDraft[] = [];
      for (const [thing, occurrence] of sources.get(source) ?? []) {
        if (!occurrence.open || listed.has(thing) || occurrence.leaseFrom > askedAt) continue;
        drafts.push(resolveOf(thing, occurrence, source, now));
      }
      return drafts;
    },
    forget: (source) => sources.delete(source),
  };
}

/** Some senders resolve by a key alone: what ends is what was told when it began. */
function describedAsFired(before: Occurrence, draft: FactDraft): FactDraft {
  if (draft.kind !== 'alert.resolved' || !before.open) return draft;
  const told = (body: FactDraft['body']): number =>
    Object.keys((body['labels'] as object) ?? {}).length;
  if (told(draft.body) >= told(before.body)) return draft;
  const { leaseUntil: _lease, generatorUrl: _url, ...described } = before.body;
  const endsAt = draft.body['endsAt'] ?? draft.at;
  return { ...draft, body: { ...described, startsAt: before.startsAt, endsAt } };
}

/** Where a word of a known alert stands; null when it says nothing new. */
function placeAfter(before: Occurrence, draft: FactDraft, now: number): FactDraft | null {
  const body = draft.body as unknown as AlertBody;
  if (draft.kind === 'alert.resolved') {
    const endsAt = body.endsAt ?? 0;
    if (!before.open) {
      return before.startsAt === body.startsAt && before.endsAt === endsAt ? null : draft;
    }
    const ofBefore = endsAt < before.startsAt;
    // A resolve is the later word, also where its time lies before the last renewal.
    return ofBefore || effectiveAt(draft) >= before.lastAt
      ? draft
      : { ...draft, at: before.lastAt };
  }
  // Fired after a resolve is always news, also with the old start: Alertmanager resolves what
  // Prometheus no longer repeats, and fires it again when Prometheus is back.
  if (!before.open) return placedAfter(before, draft, now);
  const lease = body.leaseUntil ?? null;
  if (lease === null) {
    if (body.startsAt > before.startsAt) return placedAfter(before, draft, now);
    return before.leaseUntil === null ? null : renewal(before, draft, now);
  }
  // A road that gives no lease has said it already: a lease would only weaken that.
  if (before.leaseUntil === null) return null;
  // Two Prometheus of a pair differ by seconds in the start: what overlaps is one occurrence.
  if (body.startsAt > before.leaseUntil) return placedAfter(before, draft, now);
  const half = before.leaseFrom + (before.leaseUntil - before.leaseFrom) / 2;
  return now > half && lease > before.leaseUntil ? renewal(before, draft, now) : null;
}

function resolveOf(
  thing: string,
  { body, startsAt, lastAt }: Occurrence,
  source: string,
  now: number,
): FactDraft {
  const { leaseUntil: _lease, generatorUrl: _url, ...described } = body;
  const endsAt = Math.max(now, startsAt);
  return {
    kind: 'alert.resolved',
    v: 1,
    thing,
    at: Math.max(endsAt, lastAt),
    heardAt: now,
    source,
    body: { ...described, startsAt, endsAt },
  };
}

function beginningOf(draft: FactDraft): FactDraft[] {
  const { endsAt, ...body } = draft.body as unknown as AlertBody;
  if (draft.kind !== 'alert.resolved' || endsAt === undefined || body.startsAt >= endsAt) return [];
  const fired = body as unknown as FactDraft['body'];
  return [{ ...draft, kind: 'alert.fired', at: body.startsAt, body: fired }];
}

/** Another occurrence: it stands after what is known, so that the order tells the same. */
function placedAfter(before: Occurrence, draft: FactDraft, now: number): FactDraft {
  return effectiveAt(draft) > before.lastAt
    ? draft
    : { ...draft, at: Math.max(now, before.lastAt + 1) };
}

function renewal(before: Occurrence, draft: FactDraft, now: number): FactDraft {
  return {
    ...draft,
    at: Math.max(now, before.lastAt),
    body: { ...draft.body, startsAt: before.startsAt },
  };
}
