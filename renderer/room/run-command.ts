import type { Answer } from '../../shared/ipc/contract.ts';
import type { Command } from '../../shared/commands/command.ts';
import { hasText, text } from '../i18n/text.ts';
import { showToast } from '../kit/toast-store.ts';
import { core, errorCode } from './core.ts';
import { noticeStore } from './notices.ts';

/**
 * Sends a person's command. A refusal is shown as a toast with its reason and answered; so is a
 * failure of the core, with the error's code. Never rejects.
 * @param options.isQuiet refusals that the caller tells in its own place
 */
export async function runCommand(
  command: Command,
  options: { readonly isQuiet?: (code: string) => boolean } = {},
): Promise<Answer<'command.run'>> {
  try {
    const answer = await core.ask('command.run', { command });
    noticeStore.setState({ diskFailed: false });
    if (!answer.done && options.isQuiet?.(answer.code) !== true) {
      showRefusal(`refusal.${answer.code}`, answer.code);
    }
    return answer;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'disk') noticeStore.setState({ diskFailed: true });
    showRefusal(`error.${code}`, code);
    return { done: false, code };
  }
}

function showRefusal(key: string, code: string): void {
  const body = hasText(key) ? text(key) : text('refusal.other', { code });
  showToast({ tone: 'warning', title: text('refusal.title'), body });
}
