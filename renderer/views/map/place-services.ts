import { layOut, type Layout } from '../../../shared/graph/layout.ts';
import { layOutByForce, MOST_IN_FORCE } from './force-layout.ts';
import type { LayoutQuestion } from './layout-question.ts';

/** Answers layout questions and remembers the last layout of each kind, so that little moves. */
export function createPlacing(): (question: Omit<LayoutQuestion, 'id'>) => Layout {
  const kept = new Map<string, Layout>();
  return ({ names, groups, ends, kind, isForce, anew }) => {
    const nodes = names.map((name, index) => ({ name, group: groups[index] ?? null }));
    const calls = [];
    for (let place = 0; place < ends.length; place += 2) {
      calls.push({
        from: names[ends[place] as number] as string,
        to: names[ends[place + 1] as number] as string,
      });
    }
    const memory = anew ? undefined : kept.get(kind);
    const input = { nodes, calls, ...(memory && { previous: memory }) };
    const layout = isForce && names.length <= MOST_IN_FORCE ? layOutByForce(input) : layOut(input);
    kept.delete(kind);
    kept.set(kind, layout);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    return layout;
  };
}

const MOST_KEPT = 8;
