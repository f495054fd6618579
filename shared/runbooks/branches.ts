import type { RunbookAnswer, RunbookAsk, RunbookStep } from './format.ts';

/** The indices of the steps that can follow a step, by its own words; `steps.length` is the end. */
export function successorsOf(steps: readonly RunbookStep[], index: number): number[] {
  const step = steps[index];
  if (!step) return [];
  const wanted = step.ask ? targetsOf(step.ask, step.goTo) : [step.goTo ?? 'next'];
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

/**
 * Where an answer leads: the target of the answer that fits first; of a number or a text that none
 * fits, where the step leads by itself. null: it is no answer to this question.
 * @param goTo the step's own target
 */
export function branchOf(ask: RunbookAsk, answer: string, goTo: string | undefined): string | null {
  const fitting = ask.answers.find((offered) => fits(ask, offered, answer));
  if (fitting) return fitting.goTo;
  return isAnswer(ask, answer) && isOpen(ask) ? (goTo ?? 'next') : null;
}

/** Whether a text answers a question: a number where one is asked for, one of a choice's answers. */
export function isAnswer(ask: RunbookAsk, answer: string): boolean {
  switch (ask.form) {
    case 'number':
      return numberOf(answer) !== null;
    case 'text':
      return answer.trim() !== '';
    case 'yes-no':
    case undefined:
      return ask.answers.some((offered) => sameAnswer(offered.answer, answer));
  }
}

/** A condition of a numeric answer: `< 3`, `>= 10`, `5..9`, `7`, `else`. */
export type Condition = (value: number) => boolean;

/** @returns null for what is no condition */
export function conditionOf(text: string): Condition | null {
  if (isElse(text)) return () => true;
  const range = /^(-?\d+(?:\.\d+)?)\s*(?:\.\.|–|—)\s*(-?\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  if (range) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return (value) => value >= from && value <= to;
  }
  const match = /^(<=|>=|≤|≥|<|>|=)?\s*(-?\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  if (!match) return null;
  const limit = Number(match[2]);
  switch (match[1]) {
    case '<':
      return (value) => value < limit;
    case '>':
      return (value) => value > limit;
    case '<=':
    case '≤':
      return (value) => value <= limit;
    case '>=':
    case '≥':
      return (value) => value >= limit;
    default:
      return (value) => value === limit;
  }
}

/** Whether an answer stands for all that no other fits. */
export function isElse(text: string): boolean {
  return /^(?:else|otherwise|其他|否则)$/i.test(text.trim());
}

/** A number as a person types it; null for anything else. */
export function numberOf(text: string): number | null {
  const match = /^-?\d{1,15}(?:\.\d{1,9})?$/.exec(text.trim().replace(/\s*%$/, ''));
  return match ? Number(match[0]) : null;
}

function fits(ask: RunbookAsk, offered: RunbookAnswer, answer: string): boolean {
  if (ask.form === 'number') {
    const value = numberOf(answer);
    return value !== null && (conditionOf(offered.answer)?.(value) ?? false);
  }
  if (ask.form === 'text' && isElse(offered.answer)) return answer.trim() !== '';
  return sameAnswer(offered.answer, answer);
}

/** Answers may come that none of the offered fits. */
function isOpen(ask: RunbookAsk): boolean {
  return (
    (ask.form === 'number' || ask.form === 'text') &&
    !ask.answers.some((offered) => isElse(offered.answer))
  );
}

function targetsOf(ask: RunbookAsk, goTo: string | undefined): string[] {
  const targets = ask.answers.map((answer) => answer.goTo);
  return isOpen(ask) ? [...targets, goTo ?? 'next'] : targets;
}
