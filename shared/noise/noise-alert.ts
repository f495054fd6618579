import type { AlertSeverity } from '../facts/alert.ts';
import type { Matcher } from '../facts/matcher.ts';
import type { InhibitRule, NoiseStage } from '../facts/noise.ts';
import type { NoticeMode } from '../damping/notice-steps.ts';
import type { Shaking } from '../damping/shake.ts';

/** What the pipeline reads of an alert. */
export interface NoiseAlert {
  readonly key: string;
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly service: string | null;
  readonly unit: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: 'firing' | 'resolved' | 'unknown';
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly isAcknowledged: boolean;
  readonly assigned: string | null;
  /** Stages that a person took back for it. */
  readonly released: readonly NoiseStage[];
  /** What its sources say of their own silences and inhibitions: ids and fingerprints. */
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly isMuted: boolean;
  readonly shaking: Shaking | null;
  /** When it began, each time that is kept, oldest first. */
  readonly rings: readonly { readonly at: number; readonly severity: AlertSeverity }[];
}

export interface NoiseSilence {
  readonly key: string;
  readonly silenceId: string | null;
  readonly matchers: readonly Matcher[];
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly purpose: 'silence' | 'maintenance';
}

export interface NoiseIncident {
  readonly key: string;
  readonly services: readonly string[];
  readonly declaredAt: number;
}

/** The room's rules against noise. */
export interface NoiseRules {
  readonly inhibitRules: readonly InhibitRule[];
  readonly groupBy: readonly string[];
  readonly shake: { readonly mode: NoticeMode; readonly calmMs: number };
  readonly folding: boolean;
}

export const DEFAULT_RULES: NoiseRules = {
  inhibitRules: [],
  groupBy: [],
  shake: { mode: 'gradual', calmMs: 300_000 },
  folding: true,
};

/** Why an alert asks for no eyes of its own, by the stage that holds it. */
export type Held =
  | {
      readonly stage: 'anti-shake';
      readonly edges: number;
      readonly since: number;
      readonly calmAt: number;
    }
  | {
      readonly stage: 'silence';
      /** null where only the source's word for it is known. */
      readonly silence: string | null;
      readonly by: string;
      readonly comment: string;
      readonly until: number | null;
      readonly purpose: 'silence' | 'maintenance';
    }
  | { readonly stage: 'inhibition'; readonly by: string | null; readonly rule: string }
  | { readonly stage: 'folding'; readonly origin: string; readonly path: string[] }
  | { readonly stage: 'grouping'; readonly root: string };

export function severityRank(severity: AlertSeverity): number {
  return severity === 'critical' ? 2 : severity === 'warning' ? 1 : 0;
}

/** It is on, may be on, or has not been calm for long enough to count as over. */
export function isOpen(alert: NoiseAlert): boolean {
  return alert.status !== 'resolved' || alert.shaking !== null;
}

/** Of several, which tells most: the gravest, then the first, then by key. */
export function tellsMore(left: NoiseAlert, right: NoiseAlert): number {
  return (
    severityRank(right.severity) - severityRank(left.severity) ||
    left.startsAt - right.startsAt ||
    (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)
  );
}
