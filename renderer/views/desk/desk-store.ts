import { createStore } from 'zustand/vanilla';

export const FORM_NAMES = [
  'size-up',
  'candidate',
  'answer',
  'take',
  'verify',
  'withdraw',
  'come-back',
  'extend',
  'reassign',
  'task-report',
  'finish',
  'drop',
  'report',
  'hypothesis',
  'evidence',
  'judge',
  'team',
  'sign-off',
  'offer',
] as const;
export type FormName = (typeof FORM_NAMES)[number];

/** A form of the desk, and what it is about. */
export interface DeskForm {
  readonly name: FormName;
  readonly thing: string;
  /** The person or team that it begins with. */
  readonly who?: string;
}

/** Which form of the desk is open. */
export const deskFormStore = createStore<{ readonly form: DeskForm | null }>(() => ({
  form: null,
}));

export function openDeskForm(form: DeskForm): void {
  deskFormStore.setState({ form });
}

export function closeDeskForm(): void {
  deskFormStore.setState({ form: null });
}
