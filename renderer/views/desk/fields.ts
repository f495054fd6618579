import { useState } from 'react';
import { sessionStore, setDraft } from '../../room/session.ts';
import type { DeskForm } from './desk-store.ts';

/** The texts of an open form. What is typed is kept over a restart, one draft for each form. */
export function useFields<Name extends string>(
  form: DeskForm,
  initial: Record<Name, string>,
): {
  readonly values: Readonly<Record<Name, string>>;
  readonly set: (change: Partial<Record<Name, string>>) => void;
  readonly clear: (next?: Record<Name, string>) => void;
} {
  const about = `${form.thing}|${form.who ?? ''}`;
  const [values, setValues] = useState<Record<Name, string>>(() => ({
    ...initial,
    ...draftOf(form.name, about, initial),
  }));
  return {
    values,
    set(change) {
      const next = { ...values, ...change };
      setValues(next);
      setDraft(`desk.${form.name}`, JSON.stringify({ about, values: { ...next, tried: '' } }));
    },
    clear(next) {
      setDraft(`desk.${form.name}`, '');
      if (next) setValues(next);
    },
  };
}

function draftOf<Name extends string>(
  form: string,
  about: string,
  initial: Record<Name, string>,
): Partial<Record<Name, string>> {
  const text = sessionStore.getState().session?.drafts[`desk.${form}`] ?? '';
  try {
    const draft = JSON.parse(text) as { about?: unknown; values?: Record<string, unknown> };
    if (draft.about !== about) return {};
    return Object.fromEntries(
      Object.keys(initial).flatMap((field) => {
        const value = draft.values?.[field];
        return typeof value === 'string' ? [[field, value]] : [];
      }),
    ) as Partial<Record<Name, string>>;
  } catch {
    // No draft, or one that another version wrote.
    return {};
  }
}

/** Minutes as somebody typed them; null where that is no time a task may have. */
export function readMinutes(text: string): number | null {
  if (!/^\s*\d{1,5}\s*$/u.test(text)) return null;
  const minutes = Number(text);
  return minutes >= 1 && minutes <= 10_080 ? minutes : null;
}
