import { Socket } from 'socket.io';
import { batchSchema, receiptSchema, type Batch } from '../../../shared/wire/protocol.ts';

/** A batch whose receipt the gateway has: what the desk may never lose again. */
export interface Receipted {
  readonly part: Batch['part'];
  readonly from: number;
  readonly to: number;
  readonly ids: readonly string[];
}

/**
 * Hears, in the process of an in-test gateway, every receipt in the moment in which the gateway gets
 * it: the only place where "acknowledged" is not the victim's own word.
 */
export function hearReceipts(
  /** Host and port: other gateways of this process are not heard. */
  host: string,
  listener: (receipted: Receipted) => void,
): () => void {
  const heard = { host, listener };
  listeners.add(heard);
  return () => listeners.delete(heard);
}

const listeners = new Set<{ host: string; listener: (receipted: Receipted) => void }>();
const prototype = Socket.prototype as unknown as {
  emitWithAck: (name: string, ...given: unknown[]) => Promise<unknown>;
};
const original = prototype.emitWithAck;
prototype.emitWithAck = async function (this: Socket, name, ...given) {
  const answer: unknown = await original.call(this, name, ...given);
  const batch = name === 'batch' ? batchSchema.safeParse(given[0]) : null;
  const receipt = receiptSchema.safeParse(answer);
  if (batch?.success !== true || !receipt.success) return answer;
  const { part, from, to } = batch.data;
  const facts: unknown[] =
    'lines' in batch.data
      ? batch.data.lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
      : batch.data.facts;
  const ids = facts.map((fact) => (fact as { id: string }).id);
  for (const { host, listener } of listeners) {
    if (this.handshake.headers.host === host) listener({ part, from, to, ids });
  }
  return answer;
};
