import type { AdapterContext } from './adapter.ts';
import { adapters, type FormatName } from './registry.ts';

/**
 * Which format a file is in, when nobody says: the one that understands most of it. A format that
 * refuses the whole, or makes nothing of it, is none. Where two understand as much, the one that
 * complains less, then the one that is listed first.
 */
export function recognise(bytes: Uint8Array, context: AdapterContext): FormatName | null {
  let best: { format: FormatName; facts: number; problems: number } | null = null;
  for (const format of Object.keys(adapters) as FormatName[]) {
    // Its body is whatever somebody made of a template: it would claim what belongs to others.
    if (format === 'holoinsight') continue;
    const { facts, problems, rejected } = adapters[format].adapt(bytes, context);
    if (rejected !== null || facts.length === 0) continue;
    const isBetter =
      best === null ||
      problems.length < best.problems ||
      (problems.length === best.problems && facts.length > best.facts);
    if (isBetter) best = { format, facts: facts.length, problems: problems.length };
  }
  return best?.format ?? null;
}
