/** Names of the two channels between a window's preload script and the main process. */
export const coreChannel = 'holdfast:core';
export const shellChannel = 'holdfast:shell';
/** From the main process to windows: what the shell tells. */
export const shellEventChannel = 'holdfast:shell-event';
