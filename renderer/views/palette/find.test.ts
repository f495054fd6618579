import { describe, expect, test } from 'vitest';
import { find, readMoment } from './find.ts';

const entry = (title: string, more: { words?: string; weight?: number } = {}) => ({
  id: title,
  title,
  ...more,
});
const titles = (found: readonly { title: string }[]): string[] => found.map(({ title }) => title);

describe('find', () => {
  const entries = [
    entry('checkout'),
    entry('checkout-bff'),
    entry('web-checkout'),
    entry('ledger-db', { words: 'payments az-1' }),
    entry('Go to Alerts'),
  ];

  test('whole names come before beginnings, beginnings before parts', () => {
    expect(titles(find(entries, 'checkout', 10))).toEqual([
      'checkout',
      'checkout-bff',
      'web-checkout',
    ]);
  });

  test('all words must be found, in the title or beside it', () => {
    expect(titles(find(entries, 'ledger az-1', 10))).toEqual(['ledger-db']);
    expect(titles(find(entries, 'ledger az-9', 10))).toEqual([]);
    expect(titles(find(entries, 'GO ALERTS', 10))).toEqual(['Go to Alerts']);
  });

  test('initials of the parts find a name', () => {
    expect(titles(find([entry('payments-card-router')], 'pcr', 10))).toHaveLength(1);
    expect(titles(find([entry('payments')], 'pms', 10))).toEqual([]);
  });

  test('an empty query keeps the order, and the limit holds', () => {
    expect(titles(find(entries, '  ', 2))).toEqual(['checkout', 'checkout-bff']);
  });

  test('of 20,000 entries the best are found, and no more than asked for', () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      entry(`ErrorRateHigh · service-${String(index)}`, { words: 'Error rate above 5 %' }),
    );
    const found = titles(find(many, 'service-199 error', 60));
    expect(found).toHaveLength(60);
    expect(found.filter((title) => !title.includes('service-199'))).toEqual([]);
  });
});

describe('readMoment', () => {
  const now = new Date(2026, 2, 1, 2, 30, 0).getTime();
  const at = (...parts: [number, number, number, number, number, number]) =>
    new Date(...parts).getTime();

  test('a time of day is the last one before now', () => {
    expect(readMoment('02:14', now)).toBe(at(2026, 2, 1, 2, 14, 0));
    expect(readMoment('02:14:07', now)).toBe(at(2026, 2, 1, 2, 14, 7));
    expect(readMoment('23:50', now)).toBe(at(2026, 1, 28, 23, 50, 0));
  });

  test('a distance goes back from now', () => {
    expect(readMoment('02:14', Date.UTC(2026, 2, 1, 3), 'utc')).toBe(Date.UTC(2026, 2, 1, 2, 14));
    expect(readMoment('2026-02-28 23:50', Date.UTC(2026, 2, 1, 3), 'utc')).toBe(
      Date.UTC(2026, 1, 28, 23, 50),
    );
    expect(readMoment('-15m', now)).toBe(now - 15 * 60_000);
    expect(readMoment('-2h', now)).toBe(now - 2 * 3_600_000);
    expect(readMoment('- 30 s', now)).toBe(now - 30_000);
  });

  test('a date with a time is that moment, unless it is yet to come', () => {
    expect(readMoment('2026-02-27 11:05', now)).toBe(at(2026, 1, 27, 11, 5, 0));
    expect(readMoment('2026-03-02 11:05', now)).toBeNull();
  });

  test('what is no time is none', () => {
    const texts = ['', 'checkout', '25:00', '12:61', '2:3', '-15', '15m'];
    expect(texts.filter((text) => readMoment(text, now) !== null)).toEqual([]);
  });
});
