import type { NodeRow } from '../../../shared/ipc/rows.ts';

const LIMIT = 6;

/** Services whose name has the typed letters, beginnings first; none for no letters. */
export function suggest(
  nodes: readonly NodeRow[],
  typed: string,
  without: readonly string[],
): readonly NodeRow[] {
  const letters = typed.trim().toLowerCase();
  if (letters === '') return [];
  const place = (node: NodeRow): number => node.name.toLowerCase().indexOf(letters);
  return nodes
    .filter((node) => place(node) >= 0 && !without.includes(node.name))
    .sort(
      (left, right) =>
        Number(place(left) > 0) - Number(place(right) > 0) ||
        left.name.length - right.name.length ||
        left.name.localeCompare(right.name),
    )
    .slice(0, LIMIT);
}
