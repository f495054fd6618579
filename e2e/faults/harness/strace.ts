import { readFileSync } from 'node:fs';

/** System calls that are broken on their way, and recorded, by strace (Debian's package). */

/** What strace is to do, in its own words: `pwrite64:signal=KILL:when=17`. */
export type Injection = string;

/**
 * Words before a program: it runs as ever, but for what is injected. strace counts system calls by
 * thread; a journal is written by the main thread alone.
 */
export function broken(...injections: readonly Injection[]): string[] {
  return brokenInto('/dev/null', injections);
}

/** The same, and each call of an injected kind is a line of the file: see `injectedIn`. */
export function brokenInto(file: string, injections: readonly Injection[]): string[] {
  const calls = [...new Set(injections.map((injection) => injection.split(':')[0]))];
  // The filter keeps every other system call at its own speed, but strace 6.1 sends no signal then.
  const kills = injections.some((injection) => injection.includes('signal='));
  return [
    'strace',
    '-f',
    ...(kills ? [] : ['--seccomp-bpf']),
    '-qq',
    '-o',
    file,
    '-e',
    `trace=${calls.join(',')}`,
    ...injections.flatMap((injection) => ['-e', `inject=${injection}`]),
  ];
}

/** How many calls really failed for the injection, by what strace wrote. */
export function injectedIn(file: string): number {
  return readFileSync(file, 'latin1').split('(INJECTED)').length - 1;
}

/** Words before a program: everything that it does to files goes into `file`, with all bytes. */
export function recorded(file: string): string[] {
  return [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-xx',
    '-s',
    '4000000',
    '-o',
    file,
    '-e',
    `trace=${RECORDED.join(',')}`,
  ];
}

const RECORDED = [
  'openat',
  'close',
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'fsync',
  'fdatasync',
  'ftruncate',
  'fallocate',
  'mkdir',
  'unlink',
  'rename',
];

/** One thing that was done to a file, in the order in which it was done. */
export type FileOperation =
  | { readonly what: 'open'; readonly path: string; readonly made: boolean; readonly cut: boolean }
  | {
      readonly what: 'write';
      readonly path: string;
      readonly at: number;
      readonly bytes: Buffer;
    }
  | { readonly what: 'truncate'; readonly path: string; readonly size: number }
  | { readonly what: 'sync'; readonly path: string }
  | { readonly what: 'make-folder'; readonly path: string }
  | { readonly what: 'remove'; readonly path: string }
  | { readonly what: 'rename'; readonly path: string; readonly to: string }
  /** Bytes that left through a socket or a pipe. */
  | { readonly what: 'send'; readonly bytes: Buffer };

/**
 * Reads what `recorded` wrote: what was done below one folder, and what was sent.
 * @throws where a system call appears that this does not understand: better than a wrong picture
 */
export function readRecording(text: string, below: string): FileOperation[] {
  const operations: FileOperation[] = [];
  const paths = new Map<number, string>();
  const places = new Map<number, number>();
  const sizes = new Map<string, number>();
  const seen = new Set<string>();
  for (const call of calls(text)) {
    const { name, given, result } = call;
    if (result < 0) continue;
    const [first = '', second = '', third = '', fourth = ''] = given;
    const path = paths.get(Number(first));
    const inside = (name: string): boolean => name === below || name.startsWith(`${below}/`);
    switch (name) {
      case 'openat': {
        const opened = bytesOf(second).toString();
        paths.set(result, opened);
        places.set(result, third.includes('O_APPEND') ? (sizes.get(opened) ?? 0) : 0);
        const cut = third.includes('O_TRUNC');
        if (cut) sizes.set(opened, 0);
        if (inside(opened) && !third.includes('O_DIRECTORY')) {
          const made = third.includes('O_CREAT') && !seen.has(opened);
          seen.add(opened);
          if (made || cut) operations.push({ what: 'open', path: opened, made, cut });
        }
        break;
      }
      case 'close':
        paths.delete(Number(first));
        break;
      case 'pwrite64':
      case 'write': {
        const bytes = bytesOf(second).subarray(0, result);
        if (path === undefined) operations.push({ what: 'send', bytes });
        else {
          const at = name === 'write' ? (places.get(Number(first)) ?? 0) : Number(fourth);
          if (name === 'write') places.set(Number(first), at + bytes.length);
          sizes.set(path, Math.max(sizes.get(path) ?? 0, at + bytes.length));
          if (inside(path)) operations.push({ what: 'write', path, at, bytes });
        }
        break;
      }
      case 'writev':
        if (path !== undefined && inside(path)) throw new Error(`writev to ${path}`);
        operations.push({ what: 'send', bytes: vectorOf(second) });
        break;
      case 'fsync':
      case 'fdatasync':
        if (path !== undefined && inside(path)) operations.push({ what: 'sync', path });
        break;
      case 'ftruncate':
        if (path !== undefined && inside(path)) {
          sizes.set(path, Number(second));
          operations.push({ what: 'truncate', path, size: Number(second) });
        }
        break;
      case 'mkdir': {
        const made = bytesOf(first).toString();
        if (inside(made)) operations.push({ what: 'make-folder', path: made });
        break;
      }
      case 'unlink': {
        const removed = bytesOf(first).toString();
        seen.delete(removed);
        sizes.delete(removed);
        if (inside(removed)) operations.push({ what: 'remove', path: removed });
        break;
      }
      case 'rename': {
        const [from, to] = [bytesOf(first).toString(), bytesOf(second).toString()];
        seen.add(to);
        seen.delete(from);
        if (inside(from)) operations.push({ what: 'rename', path: from, to });
        break;
      }
      default:
        if (path !== undefined && inside(path)) throw new Error(`${name} on ${path}`);
    }
  }
  return operations;
}

interface Call {
  readonly name: string;
  readonly given: string[];
  readonly result: number;
}

/** Whole calls, also those that strace tells in two halves because another thread came between. */
function* calls(text: string): Generator<Call> {
  const halves = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith(' <unfinished ...>')) {
      halves.set(thread, rest.slice(0, -' <unfinished ...>'.length));
      continue;
    }
    const [, resumed] = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest) ?? [];
    const whole = resumed === undefined ? rest : `${halves.get(thread) ?? ''}${resumed}`;
    const open = whole.indexOf('(');
    const [end = '', result = ''] = /\) += (-?\d+|\?)[^=]*$/.exec(whole) ?? [];
    // Signals, ends of threads, and calls that a kill never let come back.
    if (open < 0 || result === '' || result === '?') continue;
    yield {
      name: whole.slice(0, open),
      given: whole.slice(open + 1, -end.length).split(', '),
      result: Number(result),
    };
  }
}

/** The bytes of a string as `-xx` prints it. */
function bytesOf(text: string): Buffer {
  if (text.endsWith('...')) throw new Error('strace cut a string short');
  return Buffer.from(text.slice(1, -1).replaceAll('\\x', ''), 'hex');
}

/** The bytes of `[{iov_base="…", iov_len=…}, …]`; the parts were split at commas. */
function vectorOf(text: string): Buffer {
  const [, base = '""'] = /iov_base=("[^"]*")/.exec(text) ?? [];
  return bytesOf(base);
}
