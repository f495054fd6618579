import type { FactDraft } from '../../shared/facts/fact.ts';
import { seededRandom } from '../../shared/kit/random.ts';

const SERVICES = 500;

/**
 * Alert facts of about 500 bytes of JSON: 5,000 alerts over 500 services that fire and resolve in
 * turn, with a heartbeat a minute, one second apart.
 */
export function* syntheticDrafts(count: number, startAt: number): Generator<FactDraft> {
  const random = seededRandom(42);
  const firedAt = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const at = startAt + index * 200;
    if (index % 300 === 0) {
      const minute = Math.floor(at / 60_000) * 60_000;
      yield {
        kind: 'source.heard',
        v: 1,
        thing: 'source:am',
        at: minute,
        heardAt: at,
        source: 'am',
        body: { speaks: 'alertmanager', intervalMs: 60_000 },
      };
      continue;
    }
    const number = Math.floor(random() * 5_000);
    const fingerprint = number.toString(16).padStart(16, '0');
    const service = `service-${number % SERVICES}`;
    const described = {
      fingerprint,
      name: `HighErrorRate${number % 40}`,
      severity: number % 9 === 0 ? 'critical' : 'warning',
      service,
      labels: {
        alertname: `HighErrorRate${number % 40}`,
        service,
        zone: `z${number % 3}`,
        unit: `RZ0${number % 4}`,
        instance: `10.0.${number % 250}.${number % 199}:9090`,
      },
      annotations: { summary: `error rate of ${service} is above 5 % for two minutes` },
    };
    const since = firedAt.get(number);
    const base = { v: 1, thing: `alert:${fingerprint}`, at, heardAt: at + 40, source: 'am' };
    if (since === undefined) {
      firedAt.set(number, at);
      yield { ...base, kind: 'alert.fired', body: { ...described, startsAt: at } };
    } else {
      firedAt.delete(number);
      yield {
        ...base,
        kind: 'alert.resolved',
        body: { ...described, startsAt: since, endsAt: at },
      };
    }
  }
}
