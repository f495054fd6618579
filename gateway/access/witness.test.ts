import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sampleFact } from '../journal/journal-conformance.ts';
import { createWitness, witnessKeyIn, witnessOf } from './witness.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-witness-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('W7 a witness knows what it signed, by the id, and nothing else', () => {
  const witness = createWitness(Buffer.alloc(32, 1));
  const signed = witness.sign({ ...sampleFact(1), raw: { said: 'more' } });
  expect(signed).toMatchObject({ id: sampleFact(1).id, raw: { said: 'more' } });
  expect(witness.knows(signed)).toBe(true);
  expect(witness.knows({ ...signed, heardAt: 5 })).toBe(true);
  expect(createWitness(Buffer.alloc(32, 1)).knows(signed)).toBe(true);
  expect(createWitness(Buffer.alloc(32, 2)).knows(signed)).toBe(false);
  expect(witness.knows({ ...sampleFact(2), raw: signed.raw ?? null })).toBe(false);
  for (const raw of [
    undefined,
    null,
    'x',
    [],
    {},
    { witness: 7 },
    { witness: '' },
    { witness: 'é' },
  ]) {
    const claim = { ...sampleFact(1), ...(raw !== undefined && { raw }) };
    expect(witness.knows(claim)).toBe(false);
  }
  expect(witnessOf({ raw: 'text' })).toBeNull();
});

test('W7 the key is made once, for its owner alone, and one that is no key is refused by name', () => {
  const path = join(folder(), 'witness.key');
  const made = witnessKeyIn(path);
  expect(made).toHaveLength(32);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(witnessKeyIn(path)).toEqual(made);
  expect(readFileSync(path, 'utf8').trim()).toBe(made.toString('hex'));
  writeFileSync(path, 'a passphrase, long enough\n');
  expect(witnessKeyIn(path).toString()).toBe('a passphrase, long enough');
  for (const text of ['', 'short', 'abcdef']) {
    writeFileSync(path, text);
    expect(() => witnessKeyIn(path)).toThrow(`${path} is shorter than 16 bytes`);
  }
});
