import { writeFileSync, renameSync } from 'node:fs';
import { storedOf } from '../../gateway/journal/fact-store.ts';
import { buildBundle, type BundleAttachment, type BundleText } from '../../shared/bundle/bundle.ts';
import { timelineCsv, timelineMarkdown } from '../../shared/bundle/timeline-text.ts';
import { asKnown } from '../../shared/facts/catalogue.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import type { AttachmentState } from '../../shared/projections/attachment.ts';
import { effectiveAt } from '../../shared/facts/fact.ts';
import { headKey } from '../../shared/facts/heads.ts';
import { compareFacts, sortFacts } from '../../shared/facts/order.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/kit/time.ts';
import { nounOf } from '../../shared/projections/all.ts';
import type { IncidentState } from '../../shared/projections/incident.ts';
import type { RunState } from '../../shared/projections/run.ts';
import type { Room } from '../rooms/room.ts';
import { zipFiles } from './zip.ts';

export type ExportFormat = 'bundle' | 'markdown' | 'csv';

/** How much before and after an incident belongs to its story. */
const LEAD_MS = HOUR_MS;
const TAIL_MS = 30 * MINUTE_MS;

/**
 * Writes an export beside its final name and moves it there: a reader sees all of it or nothing.
 * @throws the file system's error when the place cannot be written
 */
export async function writeExport(
  room: Room,
  options: {
    format: ExportFormat;
    path: string;
    incident: string | null;
    language: 'en' | 'zh-CN';
    exportedBy: string;
    now: number;
  },
): Promise<{ facts: number; bytes: number }> {
  const { facts, title, now } = selectFacts(room, options.incident);
  let bytes: Uint8Array;
  if (options.format === 'bundle') {
    bytes = zipFiles(
      buildBundle({
        title,
        incident: options.incident,
        exportedAt: options.now,
        now,
        exportedBy: options.exportedBy,
        facts,
        texts: textsOf(room),
        attachments: await attachmentsOf(room, facts),
      }),
    );
  } else {
    const write = options.format === 'markdown' ? timelineMarkdown : timelineCsv;
    bytes = new TextEncoder().encode(
      write(facts, { title, exportedAt: options.now, language: options.language }),
    );
  }
  const draft = `${options.path}.part`;
  writeFileSync(draft, bytes, { mode: 0o600 });
  renameSync(draft, options.path);
  return { facts: facts.length, bytes: bytes.length };
}

/**
 * The facts of a room, or of an incident; and the moment that is "now" for who opens them.
 *
 * Of an incident: all facts in its window; from before it what the state at its beginning rests on;
 * of every thing that is in it all that people wrote up to its end; and whatever the time, what
 * speaks of the incident (notes, runs), what people wrote of such things, and the pins of entries
 * that are in it. An acknowledgement from after the window stays out: it may belong to an
 * occurrence of the alert that the window does not know.
 */
export function selectFacts(
  room: Room,
  incident: string | null,
): { facts: Fact[]; title: string; now: number } {
  const all = (function* () {
    for (const database of room.journal.databases()) {
      for (const row of database.prepare('SELECT seq, seen_at, content FROM fact').iterate()) {
        yield storedOf(row).fact;
      }
    }
  })();
  const now = room.now();
  const folded = incident === null ? null : room.stateOf(incident);
  if (incident === null || folded?.noun !== 'incident') {
    return { facts: sortFacts([...all]), title: room.title, now };
  }
  const state = folded.state as IncidentState;
  const from = state.declaredAt - LEAD_MS;
  const to = (state.resolvedAt ?? now) + TAIL_MS;
  const chosen = new Map<string, Fact>();
  const heads = new Map<string, Fact>();
  /** What people wrote outside the window: which of it belongs, only the whole tells. */
  const open: Fact[] = [];
  const story = new Set<string>([incident]);
  for (const fact of all) {
    const at = effectiveAt(fact);
    if (fact.author && fact.body['incident'] === incident) story.add(fact.thing);
    if (at >= from && at <= to) chosen.set(fact.id, fact);
    else if (fact.author) open.push(fact);
    else if (at < from) {
      const key = headKey(fact);
      const before = heads.get(key);
      if (!before || compareFacts(before, fact) < 0) heads.set(key, fact);
    }
  }
  for (const fact of heads.values()) chosen.set(fact.id, fact);
  const things = new Set([...chosen.values()].map(({ thing }) => thing));
  for (const fact of open) {
    const isEarlier = effectiveAt(fact) < from && things.has(fact.thing);
    const isTheirs = things.has(fact.thing) && ONLY_PEOPLES.has(nounOf(fact.kind) ?? '');
    if (story.has(fact.thing) || isEarlier || isTheirs) chosen.set(fact.id, fact);
  }
  // A line stands or falls with the import that brought it, whenever that was withdrawn.
  const imports = new Set(
    [...chosen.values()].flatMap(({ kind, body }) =>
      kind === 'note.imported' ? [body['import']] : [],
    ),
  );
  for (const fact of open) {
    if (imports.has(fact.thing)) chosen.set(fact.id, fact);
    // What was attached to or said of an entry or a thing that is in it, whenever that was done.
    const noun = nounOf(fact.kind) ?? '';
    const of = ON_OTHERS.has(noun) ? (fact.body['entry'] ?? fact.body['of']) : undefined;
    if (typeof of === 'string' && (chosen.has(of) || story.has(of))) chosen.set(fact.id, fact);
  }
  return {
    facts: sortFacts([...chosen.values()]),
    title: state.title,
    now: Math.min(now, to),
  };
}

/** Things of which only people speak: their later words complete what is in the window. */
const ONLY_PEOPLES = new Set<string>(['incident', 'note', 'run', 'import']);

/** Things that are gathered by the entry or thing that they speak of. */
const ON_OTHERS = new Set<string>(['pin', 'comment', 'attachment']);

/** What the attachments of one export may hold (256 MiB); those beyond stay where they are. */
const ATTACHED_BYTES = 256 * 1024 * 1024;

/** The bytes of what these facts attach and nobody took back, as far as they are at this desk. */
async function attachmentsOf(room: Room, facts: readonly Fact[]): Promise<BundleAttachment[]> {
  const attached = new Map<string, BundleAttachment>();
  let total = 0;
  for (const fact of facts) {
    const known = asKnown(fact);
    if (known?.kind !== 'attachment.added') continue;
    const { sha256 } = known.body;
    if (attached.has(sha256) || isWithdrawn(room, fact.thing, sha256)) continue;
    const bytes = await room.attachments.read(sha256);
    if (bytes === null || total + bytes.length > ATTACHED_BYTES) continue;
    total += bytes.length;
    attached.set(sha256, { digest: sha256, bytes });
  }
  return [...attached.values()];
}

function isWithdrawn(room: Room, thing: string, sha256: string): boolean {
  const folded = room.stateOf(thing);
  if (folded?.noun !== 'attachment') return false;
  const items = (folded.state as AttachmentState).items;
  return items.find((item) => item.sha256 === sha256)?.withdrawn != null;
}

/** Texts that runs are pinned to, so that they can be read where there is no library. */
function textsOf(room: Room): BundleText[] {
  const texts = new Map<string, BundleText>();
  for (const folded of room.views.current.values()) {
    if (folded.noun !== 'run') continue;
    const { digest } = folded.state as RunState;
    const text = room.library.text(digest);
    if (text) texts.set(digest, { digest, ...text });
  }
  return [...texts.values()];
}
