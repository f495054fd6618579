import { labelTest, type LabelTest } from './matchers.ts';
import type { Held, NoiseAlert, NoiseSilence } from './noise-alert.ts';

type HeldBySilence = Extract<Held, { stage: 'silence' }>;

/**
 * Which silence holds an alert: one of the room's that fits its labels, else one that a source names.
 * Silences with an exact matcher are found by its value, so that many silences cost an alert little.
 */
export function silencer(
  silences: readonly NoiseSilence[],
): (alert: NoiseAlert) => HeldBySilence | null {
  interface Compiled {
    readonly silence: NoiseSilence;
    readonly fits: LabelTest;
  }
  const byId = new Map<string, NoiseSilence>();
  const byValue = new Map<string, Map<string, Compiled[]>>();
  const others: Compiled[] = [];
  // What lasts longest is told.
  for (const silence of silences.toSorted(
    (a, b) => b.endsAt - a.endsAt || (a.key < b.key ? -1 : 1),
  )) {
    if (silence.silenceId !== null) byId.set(silence.silenceId, silence);
    const compiled = { silence, fits: labelTest(silence.matchers) };
    const exact = silence.matchers.find(
      ({ isRegex, isEqual, value }) => !isRegex && isEqual && value !== '',
    );
    if (exact === undefined) {
      others.push(compiled);
      continue;
    }
    const values = byValue.get(exact.name) ?? new Map<string, Compiled[]>();
    byValue.set(exact.name, values);
    const list = values.get(exact.value) ?? [];
    values.set(exact.value, list);
    list.push(compiled);
  }
  return (alert) => {
    for (const [name, values] of byValue) {
      const value = Object.hasOwn(alert.labels, name) ? alert.labels[name] : undefined;
      if (value === undefined) continue;
      const found = values.get(value)?.find(({ fits }) => fits(alert.labels));
      if (found) return heldBy(found.silence);
    }
    const found = others.find(({ fits }) => fits(alert.labels));
    if (found) return heldBy(found.silence);
    if (alert.silencedBy.length === 0 && !alert.isMuted) return null;
    for (const id of alert.silencedBy) {
      const known = byId.get(id);
      if (known) return heldBy(known);
    }
    return {
      stage: 'silence',
      silence: null,
      by: '',
      comment: '',
      until: null,
      purpose: alert.silencedBy.length === 0 ? 'maintenance' : 'silence',
    };
  };
}

function heldBy({ key, createdBy, comment, endsAt, purpose }: NoiseSilence): HeldBySilence {
  return { stage: 'silence', silence: key, by: createdBy, comment, until: endsAt, purpose };
}
