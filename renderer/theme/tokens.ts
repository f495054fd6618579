/** Tokens for code that draws on a canvas: the computed values of tokens.css. */

const COLORS = [
  'ground',
  'surface',
  'raised',
  'hover',
  'selected',
  'line',
  'line-strong',
  /** A call on the map that is nobody's trouble. */
  'edge',
  'text',
  'text-soft',
  'text-faint',
  'accent',
  'focus',
  'critical',
  'critical-text',
  'critical-surface',
  'on-critical',
  'warning',
  'warning-text',
  'warning-surface',
  'on-warning',
  'info',
  'info-text',
  'info-surface',
  'healthy',
  'healthy-text',
  'unknown',
  'unknown-text',
  'unknown-surface',
  'review',
  'review-text',
  'review-surface',
  'people',
  'change',
] as const;
export type ColorName = (typeof COLORS)[number];

export interface CanvasTokens {
  /** `colors['critical']` is the value of `--color-critical`. */
  readonly colors: Readonly<Record<ColorName, string>>;
  readonly fontText: string;
  readonly fontMono: string;
  /** Sizes in CSS pixels. */
  readonly textXs: number;
  readonly textS: number;
  readonly textM: number;
  readonly rowHeight: number;
}

let cached: CanvasTokens | null = null;
const listeners = new Set<(tokens: CanvasTokens) => void>();

/** The tokens as the current theme has them; read once a theme. */
export function canvasTokens(): CanvasTokens {
  cached ??= readTokens();
  return cached;
}

/** Calls the listener after every change of theme; the answer stops it. */
export function onTokensChanged(listener: (tokens: CanvasTokens) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Puts a theme on the document and tells those who draw. */
export function applyTheme(theme: 'dark' | 'light' | 'contrast'): void {
  document.documentElement.dataset['theme'] = theme;
  cached = readTokens();
  for (const listener of listeners) listener(cached);
}

/** The value of a length token such as `--row-height`, in CSS pixels. */
export function tokenPixels(name: `--${string}`): number {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name);
  return Number.parseFloat(value) || 0;
}

function readTokens(): CanvasTokens {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const colors = Object.fromEntries(COLORS.map((name) => [name, read(`--color-${name}`)]));
  return {
    colors: colors as Record<ColorName, string>,
    fontText: read('--font-text'),
    fontMono: read('--font-mono'),
    textXs: Number.parseFloat(read('--text-xs')),
    textS: Number.parseFloat(read('--text-s')),
    textM: Number.parseFloat(read('--text-m')),
    rowHeight: Number.parseFloat(read('--row-height')),
  };
}
