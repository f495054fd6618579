import type { ProblemCode } from '../facts/problem-code.ts';
import { isObject, member, naming, type JsonObject } from './record.ts';

/**
 * Reads the members of a record one by one and stops at the first that is wrong. A schema library
 * gathers all that is wrong with every record: a small post of many empty records took seconds.
 */
export interface Fault {
  /** The member, with the place inside it where there is one; '' for the record itself. */
  readonly key: string;
  readonly code: ProblemCode;
  readonly reason: string;
}

/** What one member must be; null when it is. */
export type FieldCheck = (value: unknown) => (Omit<Fault, 'key'> & { key?: string }) | null;

/** The first fault of a record against the checks of its members, in their order. */
export function firstFault(
  record: JsonObject,
  checks: Readonly<Record<string, FieldCheck>>,
): Fault | null {
  for (const key of Object.keys(checks)) {
    const fault = checks[key]?.(member(record, key)) ?? null;
    if (fault === null) continue;
    const within = fault.key === undefined ? '' : `.${fault.key}`;
    return { key: key + within, code: fault.code, reason: fault.reason };
  }
  return null;
}

/** A text of so many UTF-16 code units. */
export function text(
  length: { readonly min?: number; readonly max: number },
  allowed?: { readonly pattern: RegExp; readonly reason: string },
): FieldCheck {
  return (value) => {
    if (value === undefined || value === null) return { code: 'missing', reason: 'is missing' };
    if (typeof value !== 'string') return wrongType('a text', value);
    if (value.length < (length.min ?? 0)) return { code: 'wrong-value', reason: 'is empty' };
    if (value.length > length.max) {
      return { code: 'too-large', reason: `${value.length} characters, more than ${length.max}` };
    }
    if (allowed && !allowed.pattern.test(value)) {
      return { code: 'wrong-value', reason: allowed.reason };
    }
    return null;
  };
}

/** What may be left out, or be null. */
export function optional(check: FieldCheck): FieldCheck {
  return (value) => (value === undefined || value === null ? null : check(value));
}

export function oneOf(words: readonly string[]): FieldCheck {
  return (value) =>
    typeof value === 'string' && words.includes(value)
      ? null
      : {
          code: value === undefined ? 'missing' : 'wrong-value',
          reason: `expected one of ${words.join(', ')}, got ${naming(value)}`,
        };
}

/** A whole number from 1 on. */
export const count: FieldCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1
    ? null
    : { code: 'wrong-value', reason: `expected a whole number from 1 on, got ${naming(value)}` };

export function listOf(check: FieldCheck, max: number): FieldCheck {
  return (value) => {
    if (!Array.isArray(value)) return wrongType('a list', value);
    if (value.length > max) {
      return { code: 'too-large', reason: `${value.length} entries, more than ${max}` };
    }
    for (const [index, entry] of value.entries()) {
      const fault = check(entry);
      if (fault !== null) return { ...fault, key: String(index) };
    }
    return null;
  };
}

/** An object whose members are all texts; `__proto__` is nobody's name and is passed over. */
export function texts(nameLength: number, valueLength: number): FieldCheck {
  const check = text({ max: valueLength });
  return (value) => {
    if (!isObject(value)) return wrongType('an object', value);
    for (const name of Object.keys(value)) {
      if (name === '__proto__') continue;
      const fault =
        name.length > nameLength
          ? { code: 'too-large' as const, reason: `a name has at most ${nameLength} characters` }
          : check(value[name]);
      if (fault !== null) return { ...fault, key: name.slice(0, 100) };
    }
    return null;
  };
}

/** An object with these members and no others. */
export function only(checks: Readonly<Record<string, FieldCheck>>): FieldCheck {
  return (value) => {
    if (!isObject(value)) return wrongType('an object', value);
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(checks, name)) {
        return { key: name.slice(0, 100), code: 'wrong-value', reason: 'is not known here' };
      }
    }
    return firstFault(value, checks);
  };
}

function wrongType(expected: string, value: unknown): Omit<Fault, 'key'> {
  return { code: 'wrong-type', reason: `expected ${expected}, got ${naming(value)}` };
}
