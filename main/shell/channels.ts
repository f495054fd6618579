/** Names of the two channels between a window's preload script and the main process. */
export const coreChannel = 'holdfast:core';
export const shellChannel = 'holdfast:shell';
/** From a page: it has handled an event of the core. */
export const handledChannel = 'holdfast:handled';
/** A beat that a page answers as long as it does not hang, and its answer. */
export const pulseChannel = 'holdfast:pulse';
/** From the main process to windows: what the shell tells. */
export const shellEventChannel = 'holdfast:shell-event';
