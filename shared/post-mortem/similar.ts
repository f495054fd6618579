import type { IncidentRow } from '../ipc/rows.ts';

/** An incident of the past that resembles one, and by what. */
export interface SimilarIncident {
  readonly key: string;
  /** Services that both name. */
  readonly services: readonly string[];
  /** Words of its texts that the other's record has too, the rarest first. */
  readonly words: readonly string[];
  /** Higher: more alike. */
  readonly score: number;
}

/** What is known of an incident in words: its title, impact, symptoms, causes. */
export interface IncidentTexts {
  readonly row: Pick<IncidentRow, 'key' | 'services' | 'declaredAt'>;
  readonly texts: readonly string[];
}

const SHOWN_WORDS = 6;
const MOST = 8;
/** A shared service tells as much as two words that no other incident has. */
const SERVICE_WEIGHT = 2;

/**
 * Earlier incidents that name the same services or use the same words. Rare words count more than
 * common ones (inverse document frequency; Spärck Jones 1972, DOI 10.1108/eb026526).
 */
export function similarIncidents(
  of: IncidentTexts,
  others: readonly IncidentTexts[],
): readonly SimilarIncident[] {
  const earlier = others.filter(
    ({ row }) => row.key !== of.row.key && row.declaredAt < of.row.declaredAt,
  );
  const wordsBy = new Map(earlier.map((other) => [other, wordsOf(other.texts)]));
  const spread = new Map<string, number>();
  for (const words of wordsBy.values()) {
    for (const word of words) spread.set(word, (spread.get(word) ?? 0) + 1);
  }
  const weight = (word: string): number =>
    Math.log((earlier.length + 1) / ((spread.get(word) ?? 0) + 1)) + 0.1;
  const own = wordsOf(of.texts);
  const ownServices = new Set(of.row.services);
  return earlier
    .map((other): SimilarIncident => {
      const services = other.row.services.filter((service) => ownServices.has(service)).sort();
      const words = [...(wordsBy.get(other) ?? [])]
        .filter((word) => own.has(word))
        .sort((left, right) => weight(right) - weight(left) || (left < right ? -1 : 1));
      const score =
        services.length * SERVICE_WEIGHT + words.reduce((sum, word) => sum + weight(word), 0);
      return { key: other.row.key, services, words: words.slice(0, SHOWN_WORDS), score };
    })
    .filter(({ services, words }) => services.length > 0 || words.length > 1)
    .sort((left, right) => right.score - left.score || (left.key < right.key ? -1 : 1))
    .slice(0, MOST);
}

/** Words of three letters or more, and pairs of characters where a script writes none apart. */
function wordsOf(texts: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}][\p{L}\p{N}_-]*/gu)) {
      if (/\p{Script=Han}/u.test(word)) {
        for (let index = 0; index + 1 < word.length; index += 1) {
          words.add(word.slice(index, index + 2));
        }
      } else if (word.length >= 3 && !COMMON.has(word)) {
        words.add(word);
      }
    }
  }
  return words;
}

const COMMON = new Set(
  'the and for with was were are not from that this has have had its after before into onto over under sev'.split(
    ' ',
  ),
);
