import { z } from 'zod';

export const nodeKindSchema = z.enum([
  'service',
  'database',
  'queue',
  'cache',
  'gateway',
  'external',
  'job',
]);
export type NodeKind = z.infer<typeof nodeKindSchema>;

export const edgeStrengthSchema = z.enum(['sync', 'async', 'weak']);
export type EdgeStrength = z.infer<typeof edgeStrengthSchema>;

const name = z.string().min(1).max(300);

/**
 * Why a source no longer mentions something: it is not in a listing of all that the source knows, or
 * was not seen in a window of calls, which proves less.
 */
export const unlistedReasonSchema = z.enum(['not-listed', 'not-seen']);
export type UnlistedReason = z.infer<typeof unlistedReasonSchema>;

export const topologyFacts = {
  'node.declared': z.strictObject({
    name,
    kind: nodeKindSchema,
    unit: z.string().max(100).optional(),
    cell: z.string().max(100).optional(),
    zone: z.string().max(100).optional(),
    city: z.string().max(100).optional(),
    owner: z.string().max(200).optional(),
    tags: z.record(z.string(), z.string()).optional(),
  }),
  /** The source says that it is gone. */
  'node.retired': z.strictObject({ name }),
  /** The source no longer mentions it: it may be gone, or may not be able to be seen. */
  'node.unlisted': z.strictObject({ name, reason: unlistedReasonSchema }),
  /** A call: `from` is the caller, `to` the callee. */
  'edge.declared': z.strictObject({
    from: name,
    to: name,
    protocol: z.string().max(50).optional(),
    strength: edgeStrengthSchema,
  }),
  'edge.retired': z.strictObject({ from: name, to: name }),
  'edge.unlisted': z.strictObject({ from: name, to: name, reason: unlistedReasonSchema }),
  /** How much is called, as one source measured it up to `at`. What was not measured is left out. */
  'edge.measured': z.strictObject({
    from: name,
    to: name,
    /** The window that was measured (ms). */
    windowMs: z.int().min(1).optional(),
    calls: z.number().min(0).optional(),
    requestsPerSecond: z.number().min(0).optional(),
    errorsPerSecond: z.number().min(0).optional(),
    /** Mean or median of the window (ms). */
    latencyMs: z.number().min(0).optional(),
    /** 95th percentile of the window (ms). */
    latencyP95Ms: z.number().min(0).optional(),
  }),
};

export function nodeThing(nodeName: string): string {
  return `node:${nodeName}`;
}

export function edgeThing(from: string, to: string): string {
  return `edge:${JSON.stringify([from, to])}`;
}
