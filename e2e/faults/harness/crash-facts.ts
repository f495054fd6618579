import { nativeSha256 } from '../../../gateway/journal/native-hash.ts';
import { sealFact, type Fact } from '../../../shared/facts/fact.ts';

/** Facts of machines that never repeat one: number `from` and the following ones. */
export function machineFacts(from: number, count: number): Fact[] {
  return Array.from({ length: count }, (_, offset) => machineFact(from + offset));
}

/** Alerts over 500 services that fire and resolve in turn; about 500 bytes of JSON each. */
function machineFact(number: number): Fact {
  const round = Math.floor(number / ALERTS);
  const alert = number % ALERTS;
  const service = `service-${alert % 500}`;
  const at = START + number * 100;
  const startsAt = START + (round % 2 === 0 ? number : number - ALERTS) * 100;
  const fires = round % 2 === 0;
  return sealFact(
    {
      kind: fires ? 'alert.fired' : 'alert.resolved',
      v: 1,
      thing: `alert:${alert.toString(16).padStart(16, '0')}`,
      at,
      heardAt: at + 40,
      source: 'am',
      body: {
        fingerprint: alert.toString(16).padStart(16, '0'),
        name: `HighErrorRate${alert % 40}`,
        severity: alert % 9 === 0 ? 'critical' : 'warning',
        service,
        labels: {
          alertname: `HighErrorRate${alert % 40}`,
          service,
          zone: `z${alert % 3}`,
          unit: `RZ0${alert % 4}`,
          instance: `10.0.${alert % 250}.${alert % 199}:9090`,
        },
        annotations: { summary: `error rate of ${service} is above 5 % for two minutes` },
        startsAt,
        ...(fires ? {} : { endsAt: at }),
      },
    },
    nativeSha256,
  );
}

const ALERTS = 2_000;
const START = 1_760_000_000_000;
