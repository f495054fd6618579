import type { ActionCatalogue } from './catalogue.ts';

/** What a step of a runbook wishes to have run, with the answers of the run in its values. */
export interface ActionWish {
  readonly entry: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly automatic: boolean;
}

/** What this desk knows of actions: its catalogue, which journal it is, and what runbooks wish. */
export interface ActionContext {
  /** Verified; null where none is installed, or the installed one is not believed. */
  readonly catalogue: ActionCatalogue | null;
  readonly replica: string;
  /** What the pinned text of a run wishes at a step; null where nothing, or the text is not here. */
  wishOf(run: string, step: string): ActionWish | null;
}
