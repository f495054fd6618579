export interface Fitted {
  readonly text: string;
  readonly width: number;
}

export interface TextFitter {
  /** The text, shortened with an ellipsis where it is wider than `most` CSS pixels. */
  fit(font: string, text: string, most: number): Fitted;
  /** One line, or two that break after a separator where one can be had. */
  wrap(font: string, text: string, most: number): readonly Fitted[];
  width(font: string, text: string): number;
  clear(): void;
}

/** A name longer than this is measured no further. */
const LONGEST_BROKEN = 60;
const LONGEST_MEASURED = 300;
const ANY_WIDTH = 10_000;

/** Measures and shortens texts, and remembers what it measured. */
export function createTextFitter(): TextFitter {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  const known = new Map<string, Fitted>();
  const wrapped = new Map<string, readonly Fitted[]>();
  const measure = (font: string, text: string): number => {
    if (context === null) return text.length * 6;
    context.font = font;
    return context.measureText(text).width;
  };
  const fit = (font: string, given: string, most: number): Fitted => {
    const text = given.length > LONGEST_MEASURED ? `${given.slice(0, LONGEST_MEASURED)}…` : given;
    const key = `${font}\n${Math.round(most)}\n${text}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size > 20_000) known.clear();
    let fitted: Fitted = { text, width: measure(font, text) };
    if (fitted.width > most) {
      let low = 0;
      let high = text.length;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (measure(font, `${text.slice(0, middle)}…`) <= most) low = middle;
        else high = middle - 1;
      }
      const short = `${text.slice(0, low)}…`;
      fitted = { text: short, width: measure(font, short) };
    }
    known.set(key, fitted);
    return fitted;
  };
  const breakInTwo = (font: string, text: string, most: number): readonly Fitted[] => {
    const whole = fit(font, text, ANY_WIDTH);
    if (whole.width <= most) return [whole];
    const width = (part: string): number => fit(font, part, ANY_WIDTH).width;
    let split = 0;
    let best = Infinity;
    for (let end = 1; end < text.length && end < LONGEST_BROKEN; end++) {
      if (!/[-_./: ]/.test(text[end - 1] ?? '')) continue;
      const wider = Math.max(width(text.slice(0, end)), width(text.slice(end)));
      if (wider < best && width(text.slice(0, end)) <= most) {
        best = wider;
        split = end;
      }
    }
    if (split === 0) return [fit(font, text, most)];
    return [fit(font, text.slice(0, split), ANY_WIDTH), fit(font, text.slice(split), most)];
  };
  return {
    fit,
    wrap(font, text, most) {
      const key = `${font}\n${Math.round(most)}\n${text}`;
      const found = wrapped.get(key);
      if (found !== undefined) return found;
      if (wrapped.size > 20_000) wrapped.clear();
      const lines = breakInTwo(font, text, most);
      wrapped.set(key, lines);
      return lines;
    },
    width: (font, text) => fit(font, text, ANY_WIDTH).width,
    clear() {
      known.clear();
      wrapped.clear();
    },
  };
}
