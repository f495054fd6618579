import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { VirtualTime } from '../testing/virtual-time.ts';
import { startVirtualTime } from '../testing/virtual-time.ts';
import { giveAttachment, takeAttachment, type Ask } from './attachment-line.ts';

const SIZE = 200_000;
const WHOLE = new Uint8Array(SIZE).map((_, index) => index % 251);
const DIGEST = createHash('sha256').update(WHOLE).digest('hex');

let time: VirtualTime | null = null;
afterEach(() => time?.end());

interface Asked {
  readonly offset: number;
  readonly bytes?: string;
  readonly most?: number;
}

/** A line that carries so many bytes a second, to a gateway that takes and gives all of it. */
function lineOf(bytesPerSecond: number): { ask: Ask; tookMs: number[] } {
  const tookMs: number[] = [];
  const ask: Ask = async (event, question, schema) => {
    const { offset, bytes, most = 0 } = question as Asked;
    const given = bytes === undefined ? most : Buffer.from(bytes, 'base64').length;
    const end = Math.min(SIZE, offset + given);
    const needMs = (given / bytesPerSecond) * 1_000;
    tookMs.push(needMs);
    await new Promise((resolve) => setTimeout(resolve, needMs));
    const answer =
      event === 'give'
        ? { digest: DIGEST, outcome: end === SIZE ? 'kept' : 'go-on', next: end }
        : {
            digest: DIGEST,
            size: SIZE,
            bytes: Buffer.from(WHOLE.subarray(offset, end)).toString('base64'),
          };
    return schema.parse(answer);
  };
  return { ask, tookMs };
}

test.each([
  ['of a modem', 2_000, 3_100],
  ['of an office', 1_000_000, 100],
])(
  'E3 a line %s carries an attachment in pieces that are soon answered',
  async (_, speed, most) => {
    time = startVirtualTime(0);
    for (const act of ['give', 'take'] as const) {
      const { ask, tookMs } = lineOf(speed);
      let outcome: unknown = null;
      const done =
        act === 'give' ? giveAttachment(ask, DIGEST, WHOLE) : takeAttachment(ask, DIGEST);
      void done.then((end) => (outcome = end));
      await time.pass(200_000);
      expect(outcome).toEqual(act === 'give' ? 'kept' : Buffer.from(WHOLE));
      expect(Math.max(...tookMs)).toBeLessThan(most);
      // A good line is not asked for every little piece.
      if (speed > 100_000) expect(tookMs.length).toBeLessThan(10);
    }
  },
);
