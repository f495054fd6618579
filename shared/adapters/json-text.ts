import { fail, ok, type Result } from '../kit/result.ts';

/**
 * JSON from bytes, with the byte offset of the first error. The engine's own messages name a place
 * only sometimes, in characters, and in words that change from version to version.
 */
export interface JsonError {
  /** Offset into the bytes at which reading failed; the length when the end came too early. */
  readonly offset: number;
  readonly code: 'not-utf8' | 'not-json';
  readonly reason: string;
}

// Both worlds have it; the realm's type library (neither DOM nor Node) does not name it.
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: boolean },
) => { decode(bytes: Uint8Array): string };

const UTF8_BOM_LENGTH = 3;

export function parseJsonBytes(bytes: Uint8Array): Result<unknown, JsonError> {
  const text = utf8Text(bytes);
  if (text === null) {
    return fail({ offset: firstInvalidUtf8(bytes), code: 'not-utf8', reason: 'not UTF-8' });
  }
  const lead = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? UTF8_BOM_LENGTH : 0;
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    const { index, reason } = locateJsonError(text);
    return fail({ offset: lead + utf8Length(text, index), code: 'not-json', reason });
  }
}

/** The text of bytes, or null where they are no UTF-8. */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Where the first byte lies that no UTF-8 text has there (RFC 3629). */
function firstInvalidUtf8(bytes: Uint8Array): number {
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index] ?? 0;
    const more =
      lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (more < 0 || (lead >= 0x80 && lead < 0xc2)) return index;
    for (let step = 1; step <= more; step += 1) {
      const next = bytes[index + step] ?? 0;
      const low = step > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = step > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (next < low || next > high) return index;
    }
    index += more + 1;
  }
  return index;
}

function utf8Length(text: string, upTo: number): number {
  let length = 0;
  for (let index = 0; index < upTo; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      length += 4;
      index += 1;
    } else length += 3;
  }
  return length;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
/** What stands in a string without an escape. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * Walks a text that is not JSON (RFC 8259) up to where it stops being it. Keeps its own stack:
 * a body of a million brackets must not end the process.
 */
function locateJsonError(text: string): { index: number; reason: string } {
  let at = 0;
  const stack: ('{' | '[')[] = [];
  let expect: 'value' | 'value or ]' | 'key or }' | 'key' | 'comma' = 'value';

  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  };
  const string = (): string | null => {
    at += 1;
    for (;;) {
      at += match(PLAIN);
      const unit = text[at];
      if (unit === '"') {
        at += 1;
        return null;
      }
      if (unit === undefined) return 'the text ends inside a string';
      if (unit !== '\\') return 'a control character inside a string';
      const length = match(ESCAPE);
      if (length === 0) {
        if (text.length - at < 6 && /^\\(?:u[0-9a-fA-F]{0,3})?$/.test(text.slice(at))) {
          at = text.length;
          return 'the text ends inside a string';
        }
        return 'an escape that JSON does not have';
      }
      at += length;
    }
  };

  for (;;) {
    at += match(SPACE);
    const unit = text[at];
    if (unit === undefined) {
      const whole = stack.length === 0 && expect === 'comma';
      return { index: at, reason: whole ? 'not JSON' : 'the text ends too early (truncated?)' };
    }
    if (expect === 'comma') {
      const open = stack.at(-1);
      if (open === undefined) return { index: at, reason: 'something follows the JSON value' };
      if (unit === ',') expect = open === '{' ? 'key' : 'value';
      else if (unit === (open === '{' ? '}' : ']')) stack.pop();
      else return { index: at, reason: `expected "," or "${open === '{' ? '}' : ']'}"` };
      at += 1;
    } else if (expect === 'key' || expect === 'key or }') {
      if (unit === '}' && expect === 'key or }') {
        stack.pop();
        at += 1;
        expect = 'comma';
        continue;
      }
      if (unit !== '"') return { index: at, reason: 'expected a key in quotes' };
      const wrong = string();
      if (wrong !== null) return { index: at, reason: wrong };
      at += match(SPACE);
      if (text[at] === undefined)
        return { index: at, reason: 'the text ends too early (truncated?)' };
      if (text[at] !== ':') return { index: at, reason: 'expected ":"' };
      at += 1;
      expect = 'value';
    } else if (unit === ']' && expect === 'value or ]') {
      stack.pop();
      at += 1;
      expect = 'comma';
    } else if (unit === '{' || unit === '[') {
      stack.push(unit);
      at += 1;
      expect = unit === '{' ? 'key or }' : 'value or ]';
    } else {
      if (unit === '"') {
        const wrong = string();
        if (wrong !== null) return { index: at, reason: wrong };
      } else {
        const word = ['true', 'false', 'null'].find((name) => text.startsWith(name, at));
        const length = word?.length ?? match(NUMBER);
        if (length === 0) {
          const rest = text.slice(at, at + 5);
          const cut = ['true', 'false', 'null', '-0'].some((name) => name.startsWith(rest));
          return cut && rest.length < 5 && at + rest.length === text.length
            ? { index: text.length, reason: 'the text ends too early (truncated?)' }
            : { index: at, reason: 'expected a value' };
        }
        at += length;
      }
      expect = 'comma';
    }
  }
}
