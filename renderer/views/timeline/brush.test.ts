import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brushKey, LEAST_BRUSH_MS, middleOf, moveEnd, rangeBetween } from './brush.ts';

const WINDOW = { from: 0, to: 600_000 };

describe('brushing', () => {
  test('a range is what lies between two moments, whichever was first, inside of the window', () => {
    expect(rangeBetween(90_000, 30_000, WINDOW)).toEqual({ from: 30_000, to: 90_000 });
    expect(rangeBetween(-5, 700_000, WINDOW)).toEqual(WINDOW);
    expect(rangeBetween(500, 500, WINDOW)).toEqual({ from: 500, to: 500 + LEAST_BRUSH_MS });
    expect(middleOf(WINDOW)).toEqual({ from: 200_000, to: 400_000 });
  });

  test('whatever is pressed, the beginning comes before the end', () => {
    const keys = ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'];
    const press = fc.record({
      key: fc.constantFrom(...keys),
      isShift: fc.boolean(),
      end: fc.constantFrom('from' as const, 'to' as const),
    });
    fc.assert(
      fc.property(fc.array(press, { maxLength: 40 }), (presses) => {
        let brush = middleOf(WINDOW);
        for (const { key, isShift, end } of presses) {
          brush = brushKey(key, isShift, brush, end, WINDOW) ?? brush;
          expect(brush.to - brush.from).toBeGreaterThanOrEqual(LEAST_BRUSH_MS);
        }
      }),
    );
  });

  test('arrows move one end by a hundredth of the window, with Shift by a tenth', () => {
    const brush = middleOf(WINDOW);
    expect(brushKey('ArrowLeft', false, brush, 'from', WINDOW)?.from).toBe(194_000);
    expect(brushKey('ArrowRight', true, brush, 'to', WINDOW)?.to).toBe(460_000);
    expect(brushKey('End', false, brush, 'to', WINDOW)?.to).toBe(600_000);
    expect(brushKey('x', false, brush, 'to', WINDOW)).toBeNull();
    expect(moveEnd(brush, 'from', 10 ** 9).from).toBe(400_000 - LEAST_BRUSH_MS);
  });
});
