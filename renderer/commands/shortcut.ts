/** Shortcuts as texts: `Ctrl+K`, `Shift+A`, `?`, `Alt+ArrowLeft`. Ctrl is Command on a Mac. */

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

interface ElementLike {
  closest(selector: string): unknown;
}

const TYPING =
  'input:not([type=checkbox],[type=radio],[type=range],[type=button]), textarea, select, [contenteditable=""], [contenteditable=true], [role=textbox], [role=searchbox], [role=combobox]';
/** Places with keys of their own: menus and lists search by typing, dialogs are about one thing. */
const OWN_KEYS = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]';

/** Keys by which a control that has the focus is itself operated, and those controls. */
const OPERATING = /^(Shift\+)?(Enter| |Space|Arrow\w+|Home|End|Page\w+)$/;
const CONTROLS =
  'button, a[href], summary, input, [role=button], [role=tab], [role=radio], [role=slider], [role=separator], [role=switch], [role=checkbox], [role=option]';

/** Whether a press is this shortcut. Characters are compared as typed, so `?` needs no Shift. */
export function matchesShortcut(shortcut: string, press: KeyPress): boolean {
  const parts = shortcut === '+' ? ['+'] : shortcut.split('+');
  const key = parts.at(-1) ?? '';
  const wants = new Set(parts.slice(0, -1).map((part) => part.toLowerCase()));
  if (wants.has('ctrl') !== (press.ctrlKey || press.metaKey)) return false;
  if (wants.has('alt') !== press.altKey) return false;
  const isLetter = /^[a-z]$/i.test(key);
  const shiftMatters = isLetter || key.length > 1 || wants.has('shift');
  if (shiftMatters && wants.has('shift') !== press.shiftKey) return false;
  return press.key.toLowerCase() === key.toLowerCase();
}

/** True for shortcuts that are also what typing produces: a key alone or with Shift. */
export function isPlain(shortcut: string): boolean {
  return !/(^|\+)(ctrl|alt)\+/i.test(shortcut);
}

/**
 * Whether a shortcut may run while `target` has the focus: plain ones not while somebody types or a
 * menu is open, and none at all inside a dialog.
 */
export function mayFire(shortcut: string, target: unknown): boolean {
  if (!isElementLike(target)) return true;
  if (target.closest('[role=dialog], [role=alertdialog]')) return false;
  if (!isPlain(shortcut)) return true;
  if (OPERATING.test(shortcut) && target.closest(CONTROLS)) return false;
  return !target.closest(TYPING) && !target.closest(OWN_KEYS);
}

function isElementLike(target: unknown): target is ElementLike {
  return (
    typeof target === 'object' &&
    target !== null &&
    typeof (target as { closest?: unknown }).closest === 'function'
  );
}
