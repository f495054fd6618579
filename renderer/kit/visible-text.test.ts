import { describe, expect, test } from 'vitest';
import { hasHidden, visibleText } from './visible-text.ts';

describe('visible text', () => {
  test('marks that turn the writing and controls are shown, not obeyed', () => {
    expect(visibleText('a\u202Eb\u202C')).toBe('a⟨U+202E⟩b⟨U+202C⟩');
    expect(visibleText('x\u0000\u001B[31m')).toBe('x⟨U+0000⟩⟨U+001B⟩[31m');
    expect(visibleText('pay\u200Bments\uFEFF')).toBe('pay⟨U+200B⟩ments⟨U+FEFF⟩');
    expect(visibleText('\u{E0041}')).toBe('⟨U+E0041⟩');
  });

  test('honest text stays: other scripts, joiners, mark-up as text', () => {
    for (const text of ['告警：连接池耗尽', 'שלום', 'می\u200Cخواهم', '👩\u200D🔧', '<img src=x>']) {
      expect(visibleText(text)).toBe(text);
    }
  });

  test('lines become one, unless they are wanted', () => {
    expect(visibleText('one\r\ntwo\tthree')).toBe('one two three');
    expect(visibleText('one\r\ntwo', true)).toBe('one\ntwo');
    expect(visibleText('a\tb\nc', true)).toBe('a\tb\nc');
  });

  test('a text says whether it hides something', () => {
    expect(hasHidden('a\tb\nc – 预案 “x” مرحبا <b>&amp;</b>')).toBe(false);
    expect(hasHidden('rm \u202Efr-')).toBe(true);
  });
});
