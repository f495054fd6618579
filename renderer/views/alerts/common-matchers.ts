import type { Matcher } from '../../../shared/facts/matcher.ts';
import type { AlertRow } from '../../../shared/ipc/rows.ts';

/** Labels that say what an alert is about; the others only tell its copies apart. */
const TELLING = ['alertname', 'service', 'unit', 'cell', 'zone', 'cluster', 'namespace'];

/**
 * Matchers that fit all of the alerts and as little else as can be told: what they have in common of
 * the telling labels; where that is nothing, the names that they have.
 */
export function commonMatchers(alerts: readonly Pick<AlertRow, 'labels'>[]): Matcher[] {
  const [first, ...others] = alerts;
  if (first === undefined) return [];
  const equal = TELLING.filter((name) => {
    const value = first.labels[name];
    return value !== undefined && others.every(({ labels }) => labels[name] === value);
  });
  if (equal.length > 0) {
    return equal.map((name) => ({
      name,
      value: first.labels[name] ?? '',
      isRegex: false,
      isEqual: true,
    }));
  }
  const names = [...new Set(alerts.map(({ labels }) => labels['alertname'] ?? ''))];
  const value = names
    .filter((name) => name !== '')
    .map(escaped)
    .join('|');
  return value === '' ? [] : [{ name: 'alertname', value, isRegex: true, isEqual: true }];
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
