import { createContext, type ComponentType } from 'react';
import type { RunRow } from '../../shared/ipc/rows.ts';

/** What a step of a run asks to have run, for whoever draws and runs it. */
export interface StepActionProps {
  readonly run: RunRow;
  readonly step: {
    readonly id: string;
    readonly title: string;
    /** What the runbook says should be seen. */
    readonly expect?: string | undefined;
  };
  readonly entry: string;
  /** What the runbook gives; a person fills in the rest. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The runbook wishes it to run by itself. */
  readonly automatic: boolean;
  /** Keys are meant for this step: it is the one that is looked at. */
  readonly isActive: boolean;
  /** The run stands at it. */
  readonly isCurrent: boolean;
  /** Nothing can be done: under review, in a file, or the run is over. */
  readonly isBlocked: boolean;
}

/** The panel for actions, put in by the frame: a view never imports another. */
export const StepActionContext = createContext<ComponentType<StepActionProps> | null>(null);
