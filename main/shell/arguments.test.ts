import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

const read = (...argv: string[]) => readArguments(argv, {}, '/home/ana');

describe('command line', () => {
  test('takes a profile and a file, and makes them absolute', () => {
    expect(read('--profile=desk', 'outage.holdfast')).toEqual({
      profile: '/home/ana/desk',
      file: '/home/ana/outage.holdfast',
    });
    expect(readArguments([], { HOLDFAST_PROFILE: '/srv/desk' }, '/')).toEqual({
      profile: '/srv/desk',
    });
  });

  test('an argument stands before the environment', () => {
    expect(readArguments(['--profile=/a'], { HOLDFAST_PROFILE: '/b' }, '/').profile).toBe('/a');
  });

  const hostile = [
    '--inspect=9229',
    '--inspect-brk',
    '--remote-debugging-port=1',
    '--gpu-launcher=/bin/sh -c id #x.holdfast',
    '--renderer-cmd-prefix=xterm',
    '--load-extension=/tmp/x.holdfast',
    '--user-data-dir=/tmp',
    '--profile=',
    '--profile=\0/etc',
    '--profile=file:///etc',
    '-e',
    'holdfast://open/incident',
    'holdfast://run/x.holdfast',
    'file:///home/ana/x.holdfast',
    'http://127.0.0.1/x.holdfast',
    'x.holdfast\0.png',
    '\0.holdfast',
    'x.holdfast.exe',
    '.HOLDFAST',
    '',
  ];
  test.each(hostile)('ignores %j', (word) => {
    expect(read(word)).toEqual({});
  });

  test('no command line throws, and nothing but the two is taken', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom(...hostile), fc.webUrl());
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        const { profile, file, ...rest } = read(...argv);
        expect(rest).toEqual({});
        if (profile !== undefined) expect(argv.some((w) => w.startsWith('--profile='))).toBe(true);
        if (file !== undefined) expect(file).toMatch(/^\/.*\.holdfast$/s);
      }),
      { numRuns: 1_000 },
    );
  });
});
