import { hasText, text } from '../i18n/text.ts';
import { showToast } from '../kit/toast-store.ts';
import { errorCode, shell } from './core.ts';

/** @returns whether the clipboard took it; a failure is shown */
export async function copyText(words: string): Promise<boolean> {
  try {
    await shell('shell.copy', { text: words });
    return true;
  } catch (error) {
    showCopyFailure(`error.${errorCode(error)}`);
    return false;
  }
}

/** Puts a picture on the clipboard. @returns whether it took it; a failure is shown */
export async function copyPicture(picture: Blob): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ [picture.type]: picture })]);
    return true;
  } catch (error) {
    showCopyFailure(error instanceof Error ? error.message : String(error));
    return false;
  }
}

function showCopyFailure(key: string): void {
  const body = hasText(key) ? text(key) : key;
  showToast({ tone: 'warning', title: text('clipboard.failed'), body });
}
