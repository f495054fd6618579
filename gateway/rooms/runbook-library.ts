import { isUtf8 } from 'node:buffer';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { compareFacts } from '../../shared/facts/order.ts';
import type { BlobStore } from '../journal/blob-store.ts';
import type { Journal } from '../journal/journal.ts';

/** The source of the facts that the gateway itself states. */
export const GATEWAY_SOURCE = 'gateway';
/** Larger files are not runbooks (blobSchema bounds what travels). */
const MAX_RUNBOOK_BYTES = 1_000_000;
const MAX_RUNBOOKS = 5_000;

export interface PublishedRunbook {
  readonly fileName: string;
  readonly digest: string;
  readonly size: number;
  readonly publishedAt: number;
}

/** The team's runbooks: a folder of Markdown files, published to every desktop of the room. */
export interface RunbookLibrary {
  list(): PublishedRunbook[];
  /** Looks at the folder now. Called every few seconds; concurrent calls become one. */
  poll(): Promise<void>;
}

export interface RunbookLibraryOptions {
  readonly folder: string;
  readonly journal: Journal;
  readonly blobs: BlobStore;
  readonly now: () => number;
  /** A file that cannot be published, once a change. */
  readonly onProblem: (fileName: string, reason: string) => void;
  /** Of several gateways of one room one publishes; each keeps the texts of its own folder. */
  readonly publishes?: () => boolean;
}

interface Seen {
  readonly mark: string;
  readonly digest: string | null;
}

export async function openRunbookLibrary(options: RunbookLibraryOptions): Promise<RunbookLibrary> {
  const { folder, journal, blobs, now, onProblem } = options;
  const published = await readPublished(journal);
  if (journal.shared === true) {
    journal.onAppend((stored) => {
      for (const { fact } of stored) if (isOfLibrary(fact)) learn(published, fact);
    });
  }
  const seen = new Map<string, Seen>();
  let polling: Promise<void> | null = null;

  async function look(): Promise<void> {
    // A folder that is away for a moment (a mount, a deployment) withdraws nothing.
    const names = await readdir(folder).catch(() => null);
    if (names === null) {
      onProblem('', `the folder of runbooks cannot be read: ${folder}`);
      return;
    }
    const files = names.filter((name) => /^[^.].*\.md$/i.test(name) && name.length <= 300).sort();
    const facts: Fact[] = [];
    const present = new Set<string>();
    for (const fileName of files.slice(0, MAX_RUNBOOKS)) {
      const found = await readRunbook(fileName);
      if (found === 'absent') continue;
      present.add(fileName);
      if (found === null || published.get(fileName)?.digest === found.digest) continue;
      facts.push(fact('runbook.published', fileName, { fileName, ...found }));
    }
    for (const fileName of published.keys()) {
      if (!present.has(fileName)) facts.push(fact('runbook.withdrawn', fileName, { fileName }));
    }
    if (facts.length === 0 || options.publishes?.() === false) return;
    await journal.append(facts);
    for (const one of facts) learn(published, one);
  }

  /** `absent`: no such file; null: unchanged since it was refused. */
  async function readRunbook(
    fileName: string,
  ): Promise<{ digest: string; size: number } | 'absent' | null> {
    const path = join(folder, fileName);
    const status = await stat(path).catch(() => null);
    if (status === null || !status.isFile()) return 'absent';
    const mark = `${status.mtimeMs}.${status.size}.${status.ino}`;
    const before = seen.get(fileName);
    if (before?.mark === mark) {
      return before.digest === null ? null : { digest: before.digest, size: status.size };
    }
    if (status.size > MAX_RUNBOOK_BYTES) {
      seen.set(fileName, { mark, digest: null });
      onProblem(fileName, `${status.size} bytes, more than ${MAX_RUNBOOK_BYTES}`);
      return null;
    }
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) return null;
    if (!isUtf8(bytes)) {
      // A desk reads it as text: with other bytes in it, it would be none of that digest.
      seen.set(fileName, { mark, digest: null });
      onProblem(fileName, 'no text in UTF-8');
      return null;
    }
    const digest = await blobs.save(bytes);
    seen.set(fileName, { mark, digest });
    return { digest, size: bytes.length };
  }

  function fact(kind: string, fileName: string, body: Fact['body']): Fact {
    const at = now();
    return sealFact({
      kind,
      v: 1,
      thing: `runbook:${fileName}`,
      at,
      heardAt: at,
      source: GATEWAY_SOURCE,
      body,
    });
  }

  return {
    list: () =>
      [...published.values()].sort((left, right) => (left.fileName < right.fileName ? -1 : 1)),
    poll() {
      polling ??= look().finally(() => {
        polling = null;
      });
      return polling;
    },
  };
}

async function readPublished(journal: Journal): Promise<Map<string, PublishedRunbook>> {
  const heads: Fact[] = [];
  const { last } = await journal.bounds();
  for (let after = 0; ;) {
    const page = await journal.heads([[1, last]], after, { facts: 1_000, length: 4_000_000 });
    for (const { seq, fact } of page) {
      after = seq;
      if (isOfLibrary(fact)) heads.push(fact);
    }
    if (page.length === 0) break;
  }
  const published = new Map<string, PublishedRunbook>();
  for (const fact of heads.sort(compareFacts)) learn(published, fact);
  return published;
}

function isOfLibrary(fact: Fact): boolean {
  return fact.source === GATEWAY_SOURCE && fact.thing.startsWith('runbook:');
}

function learn(published: Map<string, PublishedRunbook>, fact: Fact): void {
  const { fileName, digest, size } = fact.body as { fileName: string } & Record<string, unknown>;
  if (fact.kind === 'runbook.withdrawn') published.delete(fileName);
  else if (typeof digest === 'string' && typeof size === 'number') {
    published.set(fileName, { fileName, digest, size, publishedAt: fact.at });
  }
}
