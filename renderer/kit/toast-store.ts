import { createStore } from 'zustand/vanilla';

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'critical' | 'review';

interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly title: string;
  readonly body?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const STAY_MS = 8_000;
const MAX_TOASTS = 4;

let lastId = 0;

export const toastStore = createStore<{ readonly toasts: readonly Toast[] }>(() => ({
  toasts: [],
}));

/** Shows a toast for some seconds (a critical one until it is closed); the same text only once. */
export function showToast(toast: Omit<Toast, 'id'>): void {
  lastId += 1;
  const id = lastId;
  const others = toastStore
    .getState()
    .toasts.filter((known) => known.title !== toast.title || known.body !== toast.body);
  toastStore.setState({ toasts: [...others, { ...toast, id }].slice(-MAX_TOASTS) });
  if (toast.tone !== 'critical') setTimeout(() => closeToast(id), STAY_MS);
}

export function closeToast(id: number): void {
  const { toasts } = toastStore.getState();
  if (toasts.some((toast) => toast.id === id)) {
    toastStore.setState({ toasts: toasts.filter((toast) => toast.id !== id) });
  }
}
