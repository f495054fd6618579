import { z } from 'zod';

export const changeKindSchema = z.enum(['deploy', 'config', 'flag', 'rollback', 'infrastructure']);
export const changeStatusSchema = z.enum(['started', 'finished', 'rolled-back']);

export const changeFacts = {
  'change.reported': z.strictObject({
    changeId: z.string().min(1).max(300),
    title: z.string().min(1).max(1_000),
    kind: changeKindSchema,
    status: changeStatusSchema,
    services: z.array(z.string().min(1).max(300)).max(5_000),
    unit: z.string().max(100).optional(),
    cell: z.string().max(100).optional(),
    city: z.string().max(100).optional(),
    shard: z.string().max(100).optional(),
    by: z.string().max(200).optional(),
    url: z.string().max(2_000).optional(),
    batch: z.strictObject({ index: z.int().min(1), total: z.int().min(1) }).optional(),
  }),
};
