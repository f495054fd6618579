import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { catchTheRest } from './last-resort.ts';

test('what nobody caught is logged and goes on; only over and over it gives up', () => {
  const target = new EventEmitter();
  const lines: string[] = [];
  let now = 0;
  let given = 0;
  catchTheRest({
    on: (name, listener) => target.on(name, listener),
    log(line) {
      lines.push(line);
      throw new Error('stderr is closed');
    },
    giveUp: () => (given += 1),
    now: () => now,
  });
  target.emit('uncaughtException', new Error('first'));
  target.emit('unhandledRejection', 'second');
  expect(lines[0]).toContain('uncaughtException: Error: first');
  expect(lines[1]).toBe('unhandledRejection: second');
  for (let count = 0; count < 200; count += 1) {
    now += 1_000;
    target.emit('uncaughtException', new Error('now and then'));
  }
  expect(given).toBe(0);
  for (let count = 0; count < 60; count += 1) target.emit('uncaughtException', new Error('loop'));
  expect(given).toBeGreaterThan(0);
});
