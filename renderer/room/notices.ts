import { createStore } from 'zustand/vanilla';

/** What the window noticed itself and shows until it is settled. */
export const noticeStore = createStore(() => ({
  /** The core's process ended and is being started again. */
  coreLost: false,
  /** The core could not write: nothing can be recorded. */
  diskFailed: false,
  /** The token of this connection is gone after a restart. */
  tokenOnce: false,
}));
