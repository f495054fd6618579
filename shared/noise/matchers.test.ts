import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAlertmanagerConfig } from './alertmanager-config.ts';
import { labelTest, matchersText, readMatchers } from './matchers.ts';

const GENUINE = '../shared/fixtures/alertmanager/conf.good.yml';

describe('matchers', () => {
  test.each([
    ['service="pay"', { service: 'pay' }, true],
    ['{service="pay", zone!="az-1"}', { service: 'pay' }, true],
    ['service=~"pay|web"', { service: 'web' }, true],
    ['service=~pay.*', { service: 'pay-core' }, true],
    ['service!~"pay.*"', { service: 'pay-core' }, false],
    ['missing=""', {}, true],
    ['"label with space"="x"', { 'label with space': 'x' }, true],
    ['path="C:\\\\temp", q="say \\"a\\""', { path: 'C:\\temp', q: 'say "a"' }, true],
    ['pod=~"a\\.b"', { pod: 'a.b' }, true],
  ])('%s', (text, labels, fits) => {
    const read = readMatchers(text);
    expect(read.ok && labelTest(read.value)(labels as Record<string, string>)).toBe(fits);
  });

  test.each(['="x"', 'service', 'service "pay"', 'a="b" c="d"', 'a="b', 'a=~"("'])(
    '%s is refused with a reason',
    (text) => expect(readMatchers(text)).toMatchObject({ ok: false, error: expect.any(String) }),
  );

  test('what is written is read back', () => {
    const matcher = fc.record({
      name: fc.string({ minLength: 1, maxLength: 10 }).filter((name) => name.trim() !== ''),
      value: fc.string({ maxLength: 10 }),
      isRegex: fc.constant(false),
      isEqual: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(matcher, { minLength: 1, maxLength: 4 }), (matchers) => {
        expect(readMatchers(matchersText(matchers))).toEqual({ ok: true, value: matchers });
      }),
    );
  });

  test('W5 any text is matchers or a reason, never an error', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '=', '~', '!', '"', '\\', ',', '{', '}', '(') }),
        (text) => {
          expect(typeof readMatchers(text).ok).toBe('boolean');
        },
      ),
    );
  });
});

describe('an Alertmanager configuration', () => {
  test('its inhibition rules in every way of writing them, and what it groups by', () => {
    const read = readAlertmanagerConfig(`
route:
  receiver: a
  group_by: [alertname, cluster, '...']
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity=~"warning|info"]
    equal: [alertname]
    equal_pairs: [node=instance]
  - name: old
    source_match: { severity: critical }
    target_match_re: { severity: "warning|info" }
`);
    expect(read.problems).toEqual([]);
    expect(read.groupBy).toEqual(['alertname', 'cluster']);
    expect(read.rules).toMatchObject([
      {
        source: [{ name: 'severity', value: 'critical' }],
        equal: ['alertname'],
        pairs: [{ source: 'node', target: 'instance' }],
      },
      { name: 'old', target: [{ isRegex: true, value: 'warning|info' }], equal: [] },
    ]);
  });

  test('W5 a broken rule costs only itself and is named by its line', () => {
    const read = readAlertmanagerConfig(`inhibit_rules:
  - source_matchers: [severity]
    target_matchers: [a="b"]
  - 7
  - source_matchers: [a="b"]
  - source_matchers: [a="b"]
    target_matchers: [c="d"]
`);
    expect(read.rules).toHaveLength(1);
    expect(read.problems.map(({ line }) => line)).toEqual([2, 4, 5]);
  });

  test('W5 any text is read or complained of', () => {
    for (const text of [
      '',
      '[',
      'a: b',
      'inhibit_rules: 7',
      'inhibit_rules: {a: b}',
      '\u0000',
      '- a',
    ]) {
      expect(readAlertmanagerConfig(text).rules, text).toEqual([]);
    }
    fc.assert(fc.property(fc.string(), (text) => void readAlertmanagerConfig(text)));
  });

  test.skipIf(!existsSync(GENUINE))('a genuine one is understood without a problem', () => {
    const read = readAlertmanagerConfig(readFileSync(GENUINE, 'utf8'));
    expect(read.problems).toEqual([]);
  });
});
