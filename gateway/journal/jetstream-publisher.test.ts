import { JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { expect, onTestFinished, test } from 'vitest';
import type { Broker } from './jetstream-broker.ts';
import { createPublisher, type Publisher } from './jetstream-publisher.ts';

interface Sent {
  readonly id: string;
  acknowledge(duplicate?: boolean): void;
  refuse(error: Error): void;
}

/** A broker whose answers the test gives by hand, in any order. */
function publisherOver(patienceMs = 60_000): { publisher: Publisher; sent: Sent[] } {
  const sent: Sent[] = [];
  const client = {
    publish: (_subject: string, _data: Uint8Array, { msgID }: { msgID: string }) =>
      new Promise((resolve, reject) => {
        sent.push({
          id: msgID,
          acknowledge: (duplicate = false) => resolve({ stream: 'S', seq: 1, duplicate }),
          refuse: reject,
        });
      }),
  };
  const broker = { client: () => client as unknown as JetStreamClient } as Broker;
  const publisher = createPublisher({
    broker,
    subject: 's',
    stream: 'S',
    patienceMs,
    isReachable: () => false,
  });
  onTestFinished(() => publisher.close(0));
  return { publisher, sent };
}

function facts(...ids: string[]): Map<string, Uint8Array> {
  return new Map(ids.map((id) => [id, new Uint8Array(4)]));
}

const NOT_ENABLED = new Error('jetstream is not enabled');

/** Lets promises settle. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  await turn();
  return Promise.race([
    promise.then(
      () => 'stored',
      (error: Error) => error.message,
    ),
    turn().then(() => 'waits'),
  ]);
}

test('W2 an append is over when the broker acknowledged and the follower has read it, not before', async () => {
  const { publisher, sent } = publisherOver();
  const append = publisher.publish(facts('a', 'b'));
  expect(sent.map(({ id }) => id)).toEqual(['a', 'b']);
  sent[0]?.acknowledge();
  sent[1]?.acknowledge();
  expect(await outcomeOf(append)).toBe('waits');
  publisher.seen('a', true);
  expect(await outcomeOf(append)).toBe('waits');
  publisher.seen('b', true);
  expect([...(await append).stored]).toEqual(['a', 'b']);
});

test('W2 while a leader is chosen it is sent again, in its order, and what the follower read counts', async () => {
  const { publisher, sent } = publisherOver();
  const append = publisher.publish(facts('a', 'b', 'c'));
  sent[0]?.refuse(NOT_ENABLED);
  sent[1]?.acknowledge();
  await turn();
  // One is still under way: what failed waits for it, so that it overtakes nothing.
  publisher.wake();
  expect(sent).toHaveLength(3);
  sent[2]?.refuse(NOT_ENABLED);
  await turn();
  publisher.wake();
  expect(sent.slice(3).map(({ id }) => id)).toEqual(['a', 'c']);
  publisher.seen('b', true);
  // Stored by the first attempt, whose answer was lost: the broker calls the second a duplicate.
  sent[3]?.acknowledge(true);
  publisher.seen('a', true);
  // No answer at all; but the follower reads what a majority has.
  sent[4]?.refuse(NOT_ENABLED);
  await turn();
  publisher.seen('c', true);
  expect([...(await append).stored].sort()).toEqual(['a', 'b', 'c']);
});

test('W1 what another replica stored first is a duplicate, and so is a repeat beyond the window', async () => {
  const { publisher, sent } = publisherOver();
  const append = publisher.publish(facts('a', 'b'));
  sent[0]?.acknowledge(true);
  publisher.seen('a', true);
  sent[1]?.acknowledge();
  publisher.seen('b', false);
  expect([...(await append).stored]).toEqual([]);
});

test('W1 two appends of one fact that meet store it once', async () => {
  const { publisher, sent } = publisherOver();
  const first = publisher.publish(facts('a'));
  const second = publisher.publish(facts('a'));
  sent[0]?.acknowledge();
  sent[1]?.acknowledge(true);
  await turn();
  publisher.seen('a', true);
  const both = [...(await first).stored, ...(await second).stored];
  expect(both).toEqual(['a']);
});

test('W2 an append without facts waits for those before it, and fails with them', async () => {
  const { publisher, sent } = publisherOver(10);
  expect(await outcomeOf(publisher.publish(facts()))).toBe('stored');
  const good = publisher.publish(facts('a'));
  const empty = publisher.publish(facts());
  expect(await outcomeOf(empty)).toBe('waits');
  sent[0]?.acknowledge();
  publisher.seen('a', true);
  await good;
  expect(await outcomeOf(empty)).toBe('stored');

  const late = publisher.publish(facts('b'));
  const behind = publisher.publish(facts());
  await expect(late).rejects.toThrow('no majority of the brokers answers');
  await expect(behind).rejects.toThrow('no majority of the brokers answers');
  // An answer that comes after all changes nothing.
  sent[1]?.acknowledge();
  publisher.seen('b', true);
  await turn();
});

test('W5 what the stream never takes fails alone; its neighbours get through', async () => {
  const { publisher, sent } = publisherOver();
  const wrong = publisher.publish(facts('a'));
  const right = publisher.publish(facts('b'));
  const full = { code: 400, err_code: 10_054, description: 'message size exceeds maximum' };
  sent[0]?.refuse(new JetStreamApiError(full));
  await expect(wrong).rejects.toThrow('message size exceeds maximum');
  sent[1]?.acknowledge();
  publisher.seen('b', true);
  expect([...(await right).stored]).toEqual(['b']);
});

test('W8 what may wait is bounded: beyond it a sender is told to come again', async () => {
  const { publisher } = publisherOver();
  const many = publisher.publish(facts(...Array.from({ length: 50_000 }, (_, n) => `${n}`)));
  await expect(publisher.publish(facts('more'))).rejects.toThrow('wait for the brokers already');
  await publisher.close(0);
  await expect(many).rejects.toThrow('stopping');
  await expect(publisher.publish(facts('a'))).rejects.toThrow('closed');
});
