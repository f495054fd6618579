/** Which incidents count as one. Pure; desks apart may have tied a circle: all of it counts. */

export interface Tied {
  readonly key: string;
  readonly duplicateOf: string | null;
  /** It was merged into `duplicateOf`: what is open here is open there. */
  readonly carries: boolean;
}

/** An incident and all that were merged into it: what is open in those is open in it. */
export function mergedInto(incidents: readonly Tied[], key: string): ReadonlySet<string> {
  const keys = new Set([key]);
  for (let before = 0; before < keys.size;) {
    before = keys.size;
    for (const { key: other, duplicateOf, carries } of incidents) {
      if (carries && duplicateOf !== null && keys.has(duplicateOf)) keys.add(other);
    }
  }
  return keys;
}

/**
 * An incident and all into which it was merged, one into the next.
 * @param carriedInto into which one an incident was merged; null: it was not
 */
export function mergedThrough(
  carriedInto: (incident: string) => string | null,
  incident: string,
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (let key: string | null = incident; key !== null && !keys.has(key); key = carriedInto(key)) {
    keys.add(key);
  }
  return keys;
}
