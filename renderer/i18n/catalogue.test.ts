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
    // Chinese has one form; English needs both wherever it has one of them.
    const incomplete = Object.keys(en)
      .filter((key) => PLURAL.test(key))
      .map((key) => key.replace(PLURAL, ''))
      .filter((base) => !en[`${base}_one`] || !en[`${base}_other`] || !zh[`${base}_other`]);
    expect(incomplete).toEqual([]);
  });

  test.each(Object.entries(features))('%s has the same placeholders', (_, words) => {
    const en: Words = words.en;
    const zh: Words = words['zh-CN'];
    const inChinese = Object.entries(zh).map(([key, value]) => [key, placeholders(value)]);
    const inEnglish = Object.keys(zh).map((key) => [key, placeholders(en[key] ?? '')]);
    expect(inChinese).toEqual(inEnglish);
  });

  test('no key is defined by two features', () => {
    const owners = new Map<string, string>();
    const twice: string[] = [];
    for (const [feature, words] of Object.entries(features)) {
      for (const key of Object.keys(words.en)) {
        const owner = owners.get(key);
        if (owner !== undefined) twice.push(`${key}: ${owner} and ${feature}`);
        owners.set(key, feature);
      }
    }
    expect(twice).toEqual([]);
  });

  test('no text is empty, and Chinese texts are not English ones left over', () => {
    const isSentence = /[a-z]{4,}\s[a-z]{2,}\s[a-z]{2,}/i;
    const wrong = Object.values(features).flatMap((words) => {
      const en: Words = words.en;
      return Object.entries(words['zh-CN'] as Words)
        .filter(
          ([key, value]) => value.trim() === '' || (isSentence.test(value) && value === en[key]),
        )
        .map(([key]) => key);
    });
    expect(wrong).toEqual([]);
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
