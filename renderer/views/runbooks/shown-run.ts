import { useStore } from 'zustand';
import type { RunRow } from '../../../shared/ipc/rows.ts';
import { useIncidentChoice } from '../../room/chosen-incident.ts';
import { useRowList } from '../../room/rows.ts';
import { runToShow } from './run-model.ts';
import { installImports } from './imports.ts';
import { installRuns, runStore } from './run-store.ts';

// The frame loads both places where runs are shown; whichever comes first makes them reachable.
installRuns();
installImports();

/** The run that is open, else the one that goes on. */
export function useShownRun(): RunRow | null {
  const runs = useRowList('runs');
  const open = useStore(runStore, (state) => state.run);
  const incident = useIncidentChoice()?.key ?? null;
  return runToShow(runs, open, incident);
}
