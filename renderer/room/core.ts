import { createCoreClient, CoreError, type CoreClient } from '../../shared/ipc/client.ts';
import type { Session } from '../../shared/ipc/contract.ts';
import { bridge, bridgePort } from './bridge.ts';

/** The core, as this window may ask it. */
export const core: CoreClient = createCoreClient(bridgePort());

/** What the shell (dialogs, key store, clipboard) may be asked. */
export interface ShellRequests {
  'shell.connect': {
    ask: { address: string; token: string; remember: boolean };
    answer: { session: Session; tokenKept: boolean; reason?: string };
  };
  'shell.open-file': {
    ask: Record<string, never>;
    answer: { opened: boolean; session?: Session; error?: string };
  };
  'shell.choose-runbook-folder': {
    ask: Record<string, never>;
    answer: { session: Session };
  };
  'shell.export': {
    ask: {
      format: 'bundle' | 'markdown' | 'csv';
      incident: string | null;
      language: Session['language'];
    };
    answer: { saved: boolean; path?: string; facts?: number; bytes?: number; error?: string };
  };
  'shell.open-link': { ask: { url: string }; answer: { opened: boolean } };
  'shell.copy': { ask: { text: string }; answer: Record<string, never> };
}
export type ShellRequestName = keyof ShellRequests;

/** Asks the shell. Rejects when the shell refuses the question or fails. */
export function shell<Name extends ShellRequestName>(
  name: Name,
  body: ShellRequests[Name]['ask'],
): Promise<ShellRequests[Name]['answer']> {
  return bridge().shell(name, body) as Promise<ShellRequests[Name]['answer']>;
}

/** The code of a failed request, for the catalogue's `error.<code>`. */
export function errorCode(error: unknown): CoreError['code'] {
  return error instanceof CoreError ? error.code : 'failed';
}
