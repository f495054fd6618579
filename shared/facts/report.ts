import { z } from 'zod';
import { incidentThingSchema, personSchema } from './incident.ts';

const text = z.string().max(4_000);

/** A CAN report: condition, actions, needs of one expert or team. The newest of each is on the board. */
export const reportFacts = {
  'report.given': z.strictObject({
    incident: incidentThingSchema,
    /** The person or team whose report it is; it is also the end of the thing's name. */
    from: personSchema,
    condition: z.string().trim().min(1).max(4_000),
    actions: text,
    needs: text,
  }),
};

/** One line of the board: an incident and whose report it is. */
export function reportThing(incident: string, from: string): string {
  return `report:${incident.slice('incident:'.length)}/${from}`;
}
