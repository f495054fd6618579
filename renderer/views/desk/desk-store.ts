import { createStore } from 'zustand/vanilla';

export type FormName =
  | 'size-up'
  | 'candidate'
  | 'answer'
  | 'take'
  | 'verify'
  | 'withdraw'
  | 'come-back'
  | 'extend'
  | 'reassign'
  | 'task-report'
  | 'finish'
  | 'drop'
  | 'report'
  | 'hypothesis'
  | 'evidence'
  | 'judge'
  | 'team'
  | 'sign-off'
  | 'offer';

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

/** Whether only the tasks to come back to are listed. */
export const comeBackStore = createStore<{ readonly isShown: boolean }>(() => ({
  isShown: false,
}));

export function showComeBack(isShown: boolean): void {
  comeBackStore.setState({ isShown });
}
