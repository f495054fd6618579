import { z } from 'zod';
import { matcherSchema } from './matcher.ts';

/** The stages at which an alert may be kept from asking for eyes, in the order in which they are asked. */
export const NOISE_STAGES = ['anti-shake', 'silence', 'inhibition', 'folding', 'grouping'] as const;
export const noiseStageSchema = z.enum(NOISE_STAGES);
export type NoiseStage = z.infer<typeof noiseStageSchema>;

/**
 * While an alert fits the source side, alerts that fit the target side and agree with it in `equal`
 * (and in `pairs`, where the two call one thing by different names) are inhibited
 * (prometheus/alertmanager, docs/configuration.md: inhibit_rule; `pairs` is our own).
 */
export const inhibitRuleSchema = z.strictObject({
  name: z.string().max(200).optional(),
  source: z.array(matcherSchema).max(50),
  target: z.array(matcherSchema).max(50),
  equal: z.array(z.string().min(1).max(1_024)).max(50),
  /** A label of the source alert and one of the target alert whose values must agree. */
  pairs: z
    .array(
      z.strictObject({
        source: z.string().min(1).max(1_024),
        target: z.string().min(1).max(1_024),
      }),
    )
    .max(50),
});
export type InhibitRule = z.infer<typeof inhibitRuleSchema>;

export const silenceModeSchema = z.enum(['default', 'fixed', 'gradual']);

export const noiseFacts = {
  /** The room's rules against noise, whole: the newest holds. */
  'noise.configured': z.strictObject({
    inhibitRules: z.array(inhibitRuleSchema).max(500),
    /** Where the rules came from, such as the name of an Alertmanager configuration file. */
    origin: z.string().max(300),
    /** Labels that split groups which topology and time would join. */
    groupBy: z.array(z.string().min(1).max(1_024)).max(20),
    shake: z.strictObject({
      /** Notices of a thing that keeps ringing: every time, every ten minutes, or ever more seldom. */
      mode: silenceModeSchema,
      /** Calm for so long before a shaking thing counts as over (ms). */
      calmMs: z.int().min(1_000).max(86_400_000),
    }),
    /** False: no alert is folded under what it depends on. */
    folding: z.boolean(),
  }),
};

export const NOISE_THING = 'noise:room';
