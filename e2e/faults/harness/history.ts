import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import type { TokenEntry } from '../../../gateway/access/tokens.ts';
import type { Gateway } from '../../../gateway/create-gateway.ts';
import { createGateway } from '../../../gateway/create-gateway.ts';
import { openFeed, type FeedClient } from '../../../main/feeds/feed-client.ts';
import { openJournal, type Journal } from '../../../main/journal/journal.ts';
import { scratchFolder } from '../../../main/testing/scratch.ts';

/** Desks and gateways of one room, whose histories a test changes behind their backs. */

export const PEOPLE_TOKENS = { ada: 'person-token-of-ada', ben: 'person-token-of-ben' } as const;
const ENTRIES: readonly TokenEntry[] = [
  { kind: 'ingest', name: 'prom', token: 'ingest-token-for-tests' },
  { kind: 'read', name: 'screen', token: 'read-token-for-tests' },
  { kind: 'person', name: 'ada', token: PEOPLE_TOKENS.ada },
  { kind: 'person', name: 'ben', token: PEOPLE_TOKENS.ben },
];
const TIMINGS = {
  retryMs: 40,
  retryMaxMs: 300,
  ackTimeoutMs: 5_000,
  silenceMs: 4_000,
  watchMs: 50,
};
const ALL = { facts: 1e9, length: 1e12 };

export async function gatewayIn(
  dataFolder: string,
  over: Partial<Parameters<typeof createGateway>[0]> = {},
): Promise<Gateway> {
  const gateway = await createGateway({
    dataFolder,
    port: 0,
    room: 'history',
    tokens: ENTRIES,
    ...over,
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

export interface HistoryDesk {
  readonly journal: Journal;
  readonly feed: () => FeedClient;
  /** `as`: somebody else has taken the seat. */
  follow(address: string, as?: keyof typeof PEOPLE_TOKENS): void;
  leave(): void;
  write(text: string): void;
  ids(): string[];
  /** What it calls its state at this moment: whole, or what it knows to be missing. */
  settled(): boolean;
}

/** A desk of a person; `change` puts something between the feed and its journal. */
export function deskOf(
  person: keyof typeof PEOPLE_TOKENS,
  change: (journal: Journal) => Journal = (journal) => journal,
): HistoryDesk {
  const journal = openJournal({ folder: scratchFolder() });
  let feed: FeedClient | null = null;
  onTestFinished(() => {
    feed?.close();
    journal.close();
  });
  return {
    journal,
    feed() {
      if (feed === null) throw new Error('this desk follows nobody');
      return feed;
    },
    follow(address, as = person) {
      feed?.close();
      feed = openFeed({
        address,
        token: PEOPLE_TOKENS[as],
        journal: change(journal),
        now: Date.now,
        onFacts: () => undefined,
        onStatus: () => undefined,
        onPerson: () => undefined,
        onReceipts: () => undefined,
        timings: TIMINGS,
      });
    },
    leave() {
      feed?.close();
      feed = null;
    },
    write(text) {
      const now = Date.now();
      const thing = `note:${person}-${text}`;
      journal.appendOwn(person, [{ kind: 'note.written', thing, at: now, body: { text } }], now);
      feed?.nudge();
    },
    ids: () =>
      journal.facts
        .range(0, 1e9, 1e9)
        .map(({ fact }) => fact.id)
        .sort(),
    settled() {
      const status = feed?.status();
      return (
        status?.state === 'connected' &&
        status.behind === 0 &&
        journal.outboxSize(feed?.epoch() ?? null) === 0 &&
        !journal.isUncompared('gateway')
      );
    },
  };
}

export async function gatewayIds(gateway: Gateway): Promise<string[]> {
  return (await gateway.journal.range(1, 1e9, ALL)).map(({ fact }) => fact.id).sort();
}

/** Waits until all of them hold the same facts and say that nothing is missing. */
export async function untilEqual(
  gateway: Gateway,
  desks: readonly HistoryDesk[],
): Promise<string[]> {
  await expect
    .poll(
      async () => {
        const theirs = (await gatewayIds(gateway)).join();
        return desks.map((desk) => (desk.settled() ? desk.ids().join() === theirs : 'unsettled'));
      },
      { timeout: 30_000, interval: 50 },
    )
    .toEqual(desks.map(() => true));
  return gatewayIds(gateway);
}

/** What no gateway does by itself: its journal loses its first facts. */
export function loseFirst(dataFolder: string, count: number): void {
  const database = new Sqlite(join(dataFolder, 'gateway.db'));
  database.exec('DROP TRIGGER fact_is_never_removed');
  database.prepare('DELETE FROM fact WHERE seq <= ?').run(count);
  database.exec(`CREATE TRIGGER fact_is_never_removed BEFORE DELETE ON fact
    BEGIN SELECT RAISE(ABORT, 'a fact is never removed'); END;`);
  database.close();
}
