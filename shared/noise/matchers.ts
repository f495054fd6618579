import type { Matcher } from '../facts/matcher.ts';
import { re2Pattern } from '../kit/re2-pattern.ts';
import { fail, ok, type Result } from '../kit/result.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether labels fit every matcher of a list. */
export type LabelTest = (labels: Labels) => boolean;

/** Why a matcher cannot be used, or null. */
export function matcherProblem(matcher: Matcher): string | null {
  if (!matcher.isRegex) return null;
  const pattern = re2Pattern(matcher.value);
  return typeof pattern === 'string' ? `${matcher.name}: ${pattern}` : null;
}

/**
 * A test for labels, compiled once. A label that is not there counts as ''. A list with a pattern that
 * cannot be used fits nothing, so that a broken rule hides no alert.
 */
export function labelTest(matchers: readonly Matcher[]): LabelTest {
  const tests: LabelTest[] = [];
  for (const { name, value, isRegex, isEqual } of matchers) {
    const of = (labels: Labels): string =>
      Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
    if (!isRegex) {
      tests.push((labels) => (of(labels) === value) === isEqual);
      continue;
    }
    const pattern = re2Pattern(value);
    if (typeof pattern === 'string') return () => false;
    // Few values come again and again: a pattern is asked once for each.
    const known = new Map<string, boolean>();
    tests.push((labels) => {
      const text = of(labels);
      let fits = known.get(text);
      if (fits === undefined) {
        fits = pattern.fits(text);
        if (known.size >= KNOWN_VALUES) known.clear();
        known.set(text, fits);
      }
      return fits === isEqual;
    });
  }
  return (labels) => tests.every((test) => test(labels));
}

const KNOWN_VALUES = 10_000;

/** `service="pay", zone=~"a|b"`: as Alertmanager writes matchers. */
export function matchersText(matchers: readonly Matcher[]): string {
  return matchers
    .map(({ name, value, isRegex, isEqual }) => {
      const shown = PLAIN_NAME.test(name) ? name : quoted(name);
      return `${shown}${operator(isRegex, isEqual)}${quoted(value)}`;
    })
    .join(', ');
}

/**
 * Matchers as a person or an Alertmanager configuration writes them: separated by commas, in braces or
 * not, values and names in quotes or not (prometheus/alertmanager, docs/configuration.md: matcher).
 * An error names the character at which it stands.
 */
export function readMatchers(text: string): Result<Matcher[], string> {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1) : trimmed;
  const matchers: Matcher[] = [];
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(inner[at] ?? '')) at += 1;
  };
  const here = (what: string): Result<Matcher[], string> =>
    fail(`${what} at character ${at + 1} of ${JSON.stringify(inner.slice(0, 80))}`);
  for (;;) {
    skip();
    if (at >= inner.length) break;
    const name = word(inner, at, /[^\s=!~,{}"]/);
    if (name === null) return here('a quote is not closed');
    if (name.text === '') return here('a label name is missing');
    at = name.end;
    skip();
    const sign = /^(?:=~|!~|!=|=)/.exec(inner.slice(at, at + 2))?.[0];
    if (sign === undefined) return here('one of = != =~ !~ is missing');
    at += sign.length;
    skip();
    const value = word(inner, at, /[^,{}"]/);
    if (value === null) return here('a quote is not closed');
    at = value.end;
    skip();
    const matcher: Matcher = {
      name: name.text,
      value: value.isQuoted ? value.text : value.text.trim(),
      isRegex: sign.endsWith('~'),
      isEqual: sign.startsWith('='),
    };
    const problem = matcherProblem(matcher);
    if (problem !== null) return fail(problem);
    matchers.push(matcher);
    if (at >= inner.length) break;
    if (inner[at] !== ',') return here('a comma is missing');
    at += 1;
  }
  return ok(matchers);
}

interface Word {
  readonly text: string;
  readonly end: number;
  readonly isQuoted: boolean;
}

/** A word in quotes, or as long as its characters are plain; null when a quote is not closed. */
function word(text: string, start: number, plain: RegExp): Word | null {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && plain.test(text[end] ?? '')) end += 1;
    return { text: text.slice(start, end), end, isQuoted: false };
  }
  let read = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') return { text: read, end: at + 1, isQuoted: true };
    if (character === '\\' && at + 1 < text.length) {
      at += 1;
      const next = text[at] ?? '';
      // As Alertmanager reads it: other escapes keep their backslash, which patterns need.
      read += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
    } else {
      read += character;
    }
  }
  return null;
}

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function operator(isRegex: boolean, isEqual: boolean): string {
  return `${isEqual ? '=' : '!'}${isRegex ? '~' : isEqual ? '' : '='}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
