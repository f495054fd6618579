import { expect, test } from 'vitest';
import { trafficText } from './traffic-text.ts';

test('what was measured of a call in few digits; what was not is left out', () => {
  const none = {
    requestsPerSecond: null,
    errorsPerSecond: null,
    latencyMs: null,
    latencyP95Ms: null,
  };
  const of = (some: object): string => trafficText({ at: 1, source: 'jaeger', ...none, ...some });
  expect(of({ requestsPerSecond: 12.34, errorsPerSecond: 0.1, latencyMs: 84.4 })).toBe(
    '12/s · 0.81 % · 84 ms',
  );
  expect(of({ requestsPerSecond: 1_234.5, latencyP95Ms: 0.4 })).toBe('1235/s · 0.4 ms');
  expect(of({ requestsPerSecond: 0, errorsPerSecond: 0 })).toBe('0/s');
  expect(of({})).toBe('');
});
