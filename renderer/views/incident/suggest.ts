const LIMIT = 6;

/** Names that have the typed letters, beginnings first; none for no letters. */
export function suggest(
  names: readonly string[],
  typed: string,
  without: readonly string[],
): readonly string[] {
  const letters = typed.trim().toLowerCase();
  if (letters === '') return [];
  const place = (name: string): number => name.toLowerCase().indexOf(letters);
  return names
    .filter((name) => place(name) >= 0 && !without.includes(name))
    .sort(
      (left, right) =>
        Number(place(left) > 0) - Number(place(right) > 0) ||
        left.length - right.length ||
        left.localeCompare(right),
    )
    .slice(0, LIMIT);
}
