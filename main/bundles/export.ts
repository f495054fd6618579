import { writeFileSync, renameSync } from 'node:fs';
import { storedOf } from '../../gateway/journal/fact-store.ts';
import { buildBundle, type BundleText } from '../../shared/bundle/bundle.ts';
import { timelineCsv, timelineMarkdown } from '../../shared/bundle/timeline-text.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { effectiveAt } from '../../shared/facts/fact.ts';
import { headKey } from '../../shared/facts/heads.ts';
import { compareFacts } from '../../shared/facts/order.ts';
import { HOUR_MS, MINUTE_MS } from '../../shared/kit/time.ts';
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
export function writeExport(
  room: Room,
  options: {
    format: ExportFormat;
    path: string;
    incident: string | null;
    language: 'en' | 'zh-CN';
    exportedBy: string;
    now: number;
  },
): { facts: number; bytes: number } {
  room.settle();
  const { facts, title } = selectFacts(room, options.incident, options.now);
  let bytes: Uint8Array;
  if (options.format === 'bundle') {
    bytes = zipFiles(
      buildBundle({
        title,
        incident: options.incident,
        exportedAt: options.now,
        exportedBy: options.exportedBy,
        facts,
        texts: textsOf(room),
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
 * The facts of a room, or of an incident: all in its window, and from before it those that the
 * state at its beginning rests on.
 */
export function selectFacts(
  room: Room,
  incident: string | null,
  now: number,
): { facts: Fact[]; title: string } {
  const all = (function* () {
    for (const row of room.journal.database
      .prepare('SELECT seq, seen_at, content FROM fact ORDER BY at, seq')
      .iterate()) {
      yield storedOf(row).fact;
    }
  })();
  const folded = incident === null ? undefined : room.views.current.get(incident);
  if (incident === null || folded?.noun !== 'incident') {
    return { facts: [...all].sort(compareFacts), title: room.title };
  }
  const state = folded.state as IncidentState;
  const from = state.declaredAt - LEAD_MS;
  const to = (state.resolvedAt ?? now) + TAIL_MS;
  const heads = new Map<string, Fact>();
  const inside: Fact[] = [];
  for (const fact of all) {
    const at = effectiveAt(fact);
    if (at > to && fact.thing !== incident) continue;
    if (at >= from || fact.thing === incident) inside.push(fact);
    else if (!fact.author) heads.set(headKey(fact), fact);
  }
  return { facts: [...heads.values(), ...inside].sort(compareFacts), title: state.title };
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
