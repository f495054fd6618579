import { z } from 'zod';
import { incidentThingSchema, personSchema } from './incident.ts';

const expected = z.strictObject({ person: personSchema, team: z.string().max(100) });

/** Who is on the call: asked by name, answered for each, who is missing stands out. */
export const rollCallFacts = {
  'roll-call.started': z.strictObject({
    incident: incidentThingSchema,
    expected: z.array(expected).min(1).max(500),
  }),
  'roll-call.answered': z.strictObject({
    person: personSchema,
    team: z.string().max(100),
    present: z.boolean(),
    comment: z.string().max(1_000),
  }),
};
