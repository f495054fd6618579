import type { FactOf } from '../facts/catalogue.ts';
import { effectiveAt } from '../facts/fact.ts';
import {
  compareTold,
  episodesOf,
  noCallers,
  readingAfter,
  readingsOf,
  sampleOf,
  SAMPLE_GAP_MS,
  type Beat,
  type Callers,
  type Episode,
  type Measure,
  type Reading,
  type Sample,
} from './measure.ts';

/** What the measure of an incident says, read anew only where a fact can have changed that. */
export interface MeasureEvidence {
  /** @returns whether it may have changed the episodes */
  takeSample(fact: FactOf<'edge.measured'>): boolean;
  /** @returns whether it may have changed the episodes */
  takeBeat(fact: FactOf<'source.heard'>): boolean;
  measureBy(measure: Measure | null): void;
  /** All times of harm; the same list as long as nothing changed them. */
  episodes(): readonly Episode[];
  newest(): Reading | null;
}

export function collectMeasure(): MeasureEvidence {
  const measurements: FactOf<'edge.measured'>[] = [];
  const beats: Beat[] = [];
  let measure: Measure | null = null;
  let measureText = 'null';
  let samples: Sample[] = [];
  /** After the newest reading. */
  let callers: Callers = noCallers();
  let newest: Reading | null = null;
  let episodes: readonly Episode[] = [];
  let isStale = false;

  /** Takes in a reading after all others. @returns whether no episode can be another one for it */
  function isMore(reading: Reading | null): boolean {
    if (isStale || measure === null || reading === null || newest === null) return false;
    const last = episodes.at(-1) ?? null;
    if (!isMoreOfTheSame(newest, reading, last, measure.goodMs)) return false;
    newest = reading;
    return true;
  }

  function read(): void {
    if (!isStale || measure === null) return;
    isStale = false;
    const all = readingsOf(samples, beats);
    callers = all.callers;
    newest = all.readings.at(-1) ?? null;
    episodes = episodesOf(all.readings, measure.goodMs);
  }

  return {
    takeSample(fact) {
      measurements.push(fact);
      const sample = measure === null ? null : sampleOf(fact, measure);
      if (sample === null) return false;
      insert(samples, sample);
      // Of a source that was not known before, what it was heard to say after this counts now.
      const isLast = newest !== null && sample.at > newest.at && callers.sources.has(sample.source);
      if (isLast && !isStale && isMore(readingAfter(callers, [sample]))) return false;
      isStale = true;
      return true;
    },
    takeBeat(fact) {
      const { id: factId, heardAt, source, kind } = fact;
      const beat = { at: effectiveAt(fact), heardAt, factId, source };
      insert(beats, beat);
      if (measure === null) return false;
      if (!isStale && (newest === null || beat.at > newest.at)) {
        if (newest === null || !callers.sources.has(source)) return false;
        if (isMore({ ...beat, kind, isBad: newest.isBad })) return false;
      }
      isStale = true;
      return true;
    },
    measureBy(next) {
      const text = JSON.stringify(next);
      if (text === measureText) return;
      measureText = text;
      measure = next;
      episodes = [];
      newest = null;
      isStale = true;
      samples =
        next === null
          ? []
          : measurements.flatMap((fact) => sampleOf(fact, next) ?? []).sort(compareTold);
    },
    episodes() {
      read();
      return episodes;
    },
    newest() {
      read();
      return newest;
    },
  };
}

/** After a reading that says what the one before it said, no point can stand elsewhere. */
function isMoreOfTheSame(
  newest: Reading,
  reading: Reading,
  last: Episode | null,
  goodMs: number,
): boolean {
  if (reading.isBad !== newest.isBad) return false;
  if (last === null) return !reading.isBad;
  if (reading.isBad) return last.confirmed === null;
  if (last.confirmed !== null) return true;
  const { goodFrom } = last;
  return (
    goodFrom !== null &&
    reading.at - newest.at <= SAMPLE_GAP_MS &&
    reading.at - goodFrom.at < goodMs
  );
}

/** Puts one where it belongs among sorted ones; almost always at the end. */
function insert<Told extends Beat>(sorted: Told[], told: Told): void {
  let place = sorted.length;
  while (place > 0) {
    const before = sorted[place - 1];
    if (before === undefined || compareTold(before, told) <= 0) break;
    place -= 1;
  }
  sorted.splice(place, 0, told);
}
