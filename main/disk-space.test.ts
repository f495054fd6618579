import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { judge, SPACE_LIMITS, watchSpace, type DiskSpace, type Space } from './disk-space.ts';
import { scratchFolder } from './testing/scratch.ts';

const MEGABYTE = 1_048_576;

describe('R-05 the disk’s space', () => {
  test('it is low below the limit, and enough only when there is room for the reserve too', () => {
    expect(judge('enough', 64 * MEGABYTE, 0, SPACE_LIMITS)).toBe('enough');
    expect(judge('enough', 64 * MEGABYTE - 1, 0, SPACE_LIMITS)).toBe('low');
    expect(judge('low', 80 * MEGABYTE, 16 * MEGABYTE, SPACE_LIMITS)).toBe('low');
    expect(judge('low', 96 * MEGABYTE, 16 * MEGABYTE, SPACE_LIMITS)).toBe('enough');
    expect(judge('low', 80 * MEGABYTE, 0, SPACE_LIMITS)).toBe('enough');
  });

  test('making the reserve anew never makes it low again', () => {
    const bytes = fc.integer({ min: 0, max: 200 * MEGABYTE });
    const lacking = fc.integer({ min: 0, max: SPACE_LIMITS.reserveBytes });
    fc.assert(
      fc.property(bytes, lacking, (free, missing) => {
        if (judge('low', free, missing, SPACE_LIMITS) === 'low') return;
        expect(judge('enough', free - missing, 0, SPACE_LIMITS)).toBe('enough');
      }),
    );
  });

  test('what wavers by less than the margin changes nothing twice', () => {
    const around = fc.array(fc.integer({ min: -8 * MEGABYTE, max: 8 * MEGABYTE }));
    fc.assert(
      fc.property(around, (moves) => {
        let state: Space = 'enough';
        let changes = 0;
        for (const move of moves) {
          const next = judge(state, SPACE_LIMITS.lowBytes + move, 0, SPACE_LIMITS);
          if (next !== state) changes += 1;
          state = next;
        }
        expect(changes).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('R-05 the reserve', () => {
  const limits = { lowBytes: 0, marginBytes: 0, reserveBytes: 64 * 1_024, reserveAfterMs: 0 };

  async function withReserve(): Promise<{ space: DiskSpace; path: string }> {
    const folder = scratchFolder();
    const space = watchSpace({ folder, limits, onChange: () => {} });
    onTestFinished(() => space.close());
    const path = join(folder, 'reserve');
    await expect.poll(() => existsSync(path) && statSync(path).size).toBe(limits.reserveBytes);
    return { space, path };
  }

  const full = (): never => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };

  test('is given up piece by piece, and only as much as is needed', async () => {
    const { space, path } = await withReserve();
    let attempts = 0;
    const saved = space.forPeople(() => {
      attempts += 1;
      if (attempts < 4) full();
      return 'saved';
    });
    expect(saved).toBe('saved');
    expect(statSync(path).size).toBe((limits.reserveBytes / 64) * 61);
  });

  test('that is used up leaves the disk’s own refusal', async () => {
    const { space, path } = await withReserve();
    expect(() => space.forPeople(full)).toThrow('database or disk is full');
    expect(statSync(path).size).toBe(0);
    // As soon as there is room it is made again.
    space.look();
    await expect.poll(() => statSync(path).size).toBe(limits.reserveBytes);
  });

  test('is not touched by what has another cause', async () => {
    const { space, path } = await withReserve();
    const other = (): never => {
      throw new Error('no such table');
    };
    expect(() => space.forPeople(other)).toThrow('no such table');
    expect(statSync(path).size).toBe(limits.reserveBytes);
  });

  test('a piece of it from an earlier life is completed', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'reserve');
    writeFileSync(path, Buffer.alloc(1_000));
    const space = watchSpace({ folder, limits, onChange: () => {} });
    onTestFinished(() => space.close());
    await expect.poll(() => statSync(path).size).toBe(limits.reserveBytes);
  });
});
