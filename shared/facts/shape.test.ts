import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { anyFact, factSet } from '../testing/arbitrary-facts.ts';
import { nounOf, projections, type Noun } from '../projections/all.ts';
import { foldThing } from '../projections/fold.ts';
import { asKnown, catalogue, checkFact, isKnownKind } from './catalogue.ts';
import type { Fact } from './fact.ts';
import { shapeOf } from './shape.ts';

test('W5 what a kind’s schema takes has its shape, and what is of other types has not', () => {
  const schema = z.strictObject({
    name: z.string().min(1),
    size: z.int().optional(),
    tags: z.record(z.string(), z.string()),
    parts: z.array(z.strictObject({ at: z.number().nullable() })),
    kind: z.enum(['a', 'b']),
  });
  const shape = shapeOf(schema);
  const right = { name: 'x', tags: { k: 'v' }, parts: [{ at: null }, { at: 2 }], kind: 'a' };
  expect(schema.safeParse(right).success).toBe(true);
  expect(shape(right)).toBe(true);
  const wrong: unknown[] = [
    null,
    [],
    'x',
    {},
    { ...right, name: 1 },
    { ...right, size: '1' },
    { ...right, tags: null },
    { ...right, tags: { k: 1 } },
    { ...right, parts: [{ at: 'x' }] },
    { ...right, parts: { length: 0 } },
    { ...right, kind: 'c' },
  ];
  for (const value of wrong) expect(shape(value)).toBe(false);
});

test('W5 every kind of the catalogue has a shape that refuses an empty body or needs none', () => {
  for (const [kind, schema] of Object.entries(catalogue)) {
    const empty = schema.safeParse({}).success;
    expect([kind, shapeOf(schema)({})]).toEqual([kind, empty]);
    for (const hostile of [null, undefined, 1, 'x', [], true]) {
      expect(shapeOf(schema)(hostile)).toBe(false);
    }
  }
});

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, undefined, '', 'x', 0, -1, 1e308, true, [], {}, [null], { a: null }),
  fc.jsonValue(),
);

/** A fact as some other program might have left it: members gone, or of other types. */
const broken: fc.Arbitrary<Fact> = fc
  .tuple(anyFact, fc.array(fc.tuple(fc.nat({ max: 30 }), junk), { minLength: 1, maxLength: 3 }))
  .map(([fact, changes]) => {
    let body: unknown = { ...fact.body };
    let author: unknown = fact.author;
    for (const [place, value] of changes) {
      const keys = Object.keys(fact.body);
      if (place === 0) body = value;
      else if (place === 1) author = value;
      else if (typeof body === 'object' && body !== null && keys.length > 0) {
        body = { ...body, [keys[place % keys.length] ?? 'x']: value };
      }
    }
    return { ...fact, body, ...(author === undefined ? {} : { author }) } as Fact;
  });

test('W5 a fact that was checked is always seen as what it is', () => {
  fc.assert(
    fc.property(broken, (fact) => {
      if (checkFact(fact).ok && isKnownKind(fact.kind)) expect(asKnown(fact)).toBe(fact);
    }),
    { numRuns: 3_000 },
  );
});

test('P1 broken facts in a journal make no projection fail, and change no state', () => {
  const nouns = Object.keys(projections) as Noun[];
  expect(nouns.length).toBeGreaterThan(5);
  fc.assert(
    fc.property(
      factSet({ maxLength: 12 }),
      fc.array(broken, { minLength: 1, maxLength: 6 }),
      (sound, left) => {
        // An id is in a journal once.
        const poisoned = left.map((fact, index) => ({
          ...fact,
          id: `${'ghijkl'[index]}${fact.id.slice(1)}` as Fact['id'],
        }));
        const unsound = poisoned.filter((fact) => asKnown(fact) === null);
        for (const thing of new Set([...sound, ...poisoned].map((fact) => fact.thing))) {
          const ofThing = (facts: readonly Fact[]) => facts.filter((fact) => fact.thing === thing);
          // Nothing throws, whatever lies there …
          foldThing(thing, ofThing([...poisoned, ...sound]));
          // … and what is not understood leaves no trace.
          expect(foldThing(thing, ofThing([...unsound, ...sound]))).toEqual(
            foldThing(thing, ofThing(sound)),
          );
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('P1 negative control: without the look at the shape, broken facts make projections fail', () => {
  const found = fc.check(
    fc.property(broken, (fact) => {
      const noun = nounOf(fact.kind);
      if (noun === null) return;
      const { initial, apply } = projections[noun];
      (apply as (state: object, fact: unknown) => void)(initial(fact.thing), fact);
    }),
    { numRuns: 2_000 },
  );
  expect(found.failed).toBe(true);
});
