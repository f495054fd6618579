/** One property of an iCalendar: RFC 5545 §3.1. */
export interface ContentLine {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** In upper case. */
  readonly name: string;
  /** By name in upper case, without quotes; of several values the first. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/**
 * Takes the folding away and reads names, parameters and values; a line that is none comes as the
 * number of the line it begins on.
 */
export function contentLines(text: string): (ContentLine | number)[] {
  const lines: (ContentLine | number)[] = [];
  let begun = 0;
  let parts: string[] = [];
  const end = (): void => {
    const whole = parts.join('');
    if (whole.trim() !== '') lines.push(readLine(whole, begun) ?? begun);
    parts = [];
  };
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((physical, index) => {
      if (/^[ \t]/.test(physical) && parts.length > 0) {
        parts.push(physical.slice(1));
        return;
      }
      end();
      begun = index + 1;
      parts.push(physical);
    });
  end();
  return lines;
}

function readLine(whole: string, line: number): ContentLine | null {
  const name = /^[A-Za-z0-9-]+/.exec(whole)?.[0];
  if (name === undefined) return null;
  const parameters = new Map<string, string>();
  let place = name.length;
  while (whole[place] === ';') {
    const equals = whole.indexOf('=', place);
    if (equals === -1) return null;
    const [value, end] = parameterValue(whole, equals + 1);
    const parameter = whole.slice(place + 1, equals).toUpperCase();
    if (!parameters.has(parameter)) parameters.set(parameter, value);
    place = end;
  }
  if (whole[place] !== ':') return null;
  return { line, name: name.toUpperCase(), parameters, value: whole.slice(place + 1) };
}

/** The first of the values, and where the parameter ends. */
function parameterValue(whole: string, from: number): readonly [string, number] {
  let first: string | null = null;
  let place = from;
  for (;;) {
    const begun = place;
    if (whole[place] === '"') {
      const quote = whole.indexOf('"', place + 1);
      place = quote === -1 ? whole.length : quote + 1;
      first ??= whole.slice(begun + 1, quote === -1 ? whole.length : quote);
    } else {
      while (place < whole.length && !',;:'.includes(whole[place] as string)) place += 1;
      first ??= whole.slice(begun, place);
    }
    if (whole[place] !== ',') return [first, place];
    place += 1;
  }
}

/** A TEXT value without its escapes: RFC 5545 §3.3.11. */
export function unescapeText(value: string): string {
  return value.replaceAll(/\\([nN,;\\])/g, (_, character: string) =>
    character === 'n' || character === 'N' ? '\n' : character,
  );
}
