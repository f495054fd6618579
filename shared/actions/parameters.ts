import { z } from 'zod';
import { re2Pattern } from '../kit/re2-pattern.ts';

/**
 * What a value of an action may be. A type says what is allowed, never what is forbidden: a value
 * that fits no type is refused and nothing of it is repaired.
 */

const label = z.string().min(1).max(200);

export const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('choice'),
    label,
    values: z.array(z.string().min(1).max(200)).min(1).max(200),
  }),
  z.strictObject({ type: z.literal('integer'), label, min: z.int(), max: z.int() }),
  /** A pattern of RE2 that fits the whole value; it is matched in time linear in the value. */
  z.strictObject({
    type: z.literal('pattern'),
    label,
    pattern: z.string().min(1).max(1_000),
    maxLength: z.int().min(1).max(1_000),
  }),
  /** The name of a host (RFC 1123), or an IPv4 address. */
  z.strictObject({ type: z.literal('host'), label }),
  /** The name of a service or unit, as systemd and Kubernetes write them. */
  z.strictObject({ type: z.literal('name'), label }),
]);
export type Parameter = z.infer<typeof parameterSchema>;

/** Longer values are refused whatever their type. */
export const MAX_VALUE_LENGTH = 1_000;

// What an eye does not see or a program may take for an end: controls with NUL and line ends, marks
// without width or that turn the direction, separators, halves of a surrogate pair.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const HOST =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,199}$/;
const INTEGER = /^(?:0|-?[1-9][0-9]{0,14})$/;

/** Why a value is not one of this parameter's, as a code; null when it is. */
export function valueProblem(
  parameter: Parameter,
  value: string,
): 'unseen' | 'does-not-fit' | null {
  if (value.length > MAX_VALUE_LENGTH) return 'does-not-fit';
  if (UNSEEN.test(value)) return 'unseen';
  return fits(parameter, value) ? null : 'does-not-fit';
}

function fits(parameter: Parameter, value: string): boolean {
  switch (parameter.type) {
    case 'choice':
      return parameter.values.includes(value);
    case 'integer':
      return (
        INTEGER.test(value) && Number(value) >= parameter.min && Number(value) <= parameter.max
      );
    case 'pattern': {
      if (value.length > parameter.maxLength) return false;
      const pattern = re2Pattern(parameter.pattern);
      return typeof pattern !== 'string' && pattern.fits(value);
    }
    case 'host':
      return HOST.test(value);
    case 'name':
      return NAME.test(value);
  }
}

/** Why a parameter itself can never take a value, or null. */
export function parameterProblem(parameter: Parameter): string | null {
  if (parameter.type === 'integer' && parameter.min > parameter.max) return 'min is above max';
  if (parameter.type === 'choice') {
    const bad = parameter.values.find((value) => UNSEEN.test(value));
    return bad === undefined ? null : 'a value has characters that cannot be seen';
  }
  if (parameter.type !== 'pattern') return null;
  const pattern = re2Pattern(parameter.pattern);
  return typeof pattern === 'string' ? pattern : null;
}
