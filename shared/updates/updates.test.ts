import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AUDIENCES } from '../facts/incident.ts';
import { readCadence } from './cadence.ts';
import { internalNamesIn } from './internal-names.ts';
import { writeLetter, type Letter } from './letter.ts';

const MINUTE = 60_000;
const letter: Letter = {
  from: 'maya@example.org',
  fromName: 'Maya',
  to: ['all@example.org', 'exec@example.org'],
  subject: 'SEV-2 Checkout',
  text: 'One.\nTwo.',
  at: Date.UTC(2026, 2, 25, 12),
  id: 'update:abc',
};

function written(more: Partial<Letter>): { headers: [string, string][]; body: string } {
  const made = writeLetter({ ...letter, ...more });
  if (!made.ok) throw new Error(made.error.address);
  const [head = '', ...rest] = made.value.split('\r\n\r\n');
  expect(made.value.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of made.value.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  expect(made.value).toMatch(/^[\t\r\n -~]*$/);
  return {
    headers: head
      .replaceAll('\r\n ', ' ')
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    body: decoded(rest.join('\r\n\r\n').replaceAll('=\r\n', '')).replace(/\r\n$/, ''),
  };
}
function decoded(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
}
function decodedWords(header: string): string {
  return header
    .split(' ')
    .map((word) => /^=\?utf-8\?q\?(.*)\?=$/.exec(word)?.[1])
    .map((word) => decoded((word ?? '').replaceAll('_', ' ')))
    .join('');
}
const NAMES = [
  'X-Unsent',
  'Date',
  'From',
  'To',
  'Subject',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
];

test('H4 a letter is RFC 5322 with encoded words and a body that comes out as it went in', () => {
  const { headers, body } = written({
    subject: '结账故障：更新 №2',
    text: 'a=b \n\n.\n结账故障 \r\nend',
  });
  expect(headers.map(([name]) => name)).toEqual(NAMES);
  expect(headers[1]?.[1]).toBe('Wed, 25 Mar 2026 12:00:00 +0000');
  expect(headers[2]?.[1]).toBe('Maya <maya@example.org>');
  expect(headers[3]?.[1]).toBe('all@example.org, exec@example.org');
  expect(decodedWords(headers[4]?.[1] ?? '')).toBe('结账故障：更新 №2');
  expect(body).toBe('a=b \r\n\r\n.\r\n结账故障 \r\nend');
  expect(written({ from: '', fromName: '' }).headers[2]?.[1]).toBe('<unset@holdfast.invalid>');
});

test('H4 no text of a field adds a header, a recipient or a line', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          '\r\n',
          '\n',
          '\r',
          'Bcc: x@y.z',
          ' ',
          '\0',
          '=?utf-8?q?=0D=0A?=',
          '\u2028',
          '\u202E',
          'é',
          '🙂',
          '"',
          '<a@b.c>',
          ',',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (subject, fromName, id, text) => {
      const { headers, body } = written({ subject, fromName, id, text });
      expect(headers.map(([name]) => name)).toEqual(NAMES);
      expect(headers[3]?.[1]).toBe('all@example.org, exec@example.org');
      expect(headers[2]?.[1]).toMatch(/<maya@example\.org>$/);
      // Nor does what a mail program makes of it break the line or turn it.
      for (const shown of [headers[4]?.[1] ?? '', (headers[2]?.[1] ?? '').replace(/<.*/, '')]) {
        const words = shown.startsWith('=?') ? decodedWords(shown.trim()) : shown;
        expect(words).not.toMatch(/[\p{Cc}\u2028\u2029\u202E]/u);
      }
      expect(body).toBe(text.replaceAll(/\r\n|\r|\n/g, '\r\n').toWellFormed());
    }),
    { numRuns: 1_000 },
  );
  fc.assert(
    fc.property(hostile, (address) => {
      const made = writeLetter({ ...letter, to: [address] });
      if (made.ok) expect(address.trim()).toMatch(/^([!-~]+@[!-~]+)?$/);
      else expect(made.error.address).toBe(address.trim());
    }),
    { numRuns: 1_000 },
  );
});

test('H6 names of people, services and units are found as words in a text', () => {
  const names = ['checkout', 'checkout-api', 'Maya Lin', 'RZ01', '李梅', 'db', ''];
  expect(internalNamesIn('CHECKOUT is slow; maya lin looks at rz01. 李梅也在', names)).toEqual([
    'checkout',
    'Maya Lin',
    'RZ01',
    '李梅',
  ]);
  expect(internalNamesIn('The checkout-apis and dbs, precheckout', names)).toEqual([]);
  expect(internalNamesIn('checkout-api', names)).toEqual(['checkout-api']);
});

test('H7 an update is due so long after the last one, or after the promise', () => {
  const incident = {
    key: 'incident:1',
    status: 'active' as const,
    cadence: {
      executive: { everyMs: 30 * MINUTE, since: 0 },
      public: { everyMs: 60 * MINUTE, since: 10 * MINUTE },
    },
  };
  const told = { incident: 'incident:1', audience: 'executive' as const, publishedAt: 20 * MINUTE };
  const other = { ...told, incident: 'incident:2', publishedAt: 40 * MINUTE };
  const at = (minutes: number, key = 'incident:1'): string[] =>
    readCadence({ ...incident, key }, [told, other], minutes * MINUTE).map(
      ({ audience, state, dueAt }) => `${audience} ${state} ${dueAt / MINUTE}`,
    );
  expect(at(43)).toEqual(['executive waiting 50', 'public waiting 70']);
  expect(at(44)).toEqual(['executive soon 50', 'public waiting 70']);
  expect(at(50)).toEqual(['executive overdue 50', 'public waiting 70']);
  expect(at(59, 'incident:3')).toEqual(['executive overdue 30', 'public soon 70']);
  expect(readCadence({ ...incident, status: 'resolved' }, [], 999 * MINUTE)).toEqual([]);
});

test('H7 whatever was told when, an audience is overdue exactly when nothing came for so long', () => {
  const moment = fc.integer({ min: 0, max: 500 });
  const update = fc.record({
    incident: fc.constantFrom('incident:1', 'incident:2'),
    audience: fc.constantFrom(...AUDIENCES),
    publishedAt: moment,
  });
  fc.assert(
    fc.property(fc.array(update, { maxLength: 8 }), moment, moment, (updates, since, now) => {
      const cadence = { internal: { everyMs: 60, since } };
      const [reading] = readCadence({ key: 'incident:1', status: 'active', cadence }, updates, now);
      const heard = updates.some(
        ({ incident, audience, publishedAt }) =>
          incident === 'incident:1' && audience === 'internal' && publishedAt > now - 60,
      );
      expect(reading?.state === 'overdue').toBe(!heard && since <= now - 60);
    }),
  );
});
