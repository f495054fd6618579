import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createAccess, makeTokensFile, readTokensFile, tokenOfHeader } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('tokens', () => {
  test('W7 a token is known by itself or by its SHA-256, and by nothing else', () => {
    const sha256 = createHash('sha256').update('the-other-token-here').digest('hex');
    const access = createAccess([
      { kind: 'ingest', name: 'prom', token: 'a-token-of-some-length' },
      { kind: 'person', name: 'Ada', sha256: sha256.toUpperCase() },
    ]);
    expect(access.bearerOf('a-token-of-some-length')).toEqual({ kind: 'ingest', name: 'prom' });
    expect(access.bearerOf('the-other-token-here')).toEqual({ kind: 'person', name: 'Ada' });
    expect(access.bearerOf(sha256)).toBeNull();
    expect(access.bearerOf('')).toBeNull();
  });

  test('an Authorization header carries it as bearer or as the password of Basic', () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(tokenOfHeader('Bearer abc')).toBe('abc');
    expect(tokenOfHeader('bearer  abc')).toBe('abc');
    expect(tokenOfHeader(basic('user:a:b'))).toBe('a:b');
    expect(tokenOfHeader(basic('nobody'))).toBeNull();
    expect(tokenOfHeader('Digest abc')).toBeNull();
    expect(tokenOfHeader(undefined)).toBeNull();
  });

  test('a file of tokens is read whole or refused with its place', () => {
    const path = join(folder, 'given.json');
    const refusal = (content: unknown): string => {
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
      try {
        readTokensFile(path);
        return '';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    };
    const good = { kind: 'read', name: 'screen', token: 'long-enough-token' };
    expect(refusal([good])).toBe('');
    expect(refusal('{')).toContain('given.json');
    expect(refusal([])).toContain('no tokens');
    expect(refusal([good, { ...good, token: 'short' }])).toContain('1.token: a token has at least');
    expect(refusal([{ ...good, sha256: 'a'.repeat(64) }])).toContain('either as');
    expect(refusal([{ kind: 'ingest', name: 'people', token: 'long-enough-token' }])).toContain(
      'reserved',
    );
  });

  test('tokens that were made are for their owner only', () => {
    const path = join(folder, 'made.json');
    const made = makeTokensFile(path, 'Ada');
    expect(made.map(({ kind }) => kind)).toEqual(['ingest', 'read', 'person']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readTokensFile(path)).toEqual(made);
    expect(() => makeTokensFile(path, 'Ada')).toThrow();
  });
});
