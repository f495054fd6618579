import { z } from 'zod';

/**
 * One condition on a label, as Alertmanager's silences, routes and inhibitions write it
 * (prometheus/alertmanager, api/v2/openapi.yaml: matcher). A label that is not there counts as ''.
 */
export const matcherSchema = z.strictObject({
  name: z.string().min(1).max(1_024),
  value: z.string().max(8_192),
  /** The value is a regular expression (RE2) that must fit the whole label value. */
  isRegex: z.boolean(),
  /** False: the condition is turned round (`!=`, `!~`). */
  isEqual: z.boolean(),
});
export type Matcher = z.infer<typeof matcherSchema>;
