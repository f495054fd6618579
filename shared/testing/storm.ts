import { seededRandom } from '../kit/random.ts';

/**
 * An alert storm as it comes in a large outage: some causes deep in a topology of units, symptoms that
 * spread to callers with a delay and under other names, unrelated alerts, clocks that differ, everything
 * shuffled and some of it said twice. The same seed gives the same storm. Labels tell nothing of a cause.
 */
export interface StormOptions {
  readonly seed: number;
  /** Alerts without those said twice. */
  readonly alerts: number;
  readonly causes: number;
  /** Share of alerts that belong to no cause. */
  readonly noise: number;
  /** Share of alerts that are said twice. */
  readonly doubled: number;
  readonly spanMs: number;
  /** When it begins (ms since the epoch). */
  readonly startsAt: number;
}

export const STORM: StormOptions = {
  seed: 1,
  alerts: 10_000,
  causes: 12,
  noise: 0.05,
  doubled: 0.03,
  spanMs: 60_000,
  startsAt: Date.UTC(2026, 10, 23, 12),
};

export interface StormAlert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: number;
  /** Which cause it belongs to; null: none. Kept aside for whoever judges. */
  readonly cause: number | null;
}

export interface Storm {
  readonly nodes: { name: string; kind: string; unit?: string }[];
  readonly edges: { from: string; to: string; strength: 'sync' | 'async' | 'weak' }[];
  /** The service of each cause. */
  readonly causes: string[];
  /** In order of arrival, with what is said twice. */
  readonly alerts: StormAlert[];
}

const LAYERS = [
  { kind: 'database', names: ['ledger', 'orders', 'users', 'stock', 'risk', 'coupon'], width: 6 },
  { kind: 'service', names: ['account', 'trade', 'member', 'goods', 'rules'], width: 12 },
  { kind: 'service', names: ['pay', 'refund', 'cart', 'quote', 'bill'], width: 14 },
  { kind: 'service', names: ['checkout', 'portal', 'search', 'mobile', 'merchant'], width: 12 },
  { kind: 'gateway', names: ['entry'], width: 2 },
] as const;

const OF_CAUSE = ['InstanceDown', 'DiskLatencyHigh', 'ConnectionsExhausted', 'ReplicationLag'];
const OF_SYMPTOM = [
  'HighErrorRate',
  'LatencyP99High',
  'ThreadPoolFull',
  'UpstreamTimeouts',
  'QueueGrowing',
  'SloBurn',
];
const OF_NOISE = [
  'CertificateExpires',
  'DiskWillFill',
  'PodRestarted',
  'BackupLate',
  'ClockSkew',
  'CpuThrottled',
  'LogVolumeHigh',
];

export function storm(options: Partial<StormOptions> = {}): Storm {
  const { seed, alerts, causes, noise, doubled, spanMs, startsAt } = { ...STORM, ...options };
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;

  const nodes: Storm['nodes'] = [];
  const edges: Storm['edges'] = [];
  const unitOf = new Map<string, string>();
  const layers: string[][][] = [];
  for (let unit = 0; unit < causes + 2; unit += 1) {
    const name = `U${String(unit + 1).padStart(2, '0')}`;
    const inUnit: string[][] = [];
    for (const { kind, names, width } of LAYERS) {
      const layer = Array.from(
        { length: width },
        (_, index) => `${names[index % names.length]}-${name.toLowerCase()}-${index + 1}`,
      );
      for (const service of layer) {
        nodes.push({ name: service, kind, unit: name });
        unitOf.set(service, name);
      }
      inUnit.push(layer);
    }
    layers.push(inUnit);
  }
  // Each unit has its own entry; what stands before all of them sends most of what it is sent on.
  const gateways = Array.from({ length: 4 }, (_, index) => `gateway-${index + 1}`);
  for (const name of gateways) nodes.push({ name, kind: 'gateway' });
  const callersOf = new Map<string, string[]>();
  const call = (from: string, to: string, strength: 'sync' | 'async' | 'weak'): void => {
    edges.push({ from, to, strength });
    if (strength !== 'weak') callersOf.set(to, [...(callersOf.get(to) ?? []), from]);
  };
  layers.forEach((inUnit, unit) => {
    for (let layer = 1; layer < inUnit.length; layer += 1) {
      for (const from of inUnit[layer] ?? []) {
        const below = inUnit[layer - 1] ?? [];
        const chosen = new Set([
          pick(below),
          pick(below),
          ...(random() < 0.4 ? [pick(below)] : []),
        ]);
        for (const to of chosen) call(from, to, random() < 0.1 ? 'async' : 'sync');
        // A few calls leave the unit; most of those are weak, as units are meant to be.
        if (random() < 0.05) {
          const other =
            layers[(unit + 1 + Math.floor(random() * (layers.length - 1))) % layers.length];
          call(from, pick(other?.[layer - 1] ?? below), random() < 0.9 ? 'weak' : 'sync');
        }
      }
    }
    for (const entry of inUnit[4] ?? []) call(pick(gateways), entry, 'sync');
  });

  const units = shuffled(layers, random).slice(0, causes);
  const causeServices = units.map((inUnit) => pick(inUnit[random() < 0.7 ? 0 : 1] ?? []));
  const told: StormAlert[] = [];
  const noisy = Math.round(alerts * noise);
  const each = (alerts - noisy) / causes;
  const alert = (
    service: string,
    name: string,
    severity: string,
    instance: number,
    at: number,
    cause: number | null,
  ): StormAlert => {
    // What stands before all units tells by unit what it cannot reach.
    const behind = cause === null ? undefined : unitOf.get(causeServices[cause] ?? '');
    const unit = unitOf.get(service) ?? behind;
    return {
      labels: {
        alertname: name,
        service,
        severity,
        instance: `10.${(instance >> 8) & 255}.${instance & 255}.7:9100`,
        ...(unit === undefined ? {} : { unit }),
      },
      annotations: { summary: `${name} on ${service}` },
      startsAt: startsAt + Math.max(0, Math.min(spanMs, Math.round(at))),
      cause,
    };
  };
  causeServices.forEach((service, cause) => {
    const begins = random() * spanMs * 0.5;
    const reached = spread(service, callersOf, random);
    const wanted = Math.round(each * (cause + 1)) - Math.round(each * cause);
    for (let index = 0; index < wanted; index += 1) {
      // The cause itself tells a tenth; every service that it reached tells at least once.
      const isOrigin = index === 0 || (index >= reached.length && random() < 0.1);
      const found = isOrigin
        ? { name: service, depth: 0 }
        : (reached[index < reached.length ? index : Math.floor(random() * reached.length)] ?? {
            name: service,
            depth: 0,
          });
      const at = begins + found.depth * 3_000 + random() * 10_000 + (random() - 0.5) * 5_000;
      const severity =
        found.depth === 0
          ? index === 0 || random() < 0.5
            ? 'critical'
            : 'warning'
          : pick(['critical', 'warning', 'warning', 'info']);
      told.push(
        alert(
          found.name,
          pick(found.depth === 0 ? OF_CAUSE : OF_SYMPTOM),
          severity,
          index,
          at,
          cause,
        ),
      );
    }
  });
  for (let index = 0; index < noisy; index += 1) {
    const { name } = pick(nodes);
    const severity = pick(['warning', 'info', 'info']);
    told.push(alert(name, pick(OF_NOISE), severity, 40_000 + index, random() * spanMs, null));
  }
  const twice = told.filter(() => random() < doubled);
  return { nodes, edges, causes: causeServices, alerts: shuffled([...told, ...twice], random) };
}

/** Callers that suffer, with how far they are: most of those that are near, fewer of those that are far. */
function spread(
  from: string,
  callersOf: ReadonlyMap<string, readonly string[]>,
  random: () => number,
): { name: string; depth: number }[] {
  const reached = new Map<string, number>([[from, 0]]);
  const queue = [from];
  for (const name of queue) {
    const depth = reached.get(name) ?? 0;
    for (const caller of callersOf.get(name) ?? []) {
      if (!reached.has(caller) && random() < 0.9 - 0.1 * depth) {
        reached.set(caller, depth + 1);
        queue.push(caller);
      }
    }
  }
  return [...reached].map(([name, depth]) => ({ name, depth }));
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as Item, order[last] as Item];
  }
  return order;
}
