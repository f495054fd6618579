import { useEffect, useState } from 'react';
import type { Asked } from '../../shared/ipc/contract.ts';
import type { RunbookRow } from '../../shared/ipc/rows.ts';
import { hasText, text } from '../i18n/text.ts';
import { incidentChoice, incidentForRun } from './chosen-incident.ts';
import { core } from './core.ts';
import { rowStore, useRowMap } from './rows.ts';
import { runCommand } from './run-command.ts';

/** A runbook that serves a thing, and the code of why. */
export interface OfferedRunbook {
  readonly row: RunbookRow;
  readonly reason: string;
}

/**
 * The runbooks that serve an alert (`alert:…`) or a service (by name), best first; null while the
 * core is asked, and where it did not answer: then nobody knows that there is none.
 */
export function useOfferedRunbooks(
  kind: 'alert' | 'service',
  name: string,
): readonly OfferedRunbook[] | null {
  const runbooks = useRowMap('runbooks');
  const [found, setFound] = useState<Found | null>(null);
  const of = `${kind}:${name}`;
  useEffect(() => {
    let isOver = false;
    const thing: Asked<'runbook.match'> = kind === 'alert' ? { alert: name } : { service: name };
    void core
      .ask('runbook.match', thing)
      .then(({ matches }) =>
        matches.flatMap(({ key, reason }) => {
          const row = runbooks.get(key);
          return row ? [{ row, reason }] : [];
        }),
      )
      .catch(() => null)
      .then((list) => {
        if (!isOver) setFound(list === null ? null : { of, list });
      });
    return () => {
      isOver = true;
    };
  }, [kind, name, of, runbooks]);
  // Until the answer comes, the last one speaks of another thing.
  return found?.of === of ? found.list : null;
}

interface Found {
  /** The thing that was asked for. */
  readonly of: string;
  readonly list: readonly OfferedRunbook[];
}

/** Why a runbook is offered, in words. */
export function offerReason(code: string): string {
  const key = `offer.reason.${code}`;
  return hasText(key) ? text(key) : code;
}

/**
 * Starts a run of a runbook's present text, for the incident of the header.
 * @returns the run (`run:…`), or null when it was refused
 */
export async function startRun(runbook: RunbookRow, alert: string | null): Promise<string | null> {
  const incident = incidentForRun(
    [...rowStore('incidents').getState().rows.values()],
    incidentChoice()?.key ?? null,
  );
  const answer = await runCommand({
    name: 'run.start',
    runbook: runbook.id,
    title: runbook.title,
    digest: runbook.digest,
    ...(incident ? { incident: incident.key } : {}),
    ...(alert === null ? {} : { alert }),
  });
  return answer.done ? answer.thing : null;
}
