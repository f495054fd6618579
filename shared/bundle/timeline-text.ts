import { asKnown, isPeopleKind, type KnownFact } from '../facts/catalogue.ts';
import { effectiveAt, type Fact } from '../facts/fact.ts';
import { compareFacts } from '../facts/order.ts';
import { exportWords, type ExportWords } from './export-words.ts';

/** The timeline as text for people and other tools, always sorted, times in UTC. */

export interface TextOptions {
  readonly title: string;
  readonly exportedAt: number;
  readonly language: 'en' | 'zh-CN';
}

interface Line {
  readonly at: string;
  readonly heardAt: string;
  readonly group: string;
  readonly who: string;
  readonly text: string;
  readonly id: string;
}

/** A Markdown document: heading, then one table row an entry. */
export function timelineMarkdown(facts: readonly Fact[], options: TextOptions): string {
  const words = exportWords[options.language];
  const rows = linesOf(facts, words).map(
    (line) =>
      `| ${line.at} | ${cell(line.group)} | ${cell(line.who)} | ${cell(line.text)} | \`${line.id.slice(0, 12)}\` |`,
  );
  return [
    `# ${inline(options.title)}`,
    '',
    `${words.exportedAt} ${iso(options.exportedAt)} · ${rows.length} ${words.entries} · ${words.utc}`,
    '',
    `| ${words.time} | ${words.kind} | ${words.who} | ${words.entry} | ${words.evidence} |`,
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/**
 * CSV (RFC 4180) with the columns that Timesketch asks for first: message, datetime,
 * timestamp_desc. Cells that a spreadsheet would take for a formula are led by an apostrophe.
 */
export function timelineCsv(facts: readonly Fact[], options: TextOptions): string {
  const words = exportWords[options.language];
  const head = 'message,datetime,timestamp_desc,heard_at,who,fact_id';
  const rows = linesOf(facts, words).map((line) =>
    [line.text, line.at, line.group, line.heardAt, line.who, line.id].map(csvCell).join(','),
  );
  return `${[head, ...rows].join('\r\n')}\r\n`;
}

function linesOf(facts: readonly Fact[], words: ExportWords): Line[] {
  const lines: { readonly moment: number; readonly line: Line }[] = [];
  const sorted = [...facts].sort(compareFacts);
  const { places, withdrawn } = changesOf(sorted);
  const imported = new Set<string>();
  for (const fact of sorted) {
    const known = asKnown(fact);
    const told = known ? tell(known, words) : null;
    if (told === null) continue;
    if (known?.kind === 'note.imported') {
      // Desks apart may have read the same log: its lines stand once.
      if (withdrawn.has(known.body.import) || imported.has(fact.thing)) continue;
      imported.add(fact.thing);
    }
    const isNote = fact.kind === 'note.written' || fact.kind === 'note.imported';
    const moment = (isNote ? places.get(fact.thing) : undefined) ?? effectiveAt(fact);
    const line = {
      at: iso(moment),
      heardAt: iso(fact.heardAt),
      group: told.group,
      who: told.who ?? fact.author?.person ?? fact.source,
      text: told.text,
      id: fact.id,
    };
    lines.push({ moment, line });
  }
  // Stable: what stands at one moment keeps its order.
  return lines.sort((left, right) => left.moment - right.moment).map(({ line }) => line);
}

/** Where notes were moved to, and which imports were taken back. */
function changesOf(sorted: readonly Fact[]): {
  places: ReadonlyMap<string, number>;
  withdrawn: ReadonlySet<string>;
} {
  const places = new Map<string, number>();
  const withdrawn = new Set<string>();
  for (const fact of sorted) {
    const known = asKnown(fact);
    if (known?.kind === 'note.moved') places.set(fact.thing, known.body.to);
    else if (known?.kind === 'import.withdrawn') withdrawn.add(fact.thing);
  }
  return { places, withdrawn };
}

/** One entry in words, or null for what is not on the timeline. */
function tell(
  fact: KnownFact,
  words: ExportWords,
): { group: string; text: string; who?: string } | null {
  const service = (name: string | undefined): string => (name ? ` · ${name}` : '');
  switch (fact.kind) {
    case 'alert.fired': {
      const summary = fact.body.annotations['summary'] ?? '';
      const text = `${fact.body.name}${service(fact.body.service)}${summary ? ` — ${summary}` : ''}`;
      return { group: `${words.alertFired} (${fact.body.severity})`, text };
    }
    case 'alert.resolved':
      return { group: words.alertResolved, text: fact.body.name + service(fact.body.service) };
    case 'alert.acknowledged':
      return { group: words.acknowledged, text: fact.body.comment ?? fact.thing };
    case 'alert.unacknowledged':
      return { group: words.unacknowledged, text: fact.body.comment ?? fact.thing };
    case 'change.reported':
      return {
        group: `${words.change} (${fact.body.status})`,
        text: `${fact.body.title}${service(fact.body.services.join(', '))}`,
      };
    case 'incident.declared':
      return {
        group: words.declared,
        text: `${fact.body.severity} ${fact.body.title} · ${words.commander}: ${fact.body.commander}`,
      };
    case 'incident.renamed':
      return { group: words.renamed, text: fact.body.title };
    case 'incident.severity-changed':
      return { group: words.severity, text: `${fact.body.severity}: ${fact.body.reason}` };
    case 'incident.commander-changed':
      return {
        group: words.commander,
        text: `${fact.body.replaces.join(', ')} → ${fact.body.commander}`,
      };
    case 'incident.resolved':
      return { group: words.resolved, text: fact.body.summary };
    case 'incident.reopened':
      return { group: words.reopened, text: fact.body.reason };
    case 'note.written':
      return { group: words.note, text: fact.body.text };
    case 'note.corrected':
      return { group: words.corrected, text: `${fact.body.replaces} → ${fact.body.text}` };
    case 'note.moved': {
      const { from, to, reason } = fact.body;
      return { group: words.moved, text: `${iso(from)} → ${iso(to)}: ${reason}` };
    }
    case 'note.imported': {
      const { who, text, origin } = fact.body;
      return { group: `${words.imported} (${origin})`, text, ...(who !== '' && { who }) };
    }
    case 'import.kept':
      return {
        group: words.imported,
        text: `${fact.body.name} · ${fact.body.lines} ${words.lines}`,
      };
    case 'import.withdrawn':
      return { group: words.importWithdrawn, text: fact.body.reason };
    case 'comment.written':
      return {
        group: words.comment,
        text: `${fact.body.text} (${words.on} ${fact.body.entry.slice(0, 12)})`,
      };
    case 'attachment.added': {
      const { name, caption, sha256, of } = fact.body;
      const said = caption === undefined ? name : `${caption} — ${name}`;
      const subject = /^[0-9a-f]{64}$/.test(of) ? of.slice(0, 12) : of;
      return {
        group: words.attachment,
        text: `${said} (sha256 ${sha256}, ${words.on} ${subject})`,
      };
    }
    case 'attachment.withdrawn':
      return { group: words.attachmentWithdrawn, text: fact.body.reason };
    case 'run.started':
      return { group: words.runStarted, text: fact.body.title };
    case 'run.step-recorded': {
      const answer = fact.body.answer ? ` → ${fact.body.answer}` : '';
      const note = fact.body.note ? ` — ${fact.body.note}` : '';
      const reason = fact.body.reason ? ` (${words.outOfTurn}: ${fact.body.reason})` : '';
      return {
        group: `${words.step} (${fact.body.outcome})`,
        text: fact.body.title + answer + note + reason,
      };
    }
    case 'run.finished':
      return { group: words.runFinished, text: fact.body.outcome };
    case 'runbook.written': {
      // The text itself is a file of its own, not a line.
      const comment = fact.body.comment ? ` — ${fact.body.comment}` : '';
      return { group: words.runbookWritten, text: fact.body.fileName + comment };
    }
    case 'source.problem':
      return { group: words.problem, text: `${fact.body.place}: ${fact.body.reason}` };
    default:
      return isPeopleKind(fact.kind) && !fact.kind.startsWith('entry.')
        ? toldPlainly(fact, words)
        : null;
  }
}

/** What a person did, in the words that were written: nothing of it may be missing from a record. */
function toldPlainly(fact: KnownFact, words: ExportWords): { group: string; text: string } {
  const [noun = '', act = ''] = fact.kind.split('.');
  const name = (words as Readonly<Record<string, string>>)[noun] ?? noun;
  return { group: `${name} (${act})`, text: saidIn(fact.body).join(' · ') };
}

/** The texts of a body in their order; names of things and digests are nobody's words. */
function saidIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' || isName(value) ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(saidIn);
}

function isName(text: string): boolean {
  return /^(?:[0-9a-f]{64}|(?:incident|decision|task|run|alert):\S+)$/u.test(text);
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}

function cell(text: string): string {
  return inline(text).replace(/\|/g, '\\|');
}

/** One line of text that Markdown cannot take for markup of its own. */
function inline(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#]/g, (sign) => `\\${sign}`);
}

function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
