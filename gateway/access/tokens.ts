import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { sourceNameProblem } from '../../shared/adapters/record.ts';

/** `ingest` posts facts of machines; `read` follows the feed; `person` follows and writes as one. */
export const tokenKindSchema = z.enum(['ingest', 'read', 'person']);
export type TokenKind = z.infer<typeof tokenKindSchema>;

const tokenSchema = z
  .strictObject({
    kind: tokenKindSchema,
    /** A source's name for `ingest`, the person's for `person`, a label for `read`. */
    name: z.string().trim().min(1).max(200),
    token: z.string().min(16, 'a token has at least 16 characters').max(500).optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'sha256 is 64 hex digits')
      .optional(),
  })
  .refine((entry) => (entry.token === undefined) !== (entry.sha256 === undefined), {
    error: 'a token is given either as "token" or as "sha256"',
  })
  .superRefine((entry, context) => {
    const reason = entry.kind === 'ingest' ? sourceNameProblem(entry.name) : null;
    if (reason !== null) context.addIssue({ code: 'custom', path: ['name'], message: reason });
  });
export type TokenEntry = z.infer<typeof tokenSchema>;

/** For whom a request or a connection speaks. */
export interface Bearer {
  readonly kind: TokenKind;
  readonly name: string;
}

export interface Access {
  /** The bearer of a token, or null. Takes the same time whichever token it is. */
  bearerOf(token: string): Bearer | null;
}

export function createAccess(entries: readonly TokenEntry[]): Access {
  const known = entries.map(({ kind, name, token, sha256 }) => ({
    bearer: { kind, name },
    digest: sha256 === undefined ? digestOf(token ?? '') : Buffer.from(sha256, 'hex'),
  }));
  return {
    bearerOf(token) {
      const digest = digestOf(token);
      let found: Bearer | null = null;
      for (const entry of known) if (timingSafeEqual(entry.digest, digest)) found = entry.bearer;
      return found;
    },
  };
}

/**
 * The token of an Authorization header: `Bearer <token>`, or Basic with the token as password
 * (Alertmanager and Prometheus can send either). Null when there is none.
 */
export function tokenOfHeader(header: string | undefined): string | null {
  const [, scheme, value] = /^(\S+) +(\S+)$/.exec(header ?? '') ?? [];
  if (scheme === undefined || value === undefined) return null;
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1);
}

/**
 * Reads a tokens file: `[{ "kind", "name", "token" | "sha256" }]`.
 * @throws Error that names the file and the place
 */
export function readTokensFile(path: string): TokenEntry[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(
      `tokens file ${path}: ${error instanceof Error ? error.message : 'unreadable'}`,
      {
        cause: error,
      },
    );
  }
  const entries = z.array(tokenSchema).min(1, 'no tokens').safeParse(content);
  if (entries.success) return entries.data;
  const issue = entries.error.issues[0];
  const place = issue?.path.map(String).join('.') ?? '';
  throw new Error(
    `tokens file ${path}: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`,
  );
}

/** Makes one token of each kind and keeps them in a file that only its owner may read. */
export function makeTokensFile(path: string, person: string): TokenEntry[] {
  const entries: TokenEntry[] = [
    { kind: 'ingest', name: 'sources', token: newToken() },
    { kind: 'read', name: 'readers', token: newToken() },
    { kind: 'person', name: person, token: newToken() },
  ];
  writeFileSync(path, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  return entries;
}

function newToken(): string {
  return `hf_${randomBytes(24).toString('base64url')}`;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
