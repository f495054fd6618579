import { expect, test } from 'vitest';
import type { ActionCall } from '../facts/execution.ts';
import { readActionCatalogue } from './catalogue.ts';
import { callText, planAction } from './plan.ts';

const look = {
  id: 'look',
  title: 'Look',
  does: 'Looks.',
  kind: 'command',
  effect: 'reads',
  executable: '/bin/look',
  argv: ['--', '{host}'],
  parameters: { host: { type: 'host', label: 'Host' } },
  timeoutSeconds: 5,
};
const change = {
  ...look,
  id: 'change',
  effect: 'changes',
  dryRun: ['--dry-run', '--', '{host}'],
  verify: { entry: 'look', parameters: { host: '{host}' } },
};
const ask = {
  id: 'ask',
  title: 'Ask',
  does: 'Asks.',
  kind: 'http',
  effect: 'reads',
  method: 'GET',
  url: 'https://ops.example/hosts/{host}',
  parameters: { host: { type: 'host', label: 'Host' } },
  timeoutSeconds: 5,
};

function read(...entries: readonly object[]): string {
  const result = readActionCatalogue(
    JSON.stringify({
      format: 'holdfast-actions/1',
      version: 1,
      expires: '2030-01-01T00:00:00Z',
      entries,
    }),
  );
  return result.ok ? 'read' : result.error;
}

test('A2 a catalogue with anything wrong in it is refused whole, and says where', () => {
  expect(read(look, change, ask)).toBe('read');
  const wrong: readonly (readonly [string, readonly object[]])[] = [
    ['look: is there twice', [look, look]],
    ['not an absolute path', [{ ...look, executable: 'look' }]],
    ['{who} is no parameter', [{ ...look, argv: ['{who}'] }]],
    ['a brace in', [{ ...look, argv: ['{host'] }]],
    ['could become an option', [{ ...look, argv: ['--{host}'] }]],
    ['has no dryRun', [{ ...look, effect: 'changes' }]],
    ['automatic needs verify and wayBack', [look, { ...change, automatic: true }]],
    ['dangerous is never automatic', [look, { ...change, effect: 'dangerous', automatic: true }]],
    ['there is no entry look', [change]],
    [
      'does more than read',
      [
        look,
        change,
        { ...change, id: 'x', verify: { entry: 'change', parameters: { host: '{host}' } } },
      ],
    ],
    ['host of look is not given', [look, { ...change, verify: { entry: 'look' } }]],
    [
      'look has no parameter x',
      [look, { ...change, verify: { entry: 'look', parameters: { host: 'a', x: 'b' } } }],
    ],
    [
      '{x} is no parameter',
      [look, { ...change, verify: { entry: 'look', parameters: { host: '{x}' } } }],
    ],
    [
      'none of RE2',
      [
        {
          ...look,
          parameters: { host: { type: 'pattern', label: 'x', pattern: '(a', maxLength: 9 } },
        },
      ],
    ],
    [
      'min is above max',
      [{ ...look, parameters: { host: { type: 'integer', label: 'x', min: 2, max: 1 } } }],
    ],
    [
      'cannot be seen',
      [{ ...look, parameters: { host: { type: 'choice', label: 'x', values: ['a\u200b'] } } }],
    ],
    ['environment', [{ ...look, environment: ['LD_PRELOAD'] }]],
    ['environment', [{ ...look, environment: ['HOLDFAST_TOKEN'] }]],
    ['all fixed', [{ ...ask, url: 'https://{host}/x' }]],
    ['all fixed', [{ ...ask, url: 'https://ops.example{host}/' }]],
    ['all fixed', [{ ...ask, url: 'https://me@ops.example/' }]],
    ['all fixed', [{ ...ask, url: 'file:///etc/passwd' }]],
    ['plain form', [{ ...ask, url: 'https://ops.example/../{host}' }]],
    ['plain form', [{ ...ask, url: 'https://ops.example/%2e%2e/{host}' }]],
    ['plain form', [{ ...ask, url: 'https://ops.example/{host}#x' }]],
    ['not parse', [{ ...ask, url: 'https://ops.example:65536/' }]],
    ['not parse', [{ ...ask, url: 'https://ops.example:443/' }]],
    ['not parse', [{ ...ask, url: 'http://10.0.0.256/' }]],
    ['not parse', [{ ...ask, url: 'http://10.0.1/' }]],
    ['not parse', [{ ...ask, url: 'http://ops.0x7f/' }]],
    ['not parse', [{ ...ask, url: 'http://[::1::2]/' }]],
    ['not parse', [{ ...ask, url: 'http://[1:2:3]/' }]],
    ['another host', [{ ...ask, dryRun: { method: 'GET', url: 'https://other.example/' } }]],
    ['has no body', [{ ...ask, body: { a: 'b' } }]],
    ['timeoutSeconds', [{ ...look, timeoutSeconds: 100_000 }]],
    ['Unrecognized key', [{ ...look, shell: true }]],
  ];
  for (const [reason, entries] of wrong) expect(read(...entries)).toContain(reason);
  expect(readActionCatalogue('{')).toMatchObject({ ok: false });
});

test('A1 a value has the type that the catalogue gives it', () => {
  const types = {
    choice: { type: 'choice', label: 'x', values: ['a', 'b c'] },
    integer: { type: 'integer', label: 'x', min: -5, max: 10 },
    host: { type: 'host', label: 'x' },
    name: { type: 'name', label: 'x' },
    pattern: { type: 'pattern', label: 'x', pattern: '[a-z]{2,4}', maxLength: 4 },
  };
  const cases: Record<keyof typeof types, { good: string[]; bad: string[] }> = {
    choice: { good: ['a', 'b c'], bad: ['c', 'A', 'b', ''] },
    integer: {
      good: ['0', '10', '7'],
      bad: ['11', '-6', '1e1', '07', '0x1', ' 1', '1.0', '-0', '+1'],
    },
    host: {
      good: ['db-7', 'a.b.example', '10.0.0.1'],
      bad: ['-a', 'a-', 'a..b', 'a b', 'ä.de', 'a;b'],
    },
    name: { good: ['ledger', 'ledger@1.service', 'a:b'], bad: ['-x', '.x', 'a b', 'a/b', '$x'] },
    pattern: { good: ['ab', 'abcd'], bad: ['a', 'abcde', 'ab1', 'ab\n'] },
  };
  for (const [type, parameter] of Object.entries(types)) {
    const entry = { ...look, argv: ['x={it}'], parameters: { it: parameter } };
    const catalogue = readActionCatalogue(
      JSON.stringify({
        format: 'holdfast-actions/1',
        version: 1,
        expires: '2030-01-01T00:00:00Z',
        entries: [entry],
      }),
    );
    if (!catalogue.ok) throw new Error(catalogue.error);
    const { good, bad } = cases[type as keyof typeof types];
    for (const it of [...good, ...bad]) {
      const planned = planAction(catalogue.value, { entry: 'look', parameters: { it } }, 0);
      expect({ type, it, taken: planned.ok }).toEqual({ type, it, taken: good.includes(it) });
      if (planned.ok) expect(planned.value.call).toMatchObject({ argv: [`x=${it}`] });
    }
    expect(planAction(catalogue.value, { entry: 'look', parameters: {} }, 0)).toMatchObject({
      error: { code: 'missing-parameter', parameter: 'it' },
    });
    const more = { it: good[0] ?? '', toString: 'x' };
    expect(planAction(catalogue.value, { entry: 'look', parameters: more }, 0)).toMatchObject({
      error: { code: 'unknown-parameter' },
    });
    expect(
      planAction(catalogue.value, { entry: 'look', parameters: { it: good[0] ?? '' } }, 4e12),
    ).toMatchObject({
      error: { code: 'catalogue-expired' },
    });
  }
});

test('a call reads as what a person would have to type', () => {
  expect(
    callText({
      kind: 'command',
      executable: '/bin/x',
      sha256: null,
      argv: ['a', 'b c', "it's", '$x', ''],
      environment: [],
      workingFolder: '/',
    }),
  ).toBe(String.raw`/bin/x a 'b c' 'it'\''s' '$x' ''`);
});

test('A3 a request is shown whole to whoever approves it: headers, with secrets by name, and body', () => {
  const request: ActionCall = {
    kind: 'http',
    method: 'POST',
    url: 'https://ops.example/scale',
    headers: [{ name: 'Authorization', value: 'Bearer {env:OPS_TOKEN}' }],
    body: '{"replicas":"0"}',
  };
  expect(callText(request)).toBe(
    'POST https://ops.example/scale\nAuthorization: Bearer {env:OPS_TOKEN}\n\n{"replicas":"0"}',
  );
  expect(callText({ ...request, method: 'GET', headers: [], body: null })).toBe(
    'GET https://ops.example/scale',
  );
});
