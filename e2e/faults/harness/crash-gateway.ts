import type { Fact } from '../../../shared/facts/fact.ts';
import { startTestGateway, type TestGateway } from '../../../gateway/test-gateway.ts';
import { machineFacts } from './crash-facts.ts';
import { hearReceipts } from './crash-receipts.ts';

/** A gateway in the test's own process that knows what it stored and what it has receipts for. */
export interface CountingGateway {
  readonly gateway: TestGateway;
  readonly url: string;
  /** The ids that it stored, by sequence − 1. */
  readonly sequence: string[];
  /** The ids of all facts whose receipt it has. */
  readonly acknowledged: Set<string>;
  /** Stores so many new facts of machines. */
  produce(count: number): Promise<void>;
  /** Resolves when a receipt comes; fails when the victim ends first. */
  grown(before: number, ended: () => string | null): Promise<void>;
  facts(): Promise<Fact[]>;
  stop(): Promise<void>;
}

export async function startCountingGateway(): Promise<CountingGateway> {
  const gateway = await startTestGateway({ timings: { coalesceMs: 2 } });
  const sequence: string[] = [];
  const acknowledged = new Set<string>();
  let produced = 0;
  let waiting: (() => void)[] = [];
  const stopHearing = hearReceipts(new URL(gateway.gateway.address.url).host, ({ ids }) => {
    for (const id of ids) acknowledged.add(id);
    for (const resolve of waiting.splice(0)) resolve();
  });
  gateway.gateway.journal.onAppend((stored) => {
    for (const { seq, fact } of stored) sequence[seq - 1] = fact.id;
  });
  return {
    gateway,
    url: gateway.gateway.address.url,
    sequence,
    acknowledged,
    async produce(count) {
      const facts = machineFacts(produced, count);
      produced += count;
      await gateway.gateway.journal.append(facts);
    },
    async grown(before, ended) {
      const until = performance.now() + 30_000;
      while (acknowledged.size <= before) {
        const end = ended();
        if (end !== null) throw new Error(`the desk ended: ${end}`);
        if (performance.now() > until) throw new Error('no receipt in 30 s');
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          setTimeout(resolve, 20);
        });
      }
      waiting = [];
    },
    async facts() {
      const { last } = await gateway.gateway.journal.bounds();
      const stored = await gateway.gateway.journal.range(1, last, { facts: 1e7, length: 1e10 });
      return stored.map(({ fact }) => fact);
    },
    async stop() {
      stopHearing();
      await gateway.stop();
    },
  };
}
