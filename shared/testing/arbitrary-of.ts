import fc from 'fast-check';
import { z } from 'zod';

/**
 * Values that a schema takes, for property tests over all kinds of facts and commands: who adds one
 * has it tested. Only tests import this.
 */

/** The part of JSON Schema that the schemas of facts and commands use. */
interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Words for the field of a name; those that the schema does not take are left out. */
export type WordsOf = (field: string) => readonly string[];

/**
 * Small values of a schema: texts from the given words (where none fits, any text of the schema's
 * pattern), numbers near their limits, lists of at most three.
 */
export function arbitraryOf(schema: z.ZodType, words: WordsOf): fc.Arbitrary<unknown> {
  return of(z.toJSONSchema(schema, { io: 'output' }) as JsonSchema, '', words);
}

function of(schema: JsonSchema, field: string, words: WordsOf): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return fc.oneof(...choices.map((choice) => of(choice, field, words)));
  }
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textOf(schema, words(field));
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'array': {
      const { prefixItems } = schema;
      if (prefixItems !== undefined) {
        return fc.tuple(...prefixItems.map((item) => of(item, field, words)));
      }
      const items = of(schema.items ?? {}, field, words);
      return fc.uniqueArray(items, {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(3, schema.minItems ?? 0),
        selector: (item) => JSON.stringify(item),
      });
    }
    case 'object':
      return objectOf(schema, words);
    default:
      throw new Error(`no values for ${field}: ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function objectOf(schema: JsonSchema, words: WordsOf): fc.Arbitrary<unknown> {
  const { propertyNames, additionalProperties } = schema;
  if (propertyNames !== undefined && typeof additionalProperties === 'object') {
    const names = textOf(propertyNames, ['a', 'b']);
    return fc.dictionary(names, of(additionalProperties, '', words), { maxKeys: 2 });
  }
  const fields = Object.entries(schema.properties ?? {}).map(
    ([field, value]) => [field, of(value, field, words)] as const,
  );
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] });
}

function textOf(schema: JsonSchema, words: readonly string[]): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = Number.MAX_SAFE_INTEGER, pattern } = schema;
  const shape = pattern === undefined ? null : new RegExp(pattern, 'u');
  const fitting = words.filter(
    (word) =>
      word.length >= minLength && word.length <= maxLength && (shape === null || shape.test(word)),
  );
  if (fitting.length > 0) return fc.constantFrom(...fitting);
  if (shape !== null) return fc.stringMatching(shape, { maxLength: Math.min(maxLength, 80) });
  return fc.constantFrom('x'.repeat(Math.max(1, minLength)));
}

function numberOf({ type, minimum = -1_000, maximum }: JsonSchema): fc.Arbitrary<number> {
  const top = Math.min(maximum ?? minimum + 1_000_000, minimum + 1_000_000);
  if (type === 'number') return fc.constantFrom(minimum, (minimum + top) / 2, top);
  const low = Math.max(minimum, Number.MIN_SAFE_INTEGER);
  return fc.integer({ min: low, max: Math.max(low, Math.min(top, 0x7fffffff)) });
}
