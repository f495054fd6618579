import { useEffect, useState } from 'react';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { core } from '../../room/core.ts';
import { useRowList } from '../../room/rows.ts';

export type RunbookText = Answer<'runbook.read'>;
export type TextState =
  | { readonly state: 'reading' }
  | { readonly state: 'held'; readonly text: RunbookText }
  | { readonly state: 'missing' };

const READING: TextState = { state: 'reading' };

/** Texts by digest: what a digest names never changes. */
const known = new Map<string, TextState & { readonly state: 'held' }>();

/** The runbook of a digest, parsed by the core; read again when its text has arrived. */
export function useRunbookText(digest: string | null): TextState {
  const isHeld = useRowList('runbooks').some((row) => row.digest === digest && row.held);
  const [found, setFound] = useState<{ readonly digest: string; readonly state: TextState } | null>(
    null,
  );
  useEffect(() => {
    if (digest === null || known.has(digest)) return;
    let isGone = false;
    void core
      .ask('runbook.read', { digest })
      .then((text): TextState => {
        if (text.runbook === null) return { state: 'missing' };
        const state = { state: 'held', text } as const;
        known.set(digest, state);
        return state;
      })
      .catch((): TextState => ({ state: 'missing' }))
      .then((state) => {
        if (!isGone) setFound({ digest, state });
      });
    return () => {
      isGone = true;
    };
  }, [digest, isHeld]);
  if (digest === null) return { state: 'missing' };
  return known.get(digest) ?? (found?.digest === digest ? found.state : READING);
}
