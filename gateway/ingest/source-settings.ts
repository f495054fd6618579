import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AdapterSettings } from '../../shared/adapters/adapter.ts';

const texts = z.record(z.string().max(1_000), z.string().max(8_192));

const settingsSchema = z.strictObject({
  externalLabels: texts.optional(),
  alertRelabelConfigs: z.array(z.record(z.string(), z.unknown())).max(200).optional(),
  secret: z.string().min(8).max(1_000).optional(),
  zone: z
    .string()
    .regex(/^(?:Z|[+-]\d{2}:\d{2})$/, 'a zone is Z or like +08:00')
    .optional(),
  mapping: texts.optional(),
});

/**
 * What is stated of sources, by name: `{ "prod": { "externalLabels": { … }, "secret": "…" } }`. A
 * file, since it may hold secrets, which do not belong into a command line.
 * @throws Error that names the file and the place
 */
export function readSourceSettings(path: string): Map<string, AdapterSettings> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new Error(`source settings ${path}: ${reason}`, { cause: error });
  }
  const read = z.record(z.string().min(1).max(200), settingsSchema).safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.map(String).join('.') ?? '';
    throw new Error(`source settings ${path}: ${place}: ${issue?.message ?? 'not understood'}`);
  }
  return new Map(Object.entries(read.data) as [string, AdapterSettings][]);
}
