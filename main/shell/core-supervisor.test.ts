import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { channelOver } from '../ipc/child-channel.ts';
import { pauseBeforeMs, superviseCore, type CoreProcess } from './core-supervisor.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a core that dies', () => {
  test('is started again, at once at first and then ever later', () => {
    const cores: ReturnType<typeof fakeCore>[] = [];
    const onReady = vi.fn();
    const onLost = vi.fn();
    superviseCore({ start: () => started(cores), onReady, onLost });
    expect(cores).toHaveLength(1);
    cores[0]?.say({ type: 'ready' });
    expect(onReady).toHaveBeenCalledTimes(1);

    cores[0]?.end();
    expect(onLost).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(0);
    expect(cores).toHaveLength(2);
    cores[1]?.end();
    vi.advanceTimersByTime(pauseBeforeMs(1) - 1);
    expect(cores).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(cores).toHaveLength(3);
  });

  test('is restarted at once again after it had run steadily', () => {
    const cores: ReturnType<typeof fakeCore>[] = [];
    superviseCore({ start: () => started(cores), onReady: () => {}, onLost: () => {} });
    cores[0]?.end();
    vi.advanceTimersByTime(0);
    cores[1]?.say({ type: 'ready' });
    vi.advanceTimersByTime(30_000);
    cores[1]?.end();
    vi.advanceTimersByTime(0);
    expect(cores).toHaveLength(3);
  });

  test('has no ports until another runs', () => {
    const cores: ReturnType<typeof fakeCore>[] = [];
    const core = superviseCore({
      start: () => started(cores),
      onReady: () => {},
      onLost: () => {},
    });
    expect(core.openPort('w', 'window')).not.toBeNull();
    cores[0]?.end();
    expect(core.openPort('w', 'window')).toBeNull();
    vi.advanceTimersByTime(0);
    expect(core.openPort('w', 'window')).not.toBeNull();
  });

  test('is left alone once the application ends, and killed when it does not end by itself', async () => {
    const cores: ReturnType<typeof fakeCore>[] = [];
    const onLost = vi.fn();
    const core = superviseCore({ start: () => started(cores), onReady: () => {}, onLost });
    const stopped = core.stop(5_000);
    expect(cores[0]?.stop).toHaveBeenCalled();
    vi.advanceTimersByTime(4_999);
    expect(cores[0]?.kill).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(cores[0]?.kill).toHaveBeenCalled();
    cores[0]?.end();
    await stopped;
    vi.advanceTimersByTime(60_000);
    expect(cores).toHaveLength(1);
    expect(onLost).not.toHaveBeenCalled();
  });

  test('waits at most five seconds', () => {
    const pauses = Array.from({ length: 20 }, (_, failures) => pauseBeforeMs(failures));
    expect(pauses[0]).toBe(0);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(Math.max(...pauses)).toBe(5_000);
  });
});

function started(cores: ReturnType<typeof fakeCore>[]): CoreProcess {
  const core = fakeCore();
  cores.push(core);
  return core;
}

function fakeCore() {
  let say: (message: unknown) => void = () => {};
  let end: () => void = () => {};
  const channel = channelOver({
    send: () => {},
    onMessage: (listener) => (say = listener),
    onClose: (listener) => (end = listener),
  });
  return {
    channel,
    stop: vi.fn<() => void>(),
    kill: vi.fn<() => void>(),
    say: (message: unknown) => say(message),
    end: () => end(),
  };
}
