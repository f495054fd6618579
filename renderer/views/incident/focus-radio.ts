import type { KeyboardEvent } from 'react';

/**
 * Moves the keyboard to the radio button that a digit chose, where it is in that group already: an
 * arrow key goes on from what is chosen.
 */
export function focusRadio(event: KeyboardEvent, value: string): void {
  const group = (event.target as HTMLElement).closest('[role=radiogroup]');
  for (const radio of group?.querySelectorAll<HTMLInputElement>('[type=radio]') ?? []) {
    if (radio.value === value) radio.focus();
  }
}
