import { onTestFinished } from 'vitest';
import { openHourIndex } from '../../gateway/journal/fact-index.ts';
import type { Journal as GatewayJournal } from '../../gateway/journal/journal.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite-journal.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { exchangeDifference, type OtherSide } from '../feeds/difference.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { scratchFolder } from './scratch.ts';

/** The difference exchange between journals of one process, without a wire. Only tests import this. */
const ALL = { facts: 1e9, length: 1e12 };

export function deskWith(facts: readonly Fact[]): Journal {
  const journal = openJournal({ folder: scratchFolder() });
  onTestFinished(() => journal.close());
  journal.appendForeign(facts, 1);
  return journal;
}

export async function gatewayWith(facts: readonly Fact[]): Promise<GatewayJournal> {
  const journal = openSqliteJournal({ path: ':memory:', now: () => 1 });
  onTestFinished(() => journal.close());
  await journal.append(facts);
  return journal;
}

export interface Traffic {
  hours: number;
  ids: number;
  parts: number;
  facts: number;
  given: number;
}

/** The gateway's journal as the feed gives it, with what was said over the wire. */
function overWire(gateway: GatewayJournal, traffic: Traffic, limit = ALL): OtherSide {
  return {
    async hours(before) {
      const { last } = await gateway.bounds();
      const page = await gateway.hours(before, last);
      traffic.hours += page.hours.length;
      return page;
    },
    async idsOf(hour, prefix, most) {
      const { last } = await gateway.bounds();
      const told = await gateway.idsOf(hour, prefix, most, last);
      if ('ids' in told) traffic.ids += told.ids.length;
      else traffic.parts += told.parts.length;
      return told;
    },
    async want(ids) {
      const { texts, cut } = await gateway.textsOf(ids, limit);
      traffic.facts += texts.length;
      return { lines: texts, cut };
    },
    async give(facts) {
      await gateway.append(facts);
      traffic.given += facts.length;
      return { refused: [] };
    },
  };
}

export async function exchange(
  desk: Journal,
  gateway: GatewayJournal,
  over: { gives?: boolean; limit?: typeof ALL; isOver?: () => boolean } = {},
): Promise<Traffic> {
  const traffic: Traffic = { hours: 0, ids: 0, parts: 0, facts: 0, given: 0 };
  await exchangeDifference(
    {
      index: openHourIndex(desk.facts),
      upTo: desk.facts.lastSeq(),
      has: (id) => desk.facts.has(id),
      fact: (id) => desk.facts.byId(id)?.fact ?? null,
      take(lines) {
        const facts = lines.map((line) => JSON.parse(line) as Fact);
        desk.appendForeign(facts, 2);
        return facts.map(({ id }) => id);
      },
    },
    overWire(gateway, traffic, over.limit),
    {
      gives: over.gives ?? true,
      onLacking: () => undefined,
      isOver: over.isOver ?? (() => false),
    },
  );
  return traffic;
}

export const deskIds = (desk: Journal): string[] =>
  desk.facts
    .range(0, 1e9, 1e9)
    .map(({ fact }) => fact.id)
    .sort();
export const gatewayIds = async (gateway: GatewayJournal): Promise<string[]> =>
  (await gateway.range(1, 1e9, ALL)).map(({ fact }) => fact.id).sort();
