import { useEffect, useMemo, useState } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import { citedIn } from '../../../shared/post-mortem/blocks.ts';
import { core } from '../../room/core.ts';

/** Entries by the digits that texts cite them with. */
export type Cited = ReadonlyMap<string, TimelineEntry>;

const NOTHING: Cited = new Map();
const AT_ONCE = 500;

/** Reads what is cited. Never rejects: what cannot be read is missing in the answer. */
export async function readCited(ids: readonly string[]): Promise<Cited> {
  const found = new Map<string, TimelineEntry>();
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const asked = ids.slice(start, start + AT_ONCE);
    try {
      const { entries } = await core.ask('fact.read', { ids: asked });
      for (const id of asked) {
        const entry = entries.find((candidate) => candidate.id.startsWith(id));
        if (entry !== undefined) found.set(id, entry);
      }
    } catch {
      // Shown as not held; the next change of the texts asks again.
    }
  }
  return found;
}

/** The facts that texts cite. */
export function useCited(texts: readonly string[]): Cited {
  const ids = useMemo(() => [...new Set(texts.flatMap(citedIn))].sort().join(' '), [texts]);
  const [cited, setCited] = useState<Cited>(NOTHING);
  useEffect(() => {
    if (ids === '') return;
    let isOver = false;
    void readCited(ids.split(' ')).then((found) => {
      if (!isOver) setCited(found);
    });
    return () => {
      isOver = true;
    };
  }, [ids]);
  return cited;
}
