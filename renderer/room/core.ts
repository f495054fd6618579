import { createCoreClient, CoreError, type CoreClient } from '../../shared/ipc/client.ts';
import type { ShellAnswer, ShellAsk, ShellRequestName } from '../../shared/ipc/shell-contract.ts';
import { bridge, bridgePort } from './bridge.ts';

/** The core, as this window may ask it. */
export const core: CoreClient = createCoreClient(bridgePort());

/** Asks the shell. Rejects when the shell refuses the question or fails. */
export function shell<Name extends ShellRequestName>(
  name: Name,
  body: ShellAsk<Name>,
): Promise<ShellAnswer<Name>> {
  return bridge().shell(name, body) as Promise<ShellAnswer<Name>>;
}

/** The code of a failed request, for the catalogue's `error.<code>`. */
export function errorCode(error: unknown): CoreError['code'] {
  return error instanceof CoreError ? error.code : 'failed';
}
