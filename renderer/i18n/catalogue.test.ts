import { describe, expect, test } from 'vitest';
import { features } from './catalogue.ts';
import { i18n, text } from './text.ts';

const PLURAL = /_(zero|one|two|few|many|other)$/;
type Words = Readonly<Record<string, string>>;

describe('catalogue', () => {
  test.each(Object.entries(features))('%s has the same keys in both languages', (_, words) => {
    const en: Words = words.en;
    const zh: Words = words['zh-CN'];
    expect(singulars(zh)).toEqual(singulars(en));
    for (const key of Object.keys(en)) {
      // Chinese has one form; English needs both wherever it has one of them.
      if (PLURAL.test(key)) {
        const base = key.replace(PLURAL, '');
        expect(Object.keys(en), key).toContain(`${base}_one`);
        expect(Object.keys(en), key).toContain(`${base}_other`);
        expect(Object.keys(zh), key).toContain(`${base}_other`);
      }
    }
  });

  test.each(Object.entries(features))('%s has the same placeholders', (_, words) => {
    const en: Words = words.en;
    const zh: Words = words['zh-CN'];
    for (const [key, value] of Object.entries(zh)) {
      const other = en[key] ?? en[key.replace(PLURAL, '_other')] ?? '';
      expect(placeholders(value), key).toEqual(placeholders(other));
    }
  });

  test('no key is defined by two features', () => {
    const owners = new Map<string, string>();
    for (const [feature, words] of Object.entries(features)) {
      for (const key of Object.keys(words.en)) {
        expect(owners.get(key), `${key} of ${feature}`).toBeUndefined();
        owners.set(key, feature);
      }
    }
  });

  test('no text is empty, and Chinese texts are not English ones left over', () => {
    for (const words of Object.values(features)) {
      const en: Words = words.en;
      for (const [key, value] of Object.entries(words['zh-CN'] as Words)) {
        expect(value.trim(), key).not.toBe('');
        if (/[a-z]{4,}\s[a-z]{2,}\s[a-z]{2,}/i.test(value)) expect(value, key).not.toBe(en[key]);
      }
    }
  });

  test('plurals and numbers come out in each language', async () => {
    expect(text('feed.outbox', { count: 1 })).toBe('1 not yet sent');
    expect(text('banner.views.body', { count: 48_200 })).toContain('48,200 facts');
    await i18n.changeLanguage('zh-CN');
    expect(text('feed.outbox', { count: 1 })).toBe('1 条尚未发送');
    await i18n.changeLanguage('en');
  });
});

function singulars(words: Words): string[] {
  return [...new Set(Object.keys(words).map((key) => key.replace(PLURAL, '')))].sort();
}

function placeholders(value: string): string[] {
  return [...new Set([...value.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1] ?? ''))].sort();
}
