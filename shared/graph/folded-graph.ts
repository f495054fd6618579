import type { EdgeStrength } from '../facts/topology.ts';
import { byCodeUnit } from './call-graph.ts';
import { STRENGTH_ORDER } from './blast-radius.ts';

/** Services put together, so that ten thousand of them are still a map. */

export interface FoldableNode {
  readonly name: string;
  /** What it is folded into; null: nothing states it, and it stays itself. */
  readonly group: string | null;
}

export interface FoldedNode {
  /** Of a group: `GROUP_MARK` and the group, which no service is called. */
  readonly name: string;
  /** Null: a service, shown as itself. */
  readonly group: string | null;
  /** In order of name; of a service: itself. */
  readonly members: readonly string[];
}

export interface FoldedCall {
  readonly from: string;
  readonly to: string;
  readonly strength: EdgeStrength;
  /** How many calls between services it stands for. */
  readonly count: number;
}

export interface FoldedGraph {
  readonly nodes: readonly FoldedNode[];
  readonly calls: readonly FoldedCall[];
  /** What stands for a service. */
  readonly shownAs: ReadonlyMap<string, string>;
}

/** A control character, which names from sources never hold. */
export const GROUP_MARK = '\u0001';

export function groupNode(group: string): string {
  return GROUP_MARK + group;
}

/**
 * The graph with every group that is not open as one node, and the calls between them added up (the
 * strongest tells). Calls inside a folded group are not drawn. A group of one stays that service.
 */
export function foldGraph(
  nodes: Iterable<FoldableNode>,
  calls: Iterable<{ readonly from: string; readonly to: string; readonly strength: EdgeStrength }>,
  open: ReadonlySet<string>,
): FoldedGraph {
  const members = new Map<string, string[]>();
  const alone: string[] = [];
  for (const { name, group } of nodes) {
    if (group === null || open.has(group)) {
      alone.push(name);
      continue;
    }
    const known = members.get(group);
    if (known === undefined) members.set(group, [name]);
    else known.push(name);
  }
  const shownAs = new Map<string, string>();
  const folded: FoldedNode[] = [];
  for (const [group, names] of members) {
    const [only] = names;
    if (names.length === 1 && only !== undefined) {
      alone.push(only);
      continue;
    }
    const name = groupNode(group);
    folded.push({ name, group, members: names.sort(byCodeUnit) });
    for (const member of names) shownAs.set(member, name);
  }
  for (const name of alone) {
    folded.push({ name, group: null, members: [name] });
    shownAs.set(name, name);
  }
  const sums = new Map<string, { -readonly [Key in keyof FoldedCall]: FoldedCall[Key] }>();
  for (const call of calls) {
    const from = shownAs.get(call.from);
    const to = shownAs.get(call.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from}\n${to}`;
    const known = sums.get(key);
    if (known === undefined) {
      sums.set(key, { from, to, strength: call.strength, count: 1 });
      continue;
    }
    known.count += 1;
    if (STRENGTH_ORDER.indexOf(call.strength) < STRENGTH_ORDER.indexOf(known.strength)) {
      known.strength = call.strength;
    }
  }
  folded.sort((left, right) => byCodeUnit(left.name, right.name));
  return { nodes: folded, calls: [...sums.values()], shownAs };
}
