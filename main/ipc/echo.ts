import { z } from 'zod';
import type { Port } from '../../shared/ipc/port.ts';

/**
 * Sends back what comes as `{ type: 'echo', body }`: for the conformance suite of ports, which
 * needs messages larger and odder than the contract has. Never attached to a core with a journal.
 */
export function attachEcho(port: Port): () => void {
  return port.onMessage((message) => {
    if (echoSchema.safeParse(message).success) port.post(message);
  });
}

const echoSchema = z.strictObject({ type: z.literal('echo'), body: z.unknown() });
