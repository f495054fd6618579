import { createStore } from 'zustand/vanilla';

/** What something that was seen is evidence of. */
export interface EvidenceTarget {
  /** The id of an entry's fact, or a thing. */
  readonly of: string;
  /** The step of the run that `of` names. */
  readonly step?: string;
  /** What it is called on screen. */
  readonly label: string;
}

export interface EvidenceState {
  /** The chosen entry of the timeline, and the step of a run that is worked on: offered first. */
  readonly entry: EvidenceTarget | null;
  readonly step: EvidenceTarget | null;
  /** Files that a person is about to attach, and to what, where that is known. */
  readonly asking: {
    readonly files: readonly File[];
    readonly to: EvidenceTarget | null;
    readonly caption?: string;
  } | null;
  /** What is looked at: one of the attachments of an entry or thing. */
  readonly viewing: { readonly of: string; readonly sha256: string } | null;
  /** The entry whose comments are read and written. */
  readonly commenting: EvidenceTarget | null;
  /** A log that is about to be imported; null: none. */
  readonly importing: { readonly name: string; readonly text: string } | null;
}

const NOTHING: EvidenceState = {
  entry: null,
  step: null,
  asking: null,
  viewing: null,
  commenting: null,
  importing: null,
};

export const evidenceStore = createStore<EvidenceState>(() => NOTHING);

/** Asks what the files show and where they belong, then attaches them. */
export function askToAttach(
  files: readonly File[],
  to: EvidenceTarget | null,
  caption?: string,
): void {
  if (files.length === 0) return;
  const asking = { files, to, ...(caption === undefined ? {} : { caption }) };
  evidenceStore.setState({ asking });
}

export function viewEvidence(of: string, sha256: string): void {
  evidenceStore.setState({ viewing: { of, sha256 } });
}

export function askToImport(name: string, text: string): void {
  evidenceStore.setState({ importing: { name, text } });
}

/** The attributes by which what is dropped or pasted on an element finds what it belongs to. */
export function attachTo(target: EvidenceTarget): Record<string, string> {
  return {
    'data-attach-of': target.of,
    'data-attach-label': target.label,
    ...(target.step === undefined ? {} : { 'data-attach-step': target.step }),
  };
}

/** What an element belongs to, by its own or an outer element's attributes. */
export function targetUnder(element: EventTarget | null): EvidenceTarget | null {
  const found = element instanceof Element ? element.closest('[data-attach-of]') : null;
  const of = found?.getAttribute('data-attach-of');
  if (found === null || !of) return null;
  const step = found.getAttribute('data-attach-step');
  const label = found.getAttribute('data-attach-label') ?? of;
  return { of, label, ...(step === null ? {} : { step }) };
}
