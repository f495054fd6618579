import { contentLines, type ContentLine } from './content-lines.ts';
import type { PeopleProblem } from './reading.ts';

/** A component of an iCalendar with what stands in it: RFC 5545 §3.6. */
export interface Component {
  readonly name: string;
  readonly line: number;
  readonly properties: ContentLine[];
  readonly parts: Component[];
}

/** Deeper than this nothing of a calendar lies; what is deeper is not kept. */
const DEEPEST = 8;

/** Reads the components of an iCalendar; `problems` gets what is no line, or is not closed. */
export function readComponents(text: string, problems: PeopleProblem[]): Component {
  const root: Component = { name: '', line: 1, properties: [], parts: [] };
  const open: Component[] = [root];
  for (const read of contentLines(text)) {
    if (typeof read === 'number') {
      problems.push({ line: read, code: 'not-a-line', detail: '' });
      continue;
    }
    const inner = open.at(-1) ?? root;
    const value = read.value.trim().toUpperCase();
    if (read.name === 'BEGIN') {
      const component = { name: value, line: read.line, properties: [], parts: [] };
      if (open.length < DEEPEST) inner.parts.push(component);
      open.push(component);
    } else if (read.name === 'END') {
      if (open.length > 1 && inner.name === value) open.pop();
      else problems.push({ line: read.line, code: 'not-closed', detail: value.slice(0, 100) });
    } else inner.properties.push(read);
  }
  for (const { name, line } of open.slice(1)) {
    problems.push({ line, code: 'not-closed', detail: name.slice(0, 100) });
  }
  return root;
}

export function propertyOf(component: Component, name: string): ContentLine | undefined {
  return component.properties.find((property) => property.name === name);
}

export function propertiesOf(component: Component, name: string): ContentLine[] {
  return component.properties.filter((property) => property.name === name);
}
