/**
 * Back-pressure between the core and a page: what a page has not handled yet is not followed by
 * more. Changes of rows that wait meanwhile become one, so that a page that is slow for a while
 * holds the newest rows when it is through, not a queue of all that was. Pure.
 */

interface RowsEvent {
  readonly id: string;
  readonly upserts: readonly { readonly key: string }[];
  readonly removes: readonly string[];
  readonly asOf: number;
}

interface GrewEvent {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

interface EventFrame {
  readonly type: 'event';
  readonly name: string;
  readonly body: unknown;
}

export interface EventGate {
  /** Sends an event on, or holds it while too many are under way. */
  take(event: EventFrame): void;
  /** The page has handled one. */
  handled(): void;
  /** The page is gone: nothing is under way, and nothing waits. */
  reset(): void;
}

/** So many events a page may have before it; more would only wait in front of it. */
const MOST_UNDER_WAY = 8;

export function createEventGate(send: (event: EventFrame) => void): EventGate {
  let underWay = 0;
  /** By subscription, and one for the timeline; in the order in which they began to wait. */
  const held = new Map<string, EventFrame>();

  const sendNow = (event: EventFrame): void => {
    underWay += 1;
    send(event);
  };
  return {
    take(event) {
      const place = placeOf(event);
      // What cannot be merged is rare and must not wait.
      if (place === null) return sendNow(event);
      const waiting = held.get(place);
      if (waiting !== undefined) held.set(place, merged(waiting, event));
      else if (underWay < MOST_UNDER_WAY && held.size === 0) sendNow(event);
      else held.set(place, event);
    },
    handled() {
      underWay = Math.max(0, underWay - 1);
      if (underWay >= MOST_UNDER_WAY) return;
      for (const [place, event] of held) {
        held.delete(place);
        sendNow(event);
        return;
      }
    },
    reset() {
      underWay = 0;
      held.clear();
    },
  };
}

function placeOf(event: EventFrame): string | null {
  if (event.name === 'timeline.grew') return event.name;
  return event.name === 'rows' ? `rows ${(event.body as RowsEvent).id}` : null;
}

function merged(first: EventFrame, second: EventFrame): EventFrame {
  const body =
    first.name === 'rows'
      ? mergedRows(first.body as RowsEvent, second.body as RowsEvent)
      : mergedGrowth(first.body as GrewEvent, second.body as GrewEvent);
  return { type: 'event', name: first.name, body };
}

/** One change that does what both did in their order. */
export function mergedRows(first: RowsEvent, second: RowsEvent): RowsEvent {
  const upserts = new Map(first.upserts.map((row) => [row.key, row]));
  const removes = new Set(first.removes);
  // Within one change the rows come first and then what is removed.
  for (const key of first.removes) upserts.delete(key);
  for (const row of second.upserts) {
    removes.delete(row.key);
    upserts.set(row.key, row);
  }
  for (const key of second.removes) {
    upserts.delete(key);
    removes.add(key);
  }
  return { id: first.id, upserts: [...upserts.values()], removes: [...removes], asOf: second.asOf };
}

function mergedGrowth(first: GrewEvent, second: GrewEvent): GrewEvent {
  return {
    from: Math.min(first.from, second.from),
    to: Math.max(first.to, second.to),
    count: first.count + second.count,
  };
}
