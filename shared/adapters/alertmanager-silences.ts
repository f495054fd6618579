import type { FactDraft } from '../facts/fact.ts';
import type { Matcher } from '../facts/matcher.ts';
import { silenceThing } from '../facts/silence.ts';
import type { ProblemCode } from '../facts/problem-code.ts';
import { MINUTE_MS } from '../kit/time.ts';
import type { Adapter, AdapterContext, Problem } from './adapter.ts';
import {
  adaptRecords,
  cut,
  isObject,
  member,
  naming,
  problem,
  readTime,
  textMember,
  wellFormed,
  within,
} from './record.ts';

/**
 * `GET /api/v2/silences` (api/v2/openapi.yaml: gettableSilences), or one silence. The fact stands at
 * the silence's own last change, so that a listing that says the same again is the same fact.
 */
export const alertmanagerSilences: Adapter = {
  format: 'alertmanager-silences',
  speaks: 'alertmanager',
  intervalMs: 5 * MINUTE_MS,
  adapt: (bytes, context) => adaptRecords(bytes, context, silenceOf),
};

/** One silence as Alertmanager tells it; null when it is refused (problems say why). */
export function silenceOf(
  sent: unknown,
  place: string,
  { now, source }: AdapterContext,
  problems: Problem[],
): FactDraft | null {
  const refuse = (code: ProblemCode, key: string, reason: string): null => {
    problems.push(problem('refused', code, within(place, key), reason, sent));
    return null;
  };
  if (!isObject(sent))
    return refuse('wrong-type', '', `a silence is an object, not ${naming(sent)}`);
  const silenceId = textMember(sent, 'id');
  if (silenceId === undefined || silenceId.length > 200) {
    return refuse('missing', 'id', 'a silence has an id of at most 200 characters');
  }
  const matchers = matchersOf(member(sent, 'matchers'));
  if (typeof matchers === 'string') return refuse('wrong-value', 'matchers', matchers);
  const startsAt = readTime(member(sent, 'startsAt'));
  if (typeof startsAt !== 'number')
    return refuse('wrong-time', 'startsAt', 'not a time (RFC 3339)');
  const endsAt = readTime(member(sent, 'endsAt'));
  if (typeof endsAt !== 'number') return refuse('wrong-time', 'endsAt', 'not a time (RFC 3339)');
  const updatedAt = readTime(member(sent, 'updatedAt'));
  // As of its last change: what time alone makes of it is read by the reader's clock, and a listing
  // that only tells that an hour passed is no news.
  const at = typeof updatedAt === 'number' ? updatedAt : startsAt;
  const state = endsAt <= at ? 'expired' : startsAt > at ? 'pending' : 'active';
  return {
    kind: 'silence.listed',
    v: 1,
    thing: silenceThing(silenceId),
    at,
    heardAt: now,
    source,
    body: {
      silenceId,
      matchers,
      startsAt,
      endsAt,
      createdBy: cut(textMember(sent, 'createdBy') ?? '', 200),
      comment: cut(textMember(sent, 'comment') ?? '', 4_000),
      state,
    },
  };
}

/** The conditions, or why they are none. */
function matchersOf(sent: unknown): Matcher[] | string {
  if (!Array.isArray(sent) || sent.length === 0) return 'a silence has matchers';
  if (sent.length > 100) return `${sent.length} matchers, more than 100`;
  const matchers: Matcher[] = [];
  for (const [index, one] of sent.entries()) {
    const name = textMember(one, 'name');
    const value = isObject(one) ? member(one, 'value') : undefined;
    if (name === undefined || name.length > 1_024) return `[${index}] names no label`;
    if (typeof value !== 'string' || value.length > 8_192) return `[${index}] has no value`;
    const isRegex = isObject(one) && member(one, 'isRegex') === true;
    // Absent before Alertmanager 0.22: a matcher was always an equal.
    const isEqual = !isObject(one) || member(one, 'isEqual') !== false;
    matchers.push({ name, value: wellFormed(value), isRegex, isEqual });
  }
  return matchers;
}
