import type { NoiseAlert } from '../noise/noise-alert.ts';
import type { Storm } from './storm.ts';

type Named = Pick<NoiseAlert, 'key' | 'name' | 'service' | 'startsAt'>;

/** An alert that fires and of which nothing else is known. Only tests and benches import this. */
export function noiseAlert(named: Named, more: Partial<NoiseAlert> = {}): NoiseAlert {
  const severity = more.severity ?? 'warning';
  const { name, service, startsAt } = named;
  return {
    severity,
    unit: null,
    labels: { alertname: name, severity, ...(service !== null && { service }) },
    status: 'firing',
    endsAt: null,
    isAcknowledged: false,
    assigned: null,
    released: [],
    silencedBy: [],
    inhibitedBy: [],
    isMuted: false,
    shaking: null,
    rings: [{ at: startsAt, severity }],
    ...named,
    ...more,
  };
}

/** A storm's alerts, what was said twice once, and the cause of each by its key. */
export function noiseAlertsOf({ alerts: told }: Storm): {
  alerts: NoiseAlert[];
  cause: Map<string, number | null>;
} {
  const byKey = new Map<string, NoiseAlert>();
  const cause = new Map<string, number | null>();
  for (const { labels, startsAt, cause: of } of told) {
    const key = `alert:${JSON.stringify(labels)}`;
    cause.set(key, of);
    const named = {
      key,
      name: labels['alertname'] ?? '',
      service: labels['service'] ?? null,
      startsAt,
    };
    const severity = labels['severity'] as NoiseAlert['severity'];
    byKey.set(key, noiseAlert(named, { severity, unit: labels['unit'] ?? null, labels }));
  }
  return { alerts: [...byKey.values()], cause };
}
