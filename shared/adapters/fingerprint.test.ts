import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

const FIXTURES = '../shared/fixtures/alertmanager';

/** The published algorithm, word by word, in slow arithmetic. */
function slowFingerprint(labels: Record<string, string>): string {
  const encoder = new TextEncoder();
  const mask = (1n << 64n) - 1n;
  let hash = 14695981039346656037n;
  const names = Object.keys(labels).sort((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  for (const name of names) {
    const bytes = [...encoder.encode(name), 255, ...encoder.encode(labels[name] ?? ''), 255];
    for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 1099511628211n) & mask;
  }
  return hash.toString(16).padStart(16, '0');
}

describe('fingerprint of labels', () => {
  test('a known value, and the empty set is the offset basis', () => {
    expect(fingerprintOf({})).toBe('cbf29ce484222325');
    expect(
      fingerprintOf({
        alertname: 'HighErrorRate',
        service: 'acct-core',
        severity: 'critical',
        zone: 'RZ01',
      }),
    ).toBe('64643b0c6d311aff');
  });

  test('equals the published algorithm for any labels, in any order of keys', () => {
    const labels = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => name !== '__proto__'),
      fc.string({ unit: 'binary', maxLength: 12 }),
      { maxKeys: 8, noNullPrototype: true },
    );
    fc.assert(
      fc.property(labels, (set) => {
        const turned = Object.fromEntries(Object.entries(set).reverse());
        expect(fingerprintOf(set)).toBe(slowFingerprint(set));
        expect(fingerprintOf(turned)).toBe(slowFingerprint(set));
      }),
    );
  });

  test.skipIf(!existsSync(FIXTURES))('equals the fingerprints of genuine alerts', () => {
    let count = 0;
    for (const file of ['v0.25.0-alerts-groups.json', 'v0.27.0-alerts-groups.json']) {
      const groups = JSON.parse(readFileSync(`${FIXTURES}/${file}`, 'utf8')) as {
        alerts: { labels: Record<string, string>; fingerprint: string }[];
      }[];
      for (const alert of groups.flatMap((group) => group.alerts)) {
        expect(fingerprintOf(alert.labels)).toBe(alert.fingerprint);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(20);
  });
});
