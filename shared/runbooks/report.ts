import type { RunbookProblemCode } from './format.ts';

/** Takes a problem down; the line counts from 1. */
export type Report = (line: number, code: RunbookProblemCode, message: string) => void;

/** A text short enough to be quoted in a sentence. */
export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** What an error says, in one short line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The YAML parser's own place counts from the front matter's start; the problem names the line.
  return clip((message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, ''));
}
