/**
 * Hybrid logical clock (Kulkarni et al., 2014): a wall time and a count, as text that sorts in
 * clock order: 9 base-36 digits of ms, then 4 of count.
 */
export type Hlc = string;

/** The clock's next reading: after everything it has seen, and not before the wall time. */
export function nextHlc(last: Hlc | null, now: number): Hlc {
  if (last === null) return hlcOf(now, 0);
  const wall = Number.parseInt(last.slice(0, 9), 36);
  const count = Number.parseInt(last.slice(9), 36);
  return now > wall ? hlcOf(now, 0) : hlcOf(wall, count + 1);
}

function hlcOf(wall: number, count: number): Hlc {
  return wall.toString(36).padStart(9, '0') + count.toString(36).padStart(4, '0');
}
