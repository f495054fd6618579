import { describe, expect, test } from 'vitest';
import { checkFact } from '../../shared/facts/catalogue.ts';
import { effectiveAt, sealFact, type Fact, type FactDraft } from '../../shared/facts/fact.ts';
import { foldThing } from '../../shared/projections/fold.ts';
import type { AlertState } from '../../shared/projections/alert.ts';
import { createKnownAlerts } from './known-alerts.ts';

const MINUTE = 60_000;
const T = Date.UTC(2026, 10, 23, 12);
const described = {
  fingerprint: '00000000000000aa',
  name: 'X',
  severity: 'info',
  labels: {},
  annotations: {},
};
const thing = 'alert:00000000000000aa';

function fired(now: number, startsAt: number, leaseUntil?: number): FactDraft {
  const lease = leaseUntil === undefined ? {} : { leaseUntil };
  return {
    kind: 'alert.fired',
    v: 1,
    thing,
    at: startsAt,
    heardAt: now,
    source: 'prom',
    body: { ...described, startsAt, ...lease },
  };
}
function resolved(now: number, startsAt: number, endsAt: number): FactDraft {
  return {
    kind: 'alert.resolved',
    v: 1,
    thing,
    at: endsAt,
    heardAt: now,
    source: 'prom',
    body: { ...described, startsAt, endsAt },
  };
}

/** Says the drafts one after another; answers what was stored, and what it folds to. */
function hear(...drafts: FactDraft[]): { facts: Fact[]; said: boolean[]; open: boolean } {
  const known = createKnownAlerts();
  const facts: Fact[] = [];
  const said = drafts.map((draft) => {
    const placed = known.consider(draft, draft.heardAt).map((draft) => sealFact(draft));
    for (const fact of placed) known.learn(fact);
    facts.push(...placed);
    return placed.length > 0;
  });
  const state = foldThing(thing, facts)?.state as AlertState | undefined;
  return { facts, said, open: state?.reports['prom']?.open ?? false };
}

describe('what each source last said of an alert', () => {
  test('the same again is no news', () => {
    expect(hear(fired(T, T), fired(T + MINUTE, T)).said).toEqual([true, false]);
    expect(hear(resolved(T, T - 5, T), resolved(T + MINUTE, T - 5, T)).said).toEqual([true, false]);
  });

  test('what is first heard of when it is over has fired as well', () => {
    const { facts, open } = hear(resolved(T + MINUTE, T, T + 30_000));
    expect(facts.map((fact) => [fact.kind, effectiveAt(fact)])).toEqual([
      ['alert.fired', T],
      ['alert.resolved', T + 30_000],
    ]);
    expect(open).toBe(false);
    for (const fact of facts) expect(checkFact(fact)).toMatchObject({ ok: true });
  });

  test('a lease is renewed when half of it is used up, and the occurrence stays one', () => {
    const { said, facts, open } = hear(
      fired(T, T, T + 4 * MINUTE),
      fired(T + MINUTE, T, T + 5 * MINUTE),
      fired(T + 3 * MINUTE, T + 2, T + 7 * MINUTE),
    );
    expect(said).toEqual([true, false, true]);
    expect(facts[1]).toMatchObject({ at: T + 3 * MINUTE, body: { startsAt: T } });
    expect(open).toBe(true);
  });

  test('a road without a lease has said it already; the first word without one counts', () => {
    expect(hear(fired(T, T), fired(T + 1, T, T + MINUTE)).said).toEqual([true, false]);
    expect(hear(fired(T, T), fired(T + 1, T + 9, T + MINUTE)).said).toEqual([true, false]);
    const { said, facts } = hear(fired(T, T, T + MINUTE), fired(T + 1, T), fired(T + 2, T));
    expect(said).toEqual([true, true, false]);
    expect(facts[1]?.body['leaseUntil']).toBeUndefined();
  });

  test('fired again after a resolve is news, also with the old start, and reads as open', () => {
    const { said, open } = hear(
      fired(T, T),
      resolved(T + 6 * MINUTE, T, T + 5 * MINUTE),
      fired(T + 7 * MINUTE, T),
    );
    expect(said).toEqual([true, true, true]);
    expect(open).toBe(true);
  });

  test('a resolve reads as resolved, also where its time lies before the last renewal', () => {
    const { open, facts } = hear(
      fired(T, T, T + 4 * MINUTE),
      fired(T + 3 * MINUTE, T, T + 7 * MINUTE),
      resolved(T + 4 * MINUTE, T, T + 2 * MINUTE),
    );
    expect(open).toBe(false);
    expect(facts[2]).toMatchObject({ body: { endsAt: T + 2 * MINUTE } });
  });

  test('a late resolve of an earlier occurrence does not end the present one', () => {
    const { open } = hear(fired(T, T), resolved(T + 1, T - 9 * MINUTE, T - 8 * MINUTE));
    expect(open).toBe(true);
  });

  test('a new start without a resolve between is another occurrence', () => {
    const { said, facts } = hear(fired(T, T), fired(T + MINUTE, T + 30_000));
    expect(said).toEqual([true, true]);
    expect(facts.map(effectiveAt)).toEqual([T, T + 30_000]);
  });

  test('W1 what was learnt from the journal in another order tells the same', () => {
    const { facts } = hear(fired(T, T), resolved(T + MINUTE, T, T + 30_000));
    const known = createKnownAlerts();
    for (const fact of [...facts].reverse()) known.learn(fact);
    expect(known.consider(resolved(T + 2 * MINUTE, T, T + 30_000), T + 2 * MINUTE)).toEqual([]);
    known.forget('prom');
    expect(known.consider(fired(T, T), T)).toHaveLength(1);
  });
});
