import type { RunbookStep } from './format.ts';

/** The indices of the steps that can follow a step, by its own words; `steps.length` is the end. */
export function successorsOf(steps: readonly RunbookStep[], index: number): number[] {
  const step = steps[index];
  if (!step) return [];
  const wanted = step.ask ? step.ask.answers.map((answer) => answer.goTo) : [step.goTo ?? 'next'];
  return wanted.map((goTo) => indexOfTarget(steps, index, goTo));
}

/** The index of the step that `goTo` names, seen from the step at `index`; `steps.length` is the end. */
export function indexOfTarget(steps: readonly RunbookStep[], index: number, goTo: string): number {
  if (goTo === 'end') return steps.length;
  if (goTo === 'next') return index + 1;
  const place = steps.findIndex((step) => step.id === goTo);
  return place < 0 ? index + 1 : place;
}

/** The indices that can be reached from a step, itself included. */
export function reachableFrom(steps: readonly RunbookStep[], start: number): Set<number> {
  const reached = new Set<number>();
  const open = [start];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index) || index >= steps.length) continue;
    reached.add(index);
    open.push(...successorsOf(steps, index));
  }
  return reached;
}

/** Answers are compared without regard to case and outer spaces. */
export function sameAnswer(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}
