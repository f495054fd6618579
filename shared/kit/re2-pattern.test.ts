import { expect, test } from 'vitest';
import { re2Pattern, type Re2Pattern } from './re2-pattern.ts';

function pattern(text: string): Re2Pattern {
  const read = re2Pattern(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

test('a pattern fits the whole text or not at all', () => {
  expect(pattern('pay|web').fits('pay')).toBe(true);
  expect(pattern('pay|web').fits('pay-core')).toBe(false);
  expect(pattern('pay.*').fits('pay\ncore')).toBe(true);
  expect(pattern('p.y').fits('xpay')).toBe(false);
  expect(pattern('p.y').fits('payx')).toBe(false);
  expect(pattern('(?i)PAY').fits('pay')).toBe(true);
  expect(pattern('').fits('')).toBe(true);
  expect(pattern('a|').fits('')).toBe(true);
});

test('groups are told by number and by name', () => {
  expect(pattern('(?P<app>\\w+)-(x)?(\\d+)').groups('pay-7')).toEqual({
    0: 'pay-7',
    1: 'pay',
    2: '',
    3: '7',
    app: 'pay',
  });
  expect(pattern('a').groups('b')).toBeNull();
});

test('what RE2 does not take is refused with a reason', () => {
  for (const text of ['(a', '(a)\\1', '(?=a)a', 'a{1001}', 'a'.repeat(1_001)]) {
    expect(re2Pattern(text), text).toEqual(expect.any(String));
  }
});

test('patterns that let other engines track back for ever are matched all the same', () => {
  for (const text of ['(a+)+b', '(a|aa)+b', '(.*)*x', '([a-z]+)*1']) {
    expect(pattern(text).fits('a'.repeat(5_000)), text).toBe(false);
  }
});
