import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UnitRules } from '../facts/units.ts';
import { placesOf } from './place.ts';
import { readUnitRules } from './read-rules.ts';
import { centresOf, loseCentres, lossSets } from './replicas.ts';
import { shardOf, shardText, type ShardFunction } from './shard.ts';
import { checkUnitRules, problemText, rangesText, readRanges, shardOwners } from './unit-rules.ts';

type Unit = UnitRules['units'][number];

function unitOf(name: string, shards: [number, number][], patch: Partial<Unit> = {}): Unit {
  const cells = [
    { name: `${name}A`, centre: 'HZ-1', city: 'Hangzhou', weight: 60 },
    { name: `${name}B`, centre: 'HZ-2', city: 'Hangzhou', weight: 40 },
  ];
  return { name, shards, cells, drState: 'normal', sameCity: null, remote: null, ...patch };
}

function rulesOf(units: Unit[], patch: Partial<UnitRules> = {}): UnitRules {
  return {
    origin: 'test',
    shardCount: 100,
    shardFunction: 'last-digits',
    units,
    replicas: [],
    leases: [],
    ...patch,
  };
}

const problemsOf = (rules: UnitRules): string[] => {
  const checked = checkUnitRules(rules);
  return checked.ok ? [] : checked.error.map(problemText);
};

/** Valid rules: the shards dealt out among some units in random order. */
const validRules = fc
  .record({
    owners: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 100, maxLength: 100 }),
  })
  .map(({ owners }) => {
    const units = [...new Set(owners)]
      .sort((left, right) => left - right)
      .map((owner) => {
        const shards: [number, number][] = [];
        owners.forEach((one, shard) => {
          if (one !== owner) return;
          const last = shards.at(-1);
          if (last?.[1] === shard - 1) last[1] = shard;
          else shards.push([shard, shard]);
        });
        return unitOf(`RZ0${owner}`, shards);
      });
    return { owners, rules: rulesOf(units) };
  });

describe('shards', () => {
  test('U1 the ways of published systems', () => {
    expect(shardOf('123', 'second-characters', 100)).toBe(23);
    expect(shardOf('080066600000002', 'first-digit', 100)).toBe(0);
    expect(shardOf('180066600000000', 'first-digit', 100)).toBe(10);
    expect(shardOf('2088102146225135', 'before-last-digit', 100)).toBe(13);
    expect(shardOf('2088102146225135', 'last-digits', 100)).toBe(35);
    expect(shardOf('order-1', 'java-hash', 100)).toBe(10);
    expect(shardOf(null, 'java-hash', 100)).toBe(0);
    expect(shardOf('2088102146225135', 'last-digits', 10_000)).toBe(5_135);
  });

  test('U1 the id whose hash is the smallest integer has a shard like any other', () => {
    expect(shardOf('polygenelubricants', 'java-hash', 100)).toBe(48);
  });

  test('U1 an id without digits in that place has no shard', () => {
    for (const id of ['', '7', 'abc', '12x', '１２']) {
      expect(shardOf(id, 'last-digits', 100)).toBeNull();
    }
  });

  const golden = '../shared/golden/seed-vectors.json';
  test.runIf(existsSync(golden))('U1 the recorded vectors', () => {
    const vectors = JSON.parse(readFileSync(golden, 'utf8')) as {
      shard: { rule: string; in: string | null; out: string; ours?: string }[];
      zoneRules: {
        rules?: Record<string, string>;
        in?: string;
        zone?: string;
        error?: string;
        cells?: Record<string, number>;
        name?: string;
      }[];
    };
    const functions: Record<string, ShardFunction> = {
      'substring(1,3)': 'second-characters',
      'firstDigit+"0"': 'first-digit',
      '2nd and 3rd digit from the end (SOFARPC default)': 'before-last-digit',
      'last two digits': 'last-digits',
      'AlterShield hashUid': 'java-hash',
    };
    expect(vectors.shard.length).toBeGreaterThan(5);
    for (const vector of vectors.shard) {
      const shard = shardOf(vector.in, functions[vector.rule] as ShardFunction, 100);
      expect(shard === null ? null : shardText(shard, 100)).toBe(vector.ours ?? vector.out);
    }
    for (const vector of vectors.zoneRules) {
      if (vector.rules) {
        const rules = rulesOf(
          Object.entries(vector.rules).map(([name, text]) => unitOf(name, readRanges(text) ?? [])),
        );
        if (vector.error === undefined) {
          expect(placesOf(rules).unitOfShard(Number(vector.in), 0)).toBe(vector.zone);
        }
        expect(problemsOf(rules)).toEqual(vector.error === undefined ? [] : [vector.error]);
      } else if (vector.cells) {
        const cells = Object.entries(vector.cells).map(([name, weight]) => ({
          name,
          weight,
          centre: 'HZ-1',
          city: 'Hangzhou',
        }));
        const rules = rulesOf([unitOf('RZ01', [[0, 99]]), unitOf('GZ01', [], { cells })]);
        expect(problemsOf(rules)).toEqual([vector.error]);
      } else {
        expect(problemsOf(rulesOf([unitOf(vector.name ?? '', [[0, 99]])]))).toContain(vector.error);
      }
    }
  });
});

describe('unit rules', () => {
  test('U2 every shard of valid rules has exactly one owner', () => {
    fc.assert(
      fc.property(validRules, ({ owners, rules }) => {
        expect(problemsOf(rules)).toEqual([]);
        const names = [...shardOwners(rules, 0)].map((place) => rules.units[place]?.name);
        expect(names).toEqual(owners.map((owner) => `RZ0${owner}`));
      }),
    );
  });

  test('U2 moving k shards changes exactly k owners', () => {
    fc.assert(
      fc.property(
        validRules,
        fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 20 }),
        ({ owners, rules }, moved) => {
          const leases = moved.map((shard) => ({
            shards: [shard, shard] as [number, number],
            to: 'RZ99',
            startsAt: 10,
            endsAt: 20,
          }));
          const target = unitOf('RZ99', [[0, 0]]);
          const next = rulesOf([...rules.units, { ...target, shards: [] }], { leases });
          const changed = [...shardOwners(next, 15)].filter(
            (place, shard) => next.units[place]?.name !== `RZ0${owners[shard]}`,
          );
          expect(changed).toHaveLength(moved.length);
          expect([...shardOwners(next, 20)]).toEqual([...shardOwners(rules, 0)]);
        },
      ),
    );
  });

  test('U2 a shard taken from its owner or given to a second is named', () => {
    fc.assert(
      fc.property(validRules, fc.integer({ min: 0, max: 99 }), ({ rules }, shard) => {
        const without = rules.units
          .map((unit) => ({
            ...unit,
            shards: unit.shards.flatMap(([from, to]): [number, number][] =>
              shard < from || shard > to
                ? [[from, to]]
                : [
                    ...(from < shard ? ([[from, shard - 1]] as [number, number][]) : []),
                    ...(to > shard ? ([[shard + 1, to]] as [number, number][]) : []),
                  ],
            ),
          }))
          .filter(({ shards }) => shards.length > 0);
        expect(problemsOf({ ...rules, units: without })).toEqual([`gap: ${shardText(shard, 100)}`]);
        const twice = rulesOf([...rules.units, unitOf('RZ99', [[shard, shard]])]);
        expect(problemsOf(twice)).toEqual([`overlap: ${shardText(shard, 100)}`]);
      }),
    );
  });

  test('U2 everything else that is wrong is refused by name', () => {
    const whole = unitOf('RZ01', [[0, 99]]);
    const problems = problemsOf(
      rulesOf(
        [
          { ...whole, sameCity: 'RZ07', cells: [...whole.cells, ...whole.cells] },
          unitOf('GZ00', [[1, 2]]),
          unitOf('RZ02', [[90, 120]], { cells: [], sameCity: 'RZ01', remote: 'RZ01' }),
        ],
        {
          replicas: [{ shards: [[0, 9]], centres: ['A', 'A'] }],
          leases: [{ shards: [1, 2], to: 'GZ00', startsAt: 5, endsAt: 5 }],
        },
      ),
    );
    expect(problems).toEqual([
      'RZ01A is there twice',
      'RZ01B is there twice',
      'weights sum to 200, not 100',
      'GZ00 is no R zone and cannot serve shards',
      'RZ02: 90-120 are no shards',
      'RZ02 has no cell',
      'RZ02: recovery in the city and remote must differ',
      'RZ01: recovery in a unit that is not there',
      '00-09: one centre holds two replicas',
      '01-02: a lease ends after it begins, to an R zone that is there (GZ00)',
    ]);
  });

  test('U2 ranges are read as they are written', () => {
    expect(readRanges('00-19,37')).toEqual([
      [0, 19],
      [37, 37],
    ]);
    expect(rangesText(readRanges('00-19,37') ?? [], 100)).toBe('00-19,37');
    expect(readRanges('00..19')).toBeNull();
  });
});

const DEFAULTS = { origin: 'units.csv', shardFunction: 'last-digits', shardCount: 100 } as const;

describe('reading rules', () => {
  const table = [
    'unit,shards,cell,centre,city,weight,drState,sameCity,remote,replicas',
    'RZ01,"00-19,37",RZ01A,HZ-1,Hangzhou,50,normal,RZ02,,HZ-1 HZ-2 SH-1 SH-2 SZ-1',
    'RZ01,,RZ01B,HZ-2,Hangzhou,50,,,,',
    'RZ02,"20-36,38-99",RZ02A,SH-1,Shanghai,100,remote,,RZ01,HZ-1 HZ-2 SH-1 SH-2 SZ-1',
    'GZ00,,GZ00A,SH-1,Shanghai,100,normal,,,',
  ].join('\n');

  test('U3 a table of cells becomes units', () => {
    const { rules, problems } = readUnitRules(table, DEFAULTS);
    expect(problems).toEqual([]);
    expect(rules && problemsOf(rules)).toEqual([]);
    expect(rules?.units.map(({ name, cells, drState }) => [name, cells.length, drState])).toEqual([
      ['RZ01', 2, 'normal'],
      ['RZ02', 1, 'remote'],
      ['GZ00', 1, 'normal'],
    ]);
    expect(rules && centresOf(rules)).toEqual(['HZ-1', 'HZ-2', 'SH-1', 'SH-2', 'SZ-1']);
  });

  test('U3 JSON in the shape of the fact, with shards as people write them', () => {
    const { rules } = readUnitRules(table, DEFAULTS);
    const text = JSON.stringify({
      shardCount: 100,
      units: rules?.units.map((unit) => ({ ...unit, shards: rangesText(unit.shards, 100) })),
      replicas: rules?.replicas.map((one) => ({ ...one, shards: rangesText(one.shards, 100) })),
    });
    expect(readUnitRules(text, DEFAULTS)).toEqual({ rules, problems: [] });
  });

  test('U3 what is not understood is named by its line, and nothing beside it is lost', () => {
    const { rules, problems } = readUnitRules(
      [
        'unit;shards;cell;centre;city;weight',
        'RZ01;00-49;RZ01A;HZ-1;Hangzhou;100 %',
        ';50;RZ02A;HZ-1;Hangzhou;100',
        'RZ02;fifty;RZ02A;HZ-1;Hangzhou;100',
        'RZ02;50-99;RZ02A;;Hangzhou;100',
        'RZ02;50-99;RZ02A;HZ-1;Hangzhou;much',
      ].join('\r\n'),
      DEFAULTS,
    );
    expect(problems.map(({ line }) => line)).toEqual([3, 4, 5, 6]);
    expect(rules?.units.map(({ name }) => name)).toEqual(['RZ01']);
    expect(readUnitRules('unit,shards\n', DEFAULTS).problems[0]?.reason).toMatch(/lacks cell/);
    expect(readUnitRules('{"units": 7}', DEFAULTS).rules).toBeNull();
    expect(readUnitRules('{"units', DEFAULTS).rules).toBeNull();
  });

  test('U3 any text gives rules or reasons, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.json()), (text) => {
        const { rules, problems } = readUnitRules(text, DEFAULTS);
        if (rules === null) expect(problems.length).toBeGreaterThan(0);
        else checkUnitRules(rules);
      }),
    );
    const quoted = table.replaceAll(',', '\t').replace('"00-19\t37"', '"00-19,37"');
    expect(
      readUnitRules(quoted.replace('"20-36\t38-99"', '"20-36,38-99"'), DEFAULTS).problems,
    ).toEqual([]);
  });
});

describe('places', () => {
  const rules = rulesOf([unitOf('RZ01', [[0, 19]]), unitOf('RZ02', [[20, 99]])], {
    leases: [{ shards: [5, 9], to: 'RZ02', startsAt: 100, endsAt: 200 }],
  });

  test('U4 one thing tells another: a cell its unit and city, a shard its owner', () => {
    const places = placesOf(rules);
    const nothing = { unit: null, cell: null, city: null, shard: null };
    expect(places.complete({ ...nothing, cell: 'RZ01B' }, 0)).toEqual({
      unit: 'RZ01',
      cell: 'RZ01B',
      city: 'Hangzhou',
      shard: null,
    });
    expect(places.complete({ ...nothing, shard: '7' }, 0)).toMatchObject({
      unit: 'RZ01',
      shard: '07',
    });
    expect(places.complete({ ...nothing, shard: '07' }, 150).unit).toBe('RZ02');
    expect(places.complete({ ...nothing, unit: 'RZ09', shard: '7' }, 0).unit).toBe('RZ09');
    expect(places.complete(nothing, 0)).toEqual(nothing);
    expect(placesOf(null).complete({ ...nothing, cell: 'RZ01B' }, 0).unit).toBeNull();
  });

  test('U4 a lease gives its shards away while it holds, whatever moment was asked before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 }), (moments) => {
        const places = placesOf(rules);
        for (const now of moments) {
          const expected = now >= 100 && now < 200 ? 'RZ02' : 'RZ01';
          expect(places.route('2088000000000007', now)).toEqual({ shard: 7, unit: expected });
        }
      }),
    );
  });
});

describe('losing centres', () => {
  const five = ['HZ-1', 'HZ-2', 'SH-1', 'SH-2', 'SZ-1'];
  const rules = rulesOf([unitOf('RZ01', [[0, 99]])], {
    replicas: [{ shards: [[0, 99]], centres: five }],
  });

  test('U5 of the 31 sets of five centres 15 leave a majority: every single and double loss', () => {
    const sets = lossSets(rules);
    expect(sets).toHaveLength(31);
    expect(sets.filter(({ survives }) => survives).map(({ centres }) => centres.length)).toEqual([
      ...Array<number>(5).fill(1),
      ...Array<number>(10).fill(2),
    ]);
  });

  test('U5 a loss names its shards, the units that are down and those that are hurt', () => {
    expect(loseCentres(rules, new Set(['HZ-1', 'SH-1', 'SZ-1']))).toEqual({
      kept: 0,
      lost: 100,
      lostShards: '00-99',
      unknown: 0,
      unitsDown: [],
      unitsHurt: [{ unit: 'RZ01', weight: 40 }],
    });
    expect(loseCentres(rules, new Set(['HZ-1', 'HZ-2']))).toMatchObject({
      kept: 100,
      lostShards: '',
      unitsDown: ['RZ01'],
    });
  });

  test('U5 half of the replicas is no majority', () => {
    const four = rulesOf([unitOf('RZ01', [[0, 99]])], {
      replicas: [{ shards: [[0, 99]], centres: ['A', 'B', 'C', 'D'] }],
    });
    expect(loseCentres(four, new Set(['A'])).kept).toBe(100);
    expect(loseCentres(four, new Set(['A', 'B'])).kept).toBe(0);
  });

  test('U5 what nobody stated is unknown, not kept', () => {
    const half = rulesOf([unitOf('RZ01', [[0, 99]])], {
      replicas: [{ shards: [[0, 9]], centres: ['A', 'B', 'C'] }],
    });
    expect(loseCentres(half, new Set(['A', 'B']))).toMatchObject({
      kept: 0,
      lost: 10,
      unknown: 90,
      lostShards: '00-09',
    });
  });

  test('U5 losing more never brings a shard back', () => {
    fc.assert(
      fc.property(fc.subarray(five), fc.subarray(five), (some, more) => {
        const fewer = loseCentres(rules, new Set(some));
        const all = loseCentres(rules, new Set([...some, ...more]));
        expect(all.kept).toBeLessThanOrEqual(fewer.kept);
      }),
    );
  });
});
