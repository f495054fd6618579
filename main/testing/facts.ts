import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { edgeThing, nodeThing } from '../../shared/facts/topology.ts';

/** Facts as a gateway would send them. Only tests import this. */
export function heardFact(source: string, at: number, speaks = 'alertmanager'): Fact {
  const minute = Math.floor(at / 60_000) * 60_000;
  return sealFact({
    kind: 'source.heard',
    v: 1,
    thing: `source:${source}`,
    at: minute,
    heardAt: at,
    source,
    body: { speaks, intervalMs: 60_000 },
  });
}

export function firedFact(options: {
  name: string;
  service: string;
  at: number;
  source?: string;
  heardAt?: number;
  severity?: 'critical' | 'warning' | 'info';
  leaseUntil?: number;
  /** Absent: it begins with this fact; earlier: this fact renews it. */
  startsAt?: number;
}): Fact {
  return sealFact({
    kind: 'alert.fired',
    v: 1,
    thing: `alert:${fingerprintOf(options)}`,
    at: options.at,
    heardAt: options.heardAt ?? options.at,
    source: options.source ?? 'am',
    body: {
      ...described(options),
      startsAt: options.startsAt ?? options.at,
      ...lease(options.leaseUntil),
    },
  });
}

export function resolvedFact(options: {
  name: string;
  service: string;
  startsAt: number;
  at: number;
  source?: string;
  heardAt?: number;
  severity?: 'critical' | 'warning' | 'info';
}): Fact {
  return sealFact({
    kind: 'alert.resolved',
    v: 1,
    thing: `alert:${fingerprintOf(options)}`,
    at: options.at,
    heardAt: options.heardAt ?? options.at,
    source: options.source ?? 'am',
    body: { ...described(options), startsAt: options.startsAt, endsAt: options.at },
  });
}

export function nodeFact(name: string, at: number, zone = 'z1'): Fact {
  return sealFact({
    kind: 'node.declared',
    v: 1,
    thing: nodeThing(name),
    at,
    heardAt: at,
    source: 'mesh',
    body: { name, kind: 'service', zone },
  });
}

export function edgeFact(from: string, to: string, at: number): Fact {
  return sealFact({
    kind: 'edge.declared',
    v: 1,
    thing: edgeThing(from, to),
    at,
    heardAt: at,
    source: 'mesh',
    body: { from, to, strength: 'sync' },
  });
}

function described(options: {
  name: string;
  service: string;
  severity?: 'critical' | 'warning' | 'info';
}): Record<string, never> {
  return {
    fingerprint: fingerprintOf(options),
    name: options.name,
    severity: options.severity ?? 'critical',
    service: options.service,
    labels: { alertname: options.name, service: options.service },
    annotations: { summary: `${options.name} on ${options.service}` },
  } as unknown as Record<string, never>;
}

function lease(leaseUntil: number | undefined): { leaseUntil?: number } {
  return leaseUntil === undefined ? {} : { leaseUntil };
}

/** Not Alertmanager's, but as stable: enough for a test. */
function fingerprintOf(options: { name: string; service: string }): string {
  let hash = 0;
  for (const sign of `${options.name}/${options.service}`) {
    hash = (Math.imul(hash, 31) + (sign.codePointAt(0) ?? 0)) >>> 0;
  }
  return hash.toString(16).padStart(16, '0');
}
