/** The ends of something along one axis, in pixels of the canvas. */
export interface Span {
  readonly left: number;
  readonly right: number;
}

/** Between two headings, so that they are seen as two. */
const GAP = 3;
/** A heading narrower than this says nothing. */
const LEAST = 14;

/**
 * Where the headings of zone bands stand. A heading is as wide as the part of its band that is in
 * sight; where its words need more, it takes the room beside the band that no other heading has,
 * first to the right, then to the left. null: nothing of the band is in sight, or too little.
 * @param bands from left to right, not overlapping
 * @param needed the width of each heading's words
 */
export function headerSpans(
  bands: readonly Span[],
  needed: readonly number[],
  canvasWidth: number,
): readonly (Span | null)[] {
  const spans = bands.map(({ left, right }) => {
    if (left > canvasWidth || right < 0) return null;
    const shown = {
      left: Math.round(Math.max(0, left)),
      right: Math.round(Math.min(canvasWidth, right)),
    };
    return shown.right - shown.left < LEAST ? null : shown;
  });
  spans.forEach((span, index) => {
    const missing = (needed[index] ?? 0) - (span ? span.right - span.left : 0);
    if (!span || missing <= 0) return;
    const next = spans.slice(index + 1).find((other) => other !== null);
    const before = spans.slice(0, index).findLast((other) => other !== null);
    const toRight = Math.max(0, (next ? next.left - GAP : canvasWidth) - span.right);
    const toLeft = Math.max(0, span.left - (before ? before.right + GAP : 0));
    const grownRight = Math.min(missing, toRight);
    span.right += grownRight;
    span.left -= Math.min(missing - grownRight, toLeft);
  });
  return spans;
}
