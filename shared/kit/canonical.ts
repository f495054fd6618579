/** What JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * The one text of a JSON value: keys sorted by UTF-16 code unit, no white space, numbers as
 * ECMAScript prints them (RFC 8785's rules). Keys whose value is `undefined` are left out, as
 * JSON.stringify does.
 * @throws TypeError for NaN, infinities and anything that JSON cannot hold
 */
export function canonicalJson(value: unknown): string {
  const sorted = inOrder(value);
  return sorted === UNSORTABLE ? written(value) : JSON.stringify(sorted);
}

/** No object prints its keys in the order that is wanted here: they look like array indices. */
const UNSORTABLE = Symbol('unsortable');

/**
 * The value itself where the engine's own text of it is the canonical one, else a copy of which
 * that holds: JSON.stringify is several times as fast as building the text here.
 */
function inOrder(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') {
    assertJson(value);
    return value;
  }
  if (value === null) return value;
  if (Array.isArray(value)) return listInOrder(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return UNSORTABLE;
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record);
  let copied: Record<string, unknown> | null = null;
  for (let index = 1; index < keys.length; index += 1) {
    if (follows(keys[index] as string, keys[index - 1] as string)) continue;
    keys.sort();
    copied = {};
    break;
  }
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    const member = record[key];
    if (copied !== null && !isCopyable(key)) return UNSORTABLE;
    if (member === undefined) continue;
    const sorted = typeof member === 'string' ? member : inOrder(member);
    if (sorted === UNSORTABLE) return UNSORTABLE;
    if (copied !== null) {
      copied[key] = sorted;
    } else if (sorted !== member) {
      if (!keys.every(isCopyable)) return UNSORTABLE;
      copied = {};
      for (let done = 0; done < index; done += 1)
        copied[keys[done] as string] = record[keys[done] as string];
      copied[key] = sorted;
    }
  }
  return copied ?? value;
}

function listInOrder(list: readonly unknown[]): unknown {
  let copied: unknown[] | null = null;
  for (let index = 0; index < list.length; index += 1) {
    const member = list[index];
    if (member === undefined) continue;
    const sorted = inOrder(member);
    if (sorted === UNSORTABLE) return UNSORTABLE;
    if (sorted === member) continue;
    copied ??= list.slice();
    copied[index] = sorted;
  }
  return copied ?? list;
}

/** Whether a key sorts after another; most differ in their first character. */
function follows(key: string, before: string): boolean {
  const first = key.charCodeAt(0);
  const firstBefore = before.charCodeAt(0);
  return first > firstBefore || (!(first < firstBefore) && key > before);
}

/** Keys that look like numbers move to the front of an object, and `__proto__` is no key by assignment. */
function isCopyable(key: string): boolean {
  const first = key.charCodeAt(0);
  return !(first >= 48 && first <= 57) && key !== '__proto__';
}

function assertJson(value: unknown): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new TypeError('canonicalJson: a number that is not finite');
    }
  } else if (typeof value !== 'string' && typeof value !== 'boolean') {
    throw new TypeError(`canonicalJson: ${typeof value} is not JSON`);
  }
}

/** The text built here, key by key. */
function written(value: unknown): string {
  if (typeof value !== 'object') {
    assertJson(value);
    return JSON.stringify(value);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    let text = '[';
    for (let index = 0; index < value.length; index += 1) {
      if (index > 0) text += ',';
      text += value[index] === undefined ? 'null' : written(value[index]);
    }
    return `${text}]`;
  }
  const record = value as Record<string, unknown>;
  let text = '{';
  let first = true;
  for (const key of Object.keys(record).sort()) {
    const member = record[key];
    if (member === undefined) continue;
    if (!first) text += ',';
    first = false;
    text += `${JSON.stringify(key)}:${written(member)}`;
  }
  return `${text}}`;
}
