import { POST_MORTEM_SECTIONS, type PostMortemSection } from '../../../shared/facts/post-mortem.ts';

/** Which sections a post-mortem begins with; others can be added by drafting with another one. */
export const TEMPLATES = {
  full: POST_MORTEM_SECTIONS,
  short: ['summary', 'impact', 'factors', 'lessons'],
  technical: ['summary', 'impact', 'timeline', 'factors', 'phases', 'lessons'],
} as const satisfies Record<string, readonly PostMortemSection[]>;
export type Template = keyof typeof TEMPLATES;
export const TEMPLATE_NAMES = Object.keys(TEMPLATES) as Template[];
