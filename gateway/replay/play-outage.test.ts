import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Outage, OutagePost } from './outage.ts';
import { playOutage, resolveOffsets, type PlayProgress } from './play-outage.ts';

test('a placeholder becomes the moment after the start, scaled by the speed', () => {
  const body = { at: '@+60000', text: 'at @+60000', list: ['@+0', 7, null, true] };
  expect(resolveOffsets(body, { startAt: 1_000_000, speed: 10 })).toEqual({
    at: '1970-01-01T00:16:46.000Z',
    text: 'at @+60000',
    list: ['1970-01-01T00:16:40.000Z', 7, null, true],
  });
  expect(body.at).toBe('@+60000');
});

test('posts go out in order, at their moments, with the token', async () => {
  const clock = fakeClock(5_000);
  const seen: { at: number; path: string; body: string; authorization: string | null }[] = [];
  const result = await playOutage({
    outage: outageOf([post(0, 'first'), post(1_000, 'second'), post(1_000, 'third')]),
    url: 'http://gateway.example:1234/',
    token: 'secret',
    speed: 2,
    ...clock,
    fetch: async (address, init) => {
      seen.push({
        at: clock.now(),
        path: String(address),
        body: String(init?.body),
        authorization: new Headers(init?.headers).get('authorization'),
      });
      return new Response('{}', { status: 202 });
    },
  });
  expect(result).toEqual({ posted: 3, refused: 0, retries: 0, aborted: false });
  expect(seen.map((request) => request.at)).toEqual([5_000, 5_500, 5_500]);
  expect(seen[0]).toMatchObject({
    path: 'http://gateway.example:1234/ingest/change',
    authorization: 'Bearer secret',
  });
  expect(seen.map((request) => (JSON.parse(request.body) as { id: string }).id)).toEqual([
    'first',
    'second',
    'third',
  ]);
});

test('a gateway that is away, busy or failing is tried again and nothing overtakes', async () => {
  const clock = fakeClock(0);
  const answers: (number | 'refused')[] = ['refused', 503, 429, 200, 200];
  const ids: string[] = [];
  const result = await playOutage({
    outage: outageOf([post(0, 'first'), post(10, 'second')]),
    url: 'http://127.0.0.1:1',
    ...clock,
    fetch: async (_address, init) => {
      const answer = answers.shift();
      ids.push((JSON.parse(String(init?.body)) as { id: string }).id);
      if (answer === 'refused') throw new TypeError('fetch failed');
      return new Response('', {
        status: answer ?? 200,
        headers: answer === 429 ? { 'retry-after': '2' } : {},
      });
    },
  });
  expect(result).toEqual({ posted: 2, refused: 0, retries: 3, aborted: false });
  expect(ids).toEqual(['first', 'first', 'first', 'first', 'second']);
  expect(clock.now()).toBe(250 + 500 + 2_000);
});

test('a refusal is reported with its reason and not repeated', async () => {
  const progress: PlayProgress[] = [];
  const result = await playOutage({
    outage: outageOf([post(0, 'first'), post(0, 'second')]),
    url: 'http://127.0.0.1:1',
    ...fakeClock(0),
    onProgress: (step) => progress.push(step),
    fetch: async (_address, init) =>
      String(init?.body).includes('first')
        ? new Response('no such unit', { status: 422 })
        : new Response('', { status: 200 }),
  });
  expect(result).toEqual({ posted: 1, refused: 1, retries: 0, aborted: false });
  expect(progress.map((step) => [step.status, step.refusal])).toEqual([
    [422, 'no such unit'],
    [200, null],
  ]);
});

test('a start in the past is filled in without waiting', async () => {
  const clock = fakeClock(10_000_000);
  const result = await playOutage({
    outage: outageOf([post(0, 'first'), post(2_700_000, 'last')]),
    url: 'http://127.0.0.1:1',
    startAt: 10_000_000 - 2_700_000,
    ...clock,
    fetch: async () => new Response('', { status: 200 }),
  });
  expect(result.posted).toBe(2);
  expect(clock.now()).toBe(10_000_000);
});

test('the signal stops a play that waits, over a real connection', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(202).end('{}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = new AbortController();
  try {
    const result = await playOutage({
      outage: outageOf([post(0, 'first'), post(3_600_000, 'in an hour')]),
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      signal: stop.signal,
      onProgress: () => setTimeout(() => stop.abort(), 10),
    });
    expect(result).toEqual({ posted: 1, refused: 0, retries: 0, aborted: true });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

function post(afterMs: number, id: string): OutagePost {
  return { afterMs, method: 'POST', path: '/ingest/change', body: { id, at: `@+${afterMs}` } };
}

function outageOf(posts: OutagePost[]): Outage {
  return {
    version: 1,
    title: 'test',
    seed: 0,
    durationMs: 0,
    counts: { services: 0, nodes: 0, edges: 0, changes: 0, firings: 0, resolutions: 0 },
    posts,
  };
}

function fakeClock(start: number) {
  let moment = start;
  return {
    now: () => moment,
    sleep: async (durationMs: number) => {
      moment += durationMs;
    },
  };
}
