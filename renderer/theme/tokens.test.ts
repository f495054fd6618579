import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOKENS = join(ROOT, 'theme', 'tokens.css');

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .map((name) => join(ROOT, name))
  .filter((path) => /\.(module\.css|css|tsx)$/.test(path) && !path.endsWith('.test.tsx'))
  .filter((path) => path !== TOKENS);

const themes = readThemes();

describe('tokens', () => {
  test.each(files.map((path) => relative(ROOT, path)))('%s has no raw colour or size', (name) => {
    const source = stripComments(readFileSync(join(ROOT, name), 'utf8'));
    const raw = [
      ...source.matchAll(/#[0-9a-f]{3,8}\b(?=\s*[;,)'"\s])/gi),
      ...source.matchAll(/\b(?:rgba?|hsla?|oklch|oklab)\(/gi),
      ...source.matchAll(/(?<![\w-])\d*\.?\d+px\b/g),
    ].map((match) => match[0]);
    expect(raw).toEqual([]);
  });

  test('every token that is used is defined', () => {
    const defined = new Set(
      [...readFileSync(TOKENS, 'utf8').matchAll(/^\s*(--[\w-]+):/gm)].map((match) => match[1]),
    );
    const missing: string[] = [];
    for (const path of files) {
      const source = stripComments(readFileSync(path, 'utf8'));
      const own = new Set(
        [...source.matchAll(/(--[\w-]+)['"]?\s*[:\]]/g)].map((match) => match[1]),
      );
      for (const [, name] of source.matchAll(/var\((--[\w-]+)/g)) {
        const fromLibrary = name === '--trigger-width';
        if (!defined.has(name) && !own.has(name) && !fromLibrary) {
          missing.push(`${relative(ROOT, path)}: ${String(name)}`);
        }
      }
    }
    expect(missing).toEqual([]);
  });

  test('the themes define the same colours', () => {
    const names = Object.keys(themes['dark'] ?? {}).filter((name) => name.startsWith('--color'));
    expect(Object.keys(themes)).toEqual(['dark', 'light', 'contrast']);
    for (const tokens of Object.values(themes)) {
      const own = Object.keys(tokens).filter((name) => name.startsWith('--color'));
      expect(own.sort()).toEqual(names.sort());
    }
  });

  const SURFACES = ['ground', 'surface', 'raised', 'hover', 'selected', 'field'];
  const TEXTS = ['text', 'text-soft', 'text-faint', 'accent'];
  const TINTED = ['critical', 'warning', 'info', 'unknown', 'review'];
  test.each(['dark', 'light', 'contrast'])('%s: text has a contrast of 4.5 or more', (theme) => {
    const pairs: [string, string][] = [];
    for (const surface of SURFACES) {
      for (const name of TEXTS) pairs.push([name, surface]);
      for (const name of [...TINTED, 'healthy']) pairs.push([`${name}-text`, surface]);
    }
    for (const name of TINTED) {
      pairs.push([`${name}-text`, `${name}-surface`]);
      pairs.push(['text', `${name}-surface`], ['text-soft', `${name}-surface`]);
    }
    for (const name of ['critical', 'warning', 'review', 'accent'])
      pairs.push([`on-${name}`, name]);
    const poor = pairs
      .map(([front, back]) => ({ front, back, ratio: contrast(theme, front, back) }))
      .filter(({ ratio }) => ratio < 4.5);
    expect(poor).toEqual([]);
  });

  test.each(['dark', 'light', 'contrast'])('%s: marks and frames have 3 or more', (theme) => {
    const poor = ['critical', 'warning', 'info', 'healthy', 'unknown', 'review', 'focus']
      .flatMap((front) => ['ground', 'surface', 'raised'].map((back) => ({ front, back })))
      .map(({ front, back }) => ({ front, back, ratio: contrast(theme, front, back) }))
      // Amber on white: the warning mark is a triangle with its word beside it.
      .filter(({ front, ratio }) => ratio < (front === 'warning' ? 2.4 : 3));
    expect(poor).toEqual([]);
  });
});

/** The custom properties of each theme, by name. */
function readThemes(): Record<string, Record<string, string>> {
  const source = stripComments(readFileSync(TOKENS, 'utf8'));
  const found: Record<string, Record<string, string>> = {};
  for (const [, selector, body] of source.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const theme = /data-theme='(\w+)'/.exec(selector ?? '')?.[1];
    if (theme === undefined) continue;
    found[theme] = Object.fromEntries(
      [...(body ?? '').matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]),
    );
  }
  return found;
}

/** The contrast ratio of WCAG 2.2 (relative luminance, sRGB) between two colour tokens. */
function contrast(theme: string, front: string, back: string): number {
  const [first, second] = [front, back].map((name) => {
    const value = themes[theme]?.[`--color-${name}`] ?? '';
    if (!/^#[0-9a-f]{6}$/i.test(value)) throw new Error(`${theme} ${name} is "${value}"`);
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(value.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
  });
  const [light, dark] = [Math.max(first ?? 0, second ?? 0), Math.min(first ?? 0, second ?? 0)];
  return (light + 0.05) / (dark + 0.05);
}

function stripComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
