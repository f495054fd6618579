import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { entryText } from '../../room/entry-text.ts';
import { evidenceStore } from '../../room/evidence/evidence-store.ts';
import { targetOf } from './entry-target.ts';
import { timelineStore } from './timeline-store.ts';

/** The chosen entry is what is attached and commented by keyboard while a timeline is on screen. */
export function useEvidenceOfEntry(): void {
  const t = useText();
  const entry = useStore(timelineStore, (state) => state.current);
  useEffect(() => {
    if (entry === null) return;
    const target = targetOf(entry, entryText(entry, t));
    evidenceStore.setState({ entry: target });
    return () => {
      if (evidenceStore.getState().entry === target) evidenceStore.setState({ entry: null });
    };
  }, [entry, t]);
}
