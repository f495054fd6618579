import { useEffect, useState } from 'react';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { core } from '../../room/core.ts';

export type CatalogueReading = Answer<'actions.read'>;
export type PlanReading = Answer<'actions.plan'>;

/** Somebody may install another one, or change this one, at any time. */
const READ_AGAIN_MS = 3_000;
/** What runs is looked at so often. */
const LOOK_MS = 400;

/** The catalogue of this desk as it is on its disk; null until it was read. */
export function useCatalogue(): CatalogueReading | null {
  const [reading, setReading] = useState<CatalogueReading | null>(null);
  useEffect(() => {
    let isGone = false;
    const read = (): void => {
      core.ask('actions.read', {}).then(
        (answer) => {
          if (isGone) return;
          // The same reading keeps its identity: nothing is drawn again for it.
          setReading((before) =>
            JSON.stringify(before) === JSON.stringify(answer) ? before : answer,
          );
        },
        // A core that is gone is told of elsewhere, and asked again.
        () => {},
      );
    };
    read();
    const timer = setInterval(read, READ_AGAIN_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, []);
  return reading;
}

/** What exactly would be run with these values; null until it was read. */
export function usePlan(
  entry: string,
  parameters: Readonly<Record<string, string>>,
  version: number | null,
): PlanReading | null {
  const [reading, setReading] = useState<PlanReading | null>(null);
  const values = JSON.stringify(parameters);
  useEffect(() => {
    let isGone = false;
    const asked = JSON.parse(values) as Record<string, string>;
    core.ask('actions.plan', { entry, parameters: asked }).then(
      (answer) => {
        if (!isGone) setReading(answer);
      },
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [entry, values, version]);
  return reading;
}

/** What an execution that runs at this desk says so far; null where none does. */
export function useLiveOutput(execution: string, isRunning: boolean): string | null {
  const [output, setOutput] = useState<string | null>(null);
  useEffect(() => {
    if (!isRunning) return;
    let isGone = false;
    const look = (): void => {
      core.ask('actions.output', { execution }).then(
        (answer) => {
          if (!isGone) setOutput(answer.output);
        },
        () => {},
      );
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [execution, isRunning]);
  return isRunning ? output : null;
}
