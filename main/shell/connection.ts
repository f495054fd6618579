import type { CoreClient } from '../../shared/ipc/client.ts';
import type { Session } from '../../shared/ipc/contract.ts';
import type { TokenStore } from './token-store.ts';

/**
 * Which gateway this desk is connected to. The token stays in this process's memory (and, where it
 * may, in the key store): the core forgets it when it ends, and is told again when it is back.
 */
export interface Connection {
  connect(
    core: CoreClient,
    wish: { address: string; token: string; remember: boolean },
  ): Promise<{ session: Session; tokenKept: boolean }>;
  /** To be called with every new core. */
  restore(core: CoreClient): Promise<void>;
}

export function createConnection(
  tokens: TokenStore,
  given: { address?: string | undefined; token?: string | undefined; person?: string | undefined },
): Connection {
  let inMemory: { gateway: string; token: string; tokenKept: boolean } | null = null;

  const tell = async (
    core: CoreClient,
    address: string,
    token: string,
    tokenKept: boolean,
  ): Promise<Session> => {
    const { session } = await core.ask('room.connect', { address, token, tokenKept });
    // The core's own form of the address, as its session will name it from now on.
    inMemory = { gateway: session.gateway ?? address, token, tokenKept };
    return session;
  };

  return {
    async connect(core, { address, token, remember }) {
      // First the core, which refuses what is no address; a token is not kept for nothing.
      await tell(core, address, token, false);
      const tokenKept = remember && tokens.keep(token);
      if (!tokenKept) {
        tokens.forget();
        return { session: await core.ask('session.read', {}), tokenKept };
      }
      return { session: await tell(core, address, token, true), tokenKept };
    },
    async restore(core) {
      if (given.person !== undefined && given.person !== '') {
        await core.ask('session.write', { person: given.person });
      }
      const { gateway, tokenKept } = await core.ask('session.read', {});
      if (inMemory !== null) {
        // A window may have disconnected since.
        if (gateway === inMemory.gateway) {
          await tell(core, gateway, inMemory.token, inMemory.tokenKept);
        }
        return;
      }
      if (given.address !== undefined && given.address !== '') {
        await tell(core, given.address, given.token ?? '', false);
        return;
      }
      const token = gateway !== null && tokenKept ? tokens.read() : null;
      if (gateway !== null && token !== null) await tell(core, gateway, token, true);
      else tokens.forget();
    },
  };
}
