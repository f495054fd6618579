import { parse, type ExpressionToken, type LiqeQuery } from 'liqe';
import { re2Pattern } from '../../../shared/kit/re2-pattern.ts';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { placeOf } from './place.ts';

/**
 * The language in which alerts are filtered, in the grammar of liqe (a Lucene dialect): words that must
 * each be found in name, service, summary, place or a label; `field:value` with `*` as a wildcard or a
 * `/pattern/`; AND, OR, NOT and parentheses. `key=value` and `key!=value` are understood as well, as
 * people who know Alertmanager write them. Fields are the labels and what `saidOf` knows beside them.
 * A text that is no query is looked for as words.
 */
type Test = (alert: AlertRow) => boolean;

export function readQuery(text: string): Test {
  if (text.trim() === '') return () => true;
  const query = parsed(text);
  return query === null ? wordsTest(text) : testOf(query);
}

/** The character from which on a text is no query (from 1), or null. */
export function queryProblem(text: string): number | null {
  if (text.trim() === '') return null;
  try {
    parse(translated(text));
    return null;
  } catch (error) {
    const { offset } = error as { offset?: number };
    // Not finished rather than wrong, such as an open quote: the end is where more is missing.
    return Math.min(text.length, (offset ?? text.length - 1) + 1);
  }
}

function parsed(text: string): LiqeQuery | null {
  try {
    return parse(translated(text));
  } catch {
    return null;
  }
}

const SAFE = /^[\w.*-]+$/;

/** `key=value` and `key!=value` in the grammar's own words. */
function translated(text: string): string {
  return text.replaceAll(
    /"[^"]*"?|([^\s"=!:()<>]+)(!?=)("[^"]*"|[^\s()]*)/g,
    (whole: string, key: string | undefined, sign: string, value: string) => {
      if (key === undefined) return whole;
      const plain = value.replaceAll('"', '');
      const shown = SAFE.test(plain) ? plain : `"${plain}"`;
      return `${sign === '!=' ? 'NOT ' : ''}${key}:${shown}`;
    },
  );
}

function wordsTest(text: string): Test {
  const words = text.toLowerCase().replaceAll('"', '').split(/\s+/).filter(Boolean);
  return (alert) => {
    const hay = hayOf(alert);
    return words.every((word) => hay.includes(word));
  };
}

function testOf(query: LiqeQuery): Test {
  switch (query.type) {
    case 'LogicalExpression': {
      const [left, right] = [testOf(query.left), testOf(query.right)];
      return query.operator.operator === 'OR'
        ? (alert) => left(alert) || right(alert)
        : (alert) => left(alert) && right(alert);
    }
    case 'UnaryOperator': {
      const operand = testOf(query.operand);
      return (alert) => !operand(alert);
    }
    case 'ParenthesizedExpression':
      return testOf(query.expression);
    case 'Tag': {
      const fits = valueTest(query.expression, query.operator?.operator ?? ':');
      if (fits === null) return () => true;
      if (query.field.type === 'ImplicitField') return (alert) => fits.within(hayOf(alert));
      const name = query.field.name.toLowerCase();
      const raw = `${name}:${rawOf(query.expression)}`;
      return (alert) => {
        const said = saidOf(alert, name);
        // `db-7:9090` reads as a field and is a word: nobody has a label of that name.
        return said === null ? hayOf(alert).includes(raw) : said.some((one) => fits.equals(one));
      };
    }
    default:
      return () => true;
  }
}

interface ValueTest {
  equals(said: string): boolean;
  within(hay: string): boolean;
}

/** Null where nothing is asked yet (`service:`). */
function valueTest(expression: ExpressionToken, operator: string): ValueTest | null {
  if (expression.type === 'RegexExpression') {
    const body = expression.value.replace(/^\//, '').replace(/\/[a-z]*$/, '');
    const pattern = re2Pattern(`(?i:.*(?:${body}).*)`);
    const fits = (said: string): boolean => typeof pattern !== 'string' && pattern.fits(said);
    return { equals: fits, within: fits };
  }
  if (expression.type === 'RangeExpression') {
    const { min, max, minInclusive, maxInclusive } = expression.range;
    const inside = (said: string): boolean => {
      const value = Number(said);
      return (
        (minInclusive ? value >= min : value > min) && (maxInclusive ? value <= max : value < max)
      );
    };
    return { equals: inside, within: () => false };
  }
  if (expression.type !== 'LiteralExpression') return null;
  const value = String(expression.value).toLowerCase();
  const compare = COMPARISONS[operator];
  if (compare !== undefined) {
    return { equals: (said) => compare(Number(said), Number(value)), within: () => false };
  }
  if (expression.quoted || !value.includes('*')) {
    return { equals: (said) => said.toLowerCase() === value, within: (hay) => hay.includes(value) };
  }
  const parts = value.split('*');
  return {
    equals: (said) => fitsParts(said.toLowerCase(), parts),
    within: (hay) => fitsParts(hay, ['', ...parts, '']),
  };
}

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  ':>': (left, right) => left > right,
  ':>=': (left, right) => left >= right,
  ':<': (left, right) => left < right,
  ':<=': (left, right) => left <= right,
};

/** Whether a text is these parts with anything between them; found greedily, in linear time. */
function fitsParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

function rawOf(expression: ExpressionToken): string {
  return expression.type === 'LiteralExpression' ? String(expression.value).toLowerCase() : '';
}

/** Fields that an alert has beside its labels. */
const FIELDS = [
  'service',
  'severity',
  'status',
  'source',
  'unit',
  'cell',
  'zone',
  'city',
  'shard',
  'alertname',
  'assigned',
  'acknowledged',
  'held',
] as const;

/** What an alert says under a name, or null when there is no such name; compared without case. */
function saidOf(alert: AlertRow, name: string): readonly string[] | null {
  const { labels } = alert;
  // Nearly every label is written small: then nothing is looked through.
  const said = Object.hasOwn(labels, name)
    ? [labels[name] ?? '']
    : Object.keys(labels)
        .filter((label) => label.toLowerCase() === name)
        .map((label) => labels[label] ?? '');
  const own = ownOf(alert, name);
  return own === null ? (said.length > 0 ? said : null) : [...said, ...own];
}

function ownOf(alert: AlertRow, name: string): readonly string[] | null {
  switch (name) {
    case 'unit':
    case 'cell':
    case 'zone':
    case 'city':
    case 'shard':
    case 'service':
    case 'assigned':
      return listOf(alert[name]);
    case 'alertname':
      return [alert.name];
    case 'severity':
    case 'status':
      return [alert[name]];
    case 'source':
      return alert.sources.map(({ source }) => source);
    case 'acknowledged':
      return listOf(alert.acknowledged?.by ?? null);
    case 'held':
      return listOf(alert.held?.stage ?? null);
    default:
      return null;
  }
}

function listOf(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}

const OFFERED = 8;
const LOOKED_AT = 2_000;

/** The text with its last word completed to a field, or to a value that alerts have of it. */
export function completions(text: string, alerts: readonly AlertRow[]): string[] {
  const last = /[^\s()]*$/.exec(text)?.[0] ?? '';
  if (last === '' || last.includes('"')) return [];
  const before = text.slice(0, text.length - last.length);
  const asked = /^([^:=!]+)(:|!?=)(.*)$/.exec(last);
  const seen = alerts.slice(0, LOOKED_AT);
  const found = new Set<string>();
  if (asked === null) {
    const begun = last.toLowerCase();
    for (const field of FIELDS) if (field.startsWith(begun)) found.add(`${field}:`);
    for (const { labels } of seen) {
      for (const label of Object.keys(labels)) {
        if (label.toLowerCase().startsWith(begun)) found.add(`${label}:`);
      }
      if (found.size > OFFERED) break;
    }
  } else {
    const [, field = '', sign = ':', begun = ''] = asked;
    for (const alert of seen) {
      for (const value of saidOf(alert, field.toLowerCase()) ?? []) {
        if (!value.toLowerCase().startsWith(begun.toLowerCase())) continue;
        found.add(`${field}${sign}${SAFE.test(value) ? value : `"${value}"`}`);
      }
      if (found.size > OFFERED) break;
    }
  }
  return [...found].slice(0, OFFERED).map((word) => before + word);
}

/**
 * Makes ready what words are looked for in, while nothing else is to be done: the first letter that is
 * typed must not wait for it. The answer stops it.
 */
export function makeReady(alerts: readonly AlertRow[]): () => void {
  let next = 0;
  const step = (deadline: IdleDeadline): void => {
    while (next < alerts.length && deadline.timeRemaining() > 1) {
      const alert = alerts[next];
      if (alert !== undefined) hayOf(alert);
      next += 1;
    }
    if (next < alerts.length) handle = requestIdleCallback(step);
  };
  let handle = requestIdleCallback(step);
  return () => cancelIdleCallback(handle);
}

const hays = new WeakMap<AlertRow, string>();

/** Everything that words are looked for in. Rows keep their identity, so it is made once a row. */
function hayOf(alert: AlertRow): string {
  let hay = hays.get(alert);
  if (hay === undefined) {
    hay = [
      alert.name,
      alert.service ?? '',
      alert.summary,
      ...placeOf(alert),
      ...Object.values(alert.labels),
    ]
      .join('\n')
      .toLowerCase();
    hays.set(alert, hay);
  }
  return hay;
}
