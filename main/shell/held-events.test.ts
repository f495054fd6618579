import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventGate, mergedRows } from './held-events.ts';

interface Row {
  key: string;
  value: number;
}
interface Change {
  id: string;
  upserts: Row[];
  removes: string[];
  asOf: number;
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const changes: fc.Arbitrary<Change> = fc.record({
  id: fc.constantFrom('alerts-1', 'nodes-1'),
  upserts: fc.array(fc.record({ key: keys, value: fc.nat(99) }), { maxLength: 3 }),
  removes: fc.array(keys, { maxLength: 2 }),
  asOf: fc.nat(),
});

/** A table as a page keeps it. */
function apply(rows: Map<string, number>, change: Change): void {
  for (const { key, value } of change.upserts) rows.set(key, value);
  for (const key of change.removes) rows.delete(key);
}

const rowsEvent = (body: Change) => ({ type: 'event' as const, name: 'rows', body });

describe('R-15 a page that is slow is sent less, and misses nothing', () => {
  test('two changes in one do what both did', () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 1, maxLength: 6 }), (list) => {
        const one = new Map<string, number>();
        const other = new Map<string, number>();
        const same = list.map((change) => ({ ...change, id: 'alerts-1' }));
        for (const change of same) apply(one, change);
        apply(
          other,
          same.reduce((left, right) => mergedRows(left, right) as Change),
        );
        expect(Object.fromEntries(other)).toEqual(Object.fromEntries(one));
      }),
    );
  });

  test('I4 whatever is handled when, in the end every table stands as if all had been sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(changes, fc.constant('handled' as const)), { maxLength: 200 }),
        (script) => {
          const wanted = new Map<string, Map<string, number>>();
          const shown = new Map<string, Map<string, number>>();
          const tableOf = (tables: typeof wanted, id: string): Map<string, number> => {
            const table = tables.get(id) ?? new Map<string, number>();
            tables.set(id, table);
            return table;
          };
          const queue: Change[] = [];
          const gate = createEventGate((event) => queue.push(event.body as Change));
          const handleOne = (): boolean => {
            const change = queue.shift();
            if (change === undefined) return false;
            apply(tableOf(shown, change.id), change);
            gate.handled();
            return true;
          };
          for (const step of script) {
            if (step === 'handled') handleOne();
            else {
              apply(tableOf(wanted, step.id), step);
              gate.take(rowsEvent(step));
            }
            // Never more than these wait before the page.
            expect(queue.length).toBeLessThanOrEqual(8);
          }
          while (handleOne());
          for (const [id, table] of wanted) {
            expect(Object.fromEntries(tableOf(shown, id))).toEqual(Object.fromEntries(table));
          }
        },
      ),
    );
  });

  test('I4 what cannot be merged is not held, and a page that is gone leaves nothing behind', () => {
    const sent: string[] = [];
    const gate = createEventGate((event) => sent.push(event.name));
    const change = { id: 'alerts-1', upserts: [], removes: [], asOf: 1 };
    for (let count = 0; count < 50; count += 1) gate.take(rowsEvent(change));
    expect(sent).toHaveLength(8);
    gate.take({ type: 'event', name: 'session.changed', body: {} });
    expect(sent.at(-1)).toBe('session.changed');
    gate.reset();
    gate.handled();
    expect(sent).toHaveLength(9);
    gate.take(rowsEvent(change));
    expect(sent).toHaveLength(10);
  });
});
