import { expect, test } from 'vitest';
import { hasHidden, visibleText } from './visible-text.ts';

test('what cannot be seen is written out', () => {
  expect(visibleText('rm \u202Efr-\u202C x')).toBe('rm ⟨U+202E⟩fr-⟨U+202C⟩ x');
  expect(visibleText('pay\u200Bments\u0007')).toBe('pay⟨U+200B⟩ments⟨U+0007⟩');
  expect(visibleText('\u{E0041}')).toBe('⟨U+E0041⟩');
});

test('what is seen stays as it is', () => {
  const text = 'a\tb\nc – 预案 “x” مرحبا <b>&amp;</b>';
  expect(visibleText(text)).toBe(text);
  expect(hasHidden(text)).toBe(false);
  expect(hasHidden('\u2066')).toBe(true);
});
