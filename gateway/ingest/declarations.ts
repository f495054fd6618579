import { suppressedKey } from '../../shared/adapters/alertmanager-alerts.ts';
import { measuredKey } from '../../shared/adapters/graph-record.ts';
import { declaredDigest } from '../../shared/adapters/record.ts';
import type { Fact } from '../../shared/facts/fact.ts';
import { compareFacts } from '../../shared/facts/order.ts';

/**
 * What each source last declared, by thing: digest of the declaring body. With it a push of the
 * whole topology, or a change that is reported again, becomes only what differs.
 */
export interface Declarations {
  by(source: string): ReadonlyMap<string, string>;
  learn(fact: Fact): void;
  forget(source: string): void;
}

const DECLARES = new Set([
  'node.declared',
  'edge.declared',
  'change.reported',
  'alert.suppressed',
  'edge.measured',
]);
/** What is said of a thing beside its declaration has a name of its own. */
const KEYS: Readonly<Record<string, (thing: string) => string>> = {
  'alert.suppressed': suppressedKey,
  'edge.measured': measuredKey,
};
const RETIRES = new Set(['node.retired', 'edge.retired', 'node.unlisted', 'edge.unlisted']);
const NONE: ReadonlyMap<string, string> = new Map();

export function createDeclarations(): Declarations {
  const digests = new Map<string, Map<string, string>>();
  /** The newest fact of each thing that decided: what arrives late does not overrule it. */
  const newest = new Map<string, Map<string, Pick<Fact, 'id' | 'kind' | 'at' | 'heardAt'>>>();
  return {
    by: (source) => digests.get(source) ?? NONE,
    learn(fact) {
      const declares = DECLARES.has(fact.kind);
      if (!declares && !RETIRES.has(fact.kind)) return;
      const key = KEYS[fact.kind]?.(fact.thing) ?? fact.thing;
      const known = childOf(newest, fact.source);
      const before = known.get(key);
      if (before !== undefined && compareFacts(before as Fact, fact) > 0) return;
      const { id, kind, at, heardAt } = fact;
      known.set(key, { id, kind, at, heardAt });
      const declared = childOf(digests, fact.source);
      if (declares) declared.set(key, declaredDigest(fact.body));
      else declared.delete(key);
    },
    forget(source) {
      digests.delete(source);
      newest.delete(source);
    },
  };
}

function childOf<Value>(parents: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const child = parents.get(key) ?? new Map<string, Value>();
  parents.set(key, child);
  return child;
}
