import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Ask, RequestName } from '../../../shared/ipc/contract.ts';
import type { StatusRow } from '../../../shared/ipc/rows.ts';
import { projectFolder } from '../../../scripts/cache.ts';

export interface DeskSettings {
  readonly profile: string;
  readonly resources: string;
  readonly person?: string;
  readonly gateway?: { readonly address: string; readonly token: string };
  /** Thresholds of the disk's space, in bytes and ms. */
  readonly space?: Record<string, number>;
  /** From how many bytes on a write-ahead log is emptied, and holds the feed. */
  readonly logLimits?: { readonly emptyBytes: number; readonly heldBytes: number };
}

/** A desk whose program is loaded and that has opened nothing yet. */
export interface LoadedDesk {
  /** Opens the journal and answers the first query. @param began when its start began */
  go(began?: number): Promise<CrashDesk>;
  /** Ends it unused. */
  drop(): Promise<void>;
}

export interface DeskAsk {
  readonly id: number;
  readonly name: string;
  readonly body: unknown;
}

export interface DeskSays {
  readonly ready?: number;
  readonly status?: StatusRow;
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A desk's core in a process of its own (desk-process.ts). */
export interface CrashDesk {
  readonly pid: number;
  /** From the start of the process (where it was loaded ahead: from then on) to its first answer. */
  readonly startedMs: number;
  /** The newest status row that it told. */
  readonly status: () => StatusRow;
  /** Every status row that it told, in order. */
  readonly told: readonly StatusRow[];
  ask<Name extends RequestName>(name: Name, body: Ask<Name>): Promise<Answer<Name>>;
  /** Resolves at the first status row that fits, now or later; fails when the desk ends. */
  until(fits: (row: StatusRow) => boolean): Promise<StatusRow>;
  /** SIGKILL; resolves when it is gone. Returns how it ended before that, if it had. */
  kill(): Promise<string | null>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  readonly ended: () => string | null;
}

/** Starts it cold. Words before the program, e.g. strace with what it is to break. */
export function startDesk(
  settings: Omit<DeskSettings, 'resources'>,
  before: readonly string[] = [],
): Promise<CrashDesk> {
  const began = performance.now();
  return loadDesk(settings, before).go(began);
}

/** Loads the program ahead, so that many lives after another cost less than a start each. */
export function loadDesk(
  settings: Omit<DeskSettings, 'resources'>,
  before: readonly string[] = [],
): LoadedDesk {
  const resources = join(projectFolder, 'resources');
  const words = [
    ...before,
    process.execPath,
    join(import.meta.dirname, 'desk-process.ts'),
    JSON.stringify({ resources, ...settings }),
  ];
  const command = words.shift() ?? process.execPath;
  let began = performance.now();
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...COMPILED },
  });
  child.stdin.on('error', () => {});
  let errors = '';
  child.stderr.on('data', (part: Buffer) => (errors = (errors + part.toString()).slice(-4_000)));
  let ended: string | null = null;
  const gone = once(child, 'exit').then(([code, signal]) => {
    ended = `${(signal as string | null) ?? code}: ${errors}`;
    for (const { reject } of waiting.splice(0)) reject(new Error(`the desk ended: ${ended}`));
    for (const { reject } of asked.values()) reject(new Error(`the desk ended: ${ended}`));
    asked.clear();
  });
  const told: StatusRow[] = [];
  const asked = new Map<number, { resolve: (answer: never) => void; reject: (e: Error) => void }>();
  let waiting: {
    fits: (row: StatusRow) => boolean;
    resolve: (row: StatusRow) => void;
    reject: (error: Error) => void;
  }[] = [];
  let lastId = 0;
  let startedMs = 0;
  const ready = new Promise<number>((resolve, reject) => {
    void gone.then(() => reject(new Error(`the desk ended before it was ready: ${ended}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as DeskSays;
      const { status } = said;
      if (status) {
        told.push(status);
        const fit = waiting.filter(({ fits }) => fits(status));
        waiting = waiting.filter((one) => !fit.includes(one));
        for (const one of fit) one.resolve(status);
      }
      if (said.ready !== undefined) {
        startedMs = performance.now() - began;
        resolve(said.ready);
      }
      if (said.id === undefined) return;
      const one = asked.get(said.id);
      asked.delete(said.id);
      if (said.error) {
        one?.reject(Object.assign(new Error(said.error.message), { code: said.error.code }));
      } else one?.resolve(said.answer as never);
    });
  });
  const send = (name: string, body: unknown): number => {
    lastId += 1;
    child.stdin.write(`${JSON.stringify({ id: lastId, name, body } satisfies DeskAsk)}\n`);
    return lastId;
  };
  ready.catch(() => {});
  const desk = (pid: number): CrashDesk => ({
    pid,
    startedMs,
    told,
    status: () => told.at(-1) as StatusRow,
    ended: () => ended,
    ask(name, body) {
      return new Promise((resolve, reject) => {
        if (ended !== null) reject(new Error(`the desk ended: ${ended}`));
        else asked.set(send(name, body), { resolve, reject });
      });
    },
    until(fits) {
      const last = told.at(-1);
      if (last && fits(last)) return Promise.resolve(last);
      return new Promise((resolve, reject) => {
        if (ended !== null) reject(new Error(`the desk ended: ${ended}`));
        else waiting.push({ fits, resolve, reject });
      });
    },
    async kill() {
      const earlier = ended;
      if (earlier !== null) return earlier;
      process.kill(pid, 'SIGKILL');
      await gone;
      return null;
    },
    async stop() {
      if (ended === null) send('stop', {});
      await gone;
    },
  });
  return {
    async go(from = performance.now()) {
      began = from;
      child.stdin.write('go\n');
      return desk(await ready);
    },
    async drop() {
      child.stdin.end();
      await gone;
    },
  };
}

/** Node keeps what it compiled: starts cost half. */
export const COMPILED = { NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-compile-cache') };
