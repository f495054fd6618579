import type { HourIndex } from '../../gateway/journal/fact-index.ts';
import type { HourIds, HourSum } from '../../gateway/journal/journal.ts';
import type { Fact } from '../../shared/facts/fact.ts';

/**
 * The difference exchange, driven by this side: both compare the hours of their facts and get what
 * they lack (law W9). It needs no agreed order and no memory; cut off anywhere, it begins again, and
 * what is equal by then costs a line an hour.
 */

/** The other side, asked over the wire. Every question may fail; then the exchange fails. */
export interface OtherSide {
  hours(before: number | null): Promise<{ hours: readonly HourSum[]; next: number | null }>;
  idsOf(hour: number, prefix: string, most: number): Promise<HourIds>;
  /** The JSON of those that are there. `cut`: some of the others may be there as well. */
  want(ids: readonly string[]): Promise<{ lines: readonly string[]; cut: boolean }>;
  give(facts: readonly Fact[]): Promise<{ refused: readonly { id: string; reason: string }[] }>;
}

/** This side. */
export interface ThisSide {
  readonly index: HourIndex;
  /** Every fact up to here takes part; what comes meanwhile may. */
  readonly upTo: number;
  has(id: string): boolean;
  fact(id: string): Fact | null;
  /** Checks and commits. @returns the ids that came, understood or not */
  take(lines: readonly string[]): readonly string[];
}

export interface ExchangeOptions {
  /** Whether the other side takes anything from us. */
  readonly gives: boolean;
  /** How many facts are known to be missing here and have not come yet. */
  readonly onLacking: (facts: number) => void;
  /** True when this exchange is to end. */
  readonly isOver: () => boolean;
}

export interface Exchanged {
  readonly taken: number;
  readonly given: number;
  /** What the other side did not take from us, by its reason. */
  readonly refused: ReadonlyMap<string, number>;
}

/** The exchange was ended from outside. */
export class ExchangeEndedError extends Error {
  constructor() {
    super('the exchange was ended');
    this.name = 'ExchangeEndedError';
  }
}

/** Ids in one question for facts, and bytes in one gift. */
const WANT_IDS = 500;
const GIVE_FACTS = 500;
const GIVE_LENGTH = 1_000_000;
/** Where nearly all differs ids are told by thousands, where little does by the hundred. */
const MANY_IDS = 5_000;
const FEW_IDS = 256;
/**
 * A question asks for this part of the numbers above at first, and then for as much as is answered in
 * a moment: on a slow line a large answer would outlast every patience, be asked for anew, and never
 * come.
 */
const LEAST_SHARE = 1 / 16;
const MOMENT_MS = 3_000;
/** Hours, and parts of an hour, that are under way side by side. */
const HOUR_LANES = 3;
const PART_LANES = 2;

/**
 * Makes both sides hold the union of what they held when it began.
 * @throws ExchangeEndedError, and whatever a question throws
 */
export async function exchangeDifference(
  here: ThisSide,
  there: OtherSide,
  options: ExchangeOptions,
): Promise<Exchanged> {
  let taken = 0;
  let given = 0;
  let lacking = 0;
  const refused = new Map<string, number>();

  let share = LEAST_SHARE;

  /** @param whole whether it asked for as much as it may: a small question tells nothing */
  async function paced<Answer>(whole: boolean, ask: () => Promise<Answer>): Promise<Answer> {
    const began = performance.now();
    const asked = share;
    const answer = await ask();
    const fitting = (asked * MOMENT_MS) / Math.max(1, performance.now() - began);
    if (whole || fitting < share) {
      share = Math.min(1, asked * 2, Math.max(LEAST_SHARE, fitting));
    }
    return answer;
  }

  function goOn(): void {
    if (options.isOver()) throw new ExchangeEndedError();
  }

  async function take(ids: readonly string[]): Promise<void> {
    // Placed in another hour here: it is not missing.
    let left = ids.filter((id) => !here.has(id));
    count(left.length);
    while (left.length > 0) {
      goOn();
      const most = Math.ceil(WANT_IDS * share);
      const asked = left.slice(0, most);
      const { lines, cut } = await paced(asked.length === most, () => there.want(asked));
      goOn();
      const came = new Set(here.take(lines));
      taken += came.size;
      const rest = left.slice(most);
      const missed = asked.filter((id) => !came.has(id));
      // What it named and cannot give is not asked for for ever.
      const again = cut && came.size > 0 ? missed : [];
      count(rest.length + again.length - left.length);
      left = [...again, ...rest];
    }
  }

  function count(change: number): void {
    if (change === 0) return;
    lacking += change;
    options.onLacking(lacking);
  }

  async function give(ids: readonly string[]): Promise<void> {
    if (!options.gives) return;
    let gift: Fact[] = [];
    let length = 0;
    const send = async (): Promise<void> => {
      if (gift.length === 0) return;
      goOn();
      const sent = gift;
      const answer = await paced(true, () => there.give(sent));
      given += sent.length - answer.refused.length;
      for (const { reason } of answer.refused) {
        refused.set(reason, (refused.get(reason) ?? 0) + 1);
      }
      gift = [];
      length = 0;
    };
    for (const id of ids) {
      const fact = here.fact(id);
      if (fact === null) continue;
      gift.push(fact);
      length += JSON.stringify(fact).length;
      if (gift.length >= GIVE_FACTS * share || length >= GIVE_LENGTH * share) await send();
    }
    await send();
  }

  /** Everything that is here of an hour and a prefix, where the other side has nothing. */
  async function giveAll(hour: number, prefix: string): Promise<void> {
    if (!options.gives) return;
    const own = await here.index.idsOf(hour, prefix, MANY_IDS, here.upTo);
    if ('ids' in own) await give(own.ids);
    else for (const part of own.parts) await giveAll(hour, part.prefix);
  }

  async function settleIds(hour: number, prefix: string, theirs: readonly string[]): Promise<void> {
    const own = await here.index.idsOf(hour, prefix, MANY_IDS, here.upTo);
    if ('parts' in own) {
      for (const digit of HEX) {
        const longer = prefix + digit;
        const within = theirs.filter((id) => id.startsWith(longer));
        await settleIds(hour, longer, within);
      }
      return;
    }
    const known = new Set(theirs);
    await take(theirs);
    await give(own.ids.filter((id) => !known.has(id)));
  }

  async function narrow(hour: number, prefix: string, own: number, theirs: number): Promise<void> {
    goOn();
    const many = Math.max(FEW_IDS, Math.ceil(MANY_IDS * share));
    const most = theirs - own > theirs / 4 ? many : FEW_IDS;
    const told = await there.idsOf(hour, prefix, most);
    if ('ids' in told) {
      await settleIds(hour, prefix, told.ids);
      return;
    }
    const parts = await here.index.idsOf(hour, prefix, 0, here.upTo);
    const ours = new Map('parts' in parts ? parts.parts.map((part) => [part.prefix, part]) : []);
    await inLanes(PART_LANES, HEX, async (digit) => {
      const longer = prefix + digit;
      const mine = ours.get(longer);
      const other = told.parts.find((part) => part.prefix === longer);
      if (mine?.hash === other?.hash) return;
      if (other === undefined) await giveAll(hour, longer);
      else await narrow(hour, longer, mine?.count ?? 0, other.count);
    });
  }

  const differing = differingHours(
    walk((before) => here.index.hours(before, here.upTo)),
    walk((before) => there.hours(before)),
  );
  await inLanes(HOUR_LANES, differing, async ({ hour, own, theirs }) => {
    goOn();
    if (theirs === null) await giveAll(hour, '');
    else await narrow(hour, '', own?.count ?? 0, theirs.count);
  });
  return { taken, given, refused };
}

const HEX = '0123456789abcdef'.split('');

interface DifferingHour {
  readonly hour: number;
  readonly own: HourSum | null;
  readonly theirs: HourSum | null;
}

type HoursPage = { readonly hours: readonly HourSum[]; readonly next: number | null };

/** One side's hours, the newest first. */
async function* walk(
  page: (before: number | null) => Promise<HoursPage>,
): AsyncGenerator<HourSum, null> {
  let before: number | null = null;
  do {
    const { hours, next }: HoursPage = await page(before);
    yield* hours;
    // A side that does not move on is not asked for ever.
    if (next !== null && before !== null && next >= before) throw new Error('hours out of order');
    before = next;
  } while (before !== null);
  return null;
}

/** The hours that are not equal, the newest first: current state is whole before the past is. */
async function* differingHours(
  ours: AsyncGenerator<HourSum, null>,
  others: AsyncGenerator<HourSum, null>,
): AsyncGenerator<DifferingHour> {
  let own = (await ours.next()).value;
  let theirs = (await others.next()).value;
  while (own !== null || theirs !== null) {
    const hour = Math.max(own?.hour ?? -1, theirs?.hour ?? -1);
    const mine = own?.hour === hour ? own : null;
    const other = theirs?.hour === hour ? theirs : null;
    if (mine?.hash !== other?.hash) yield { hour, own: mine, theirs: other };
    if (mine !== null) own = (await ours.next()).value;
    if (other !== null) theirs = (await others.next()).value;
  }
}

/** Runs so many at a time; the first failure ends them all. */
async function inLanes<Item>(
  lanes: number,
  items: Iterable<Item> | AsyncIterable<Item>,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : null;
  const plain = source === null ? (items as Iterable<Item>)[Symbol.iterator]() : null;
  let failed = false;
  // One lane asks for the next item at a time: a generator answers in the order of its questions.
  const lane = async (): Promise<void> => {
    try {
      for (;;) {
        if (failed) return;
        const next = source === null ? plain?.next() : await source.next();
        if (next === undefined || next.done === true) return;
        await run(next.value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
