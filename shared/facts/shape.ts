import type { z } from 'zod';

/** Tells whether a value is of the types that a schema names; lengths and formats are not looked at. */
export type Shape = (value: unknown) => boolean;

/**
 * A schema's types as one quick test, a hundred times as fast as the schema itself. For facts that
 * were checked when they came, and are read again from where nobody should have put others: what has
 * these types makes no code fail that was written for them.
 */
export function shapeOf(schema: z.core.$ZodType): Shape {
  const definition = schema._zod.def as unknown as Definition;
  switch (definition.type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'number':
    case 'int':
      return (value) => typeof value === 'number';
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'null':
      return (value) => value === null;
    case 'literal': {
      const known = new Set(definition.values);
      return (value) => known.has(value);
    }
    case 'enum': {
      const known = new Set<unknown>(Object.values(definition.entries ?? {}));
      return (value) => known.has(value);
    }
    case 'optional':
    case 'default':
    case 'prefault': {
      const inner = shapeOf(definition.innerType);
      return (value) => value === undefined || inner(value);
    }
    case 'nullable': {
      const inner = shapeOf(definition.innerType);
      return (value) => value === null || inner(value);
    }
    case 'readonly':
      return shapeOf(definition.innerType);
    case 'union': {
      const options = definition.options.map(shapeOf);
      return (value) => options.some((option) => option(value));
    }
    case 'array': {
      const element = shapeOf(definition.element);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case 'record': {
      const member = shapeOf(definition.valueType);
      return (value) => {
        if (!isRecord(value)) return false;
        for (const key in value) if (!member(value[key])) return false;
        return true;
      };
    }
    case 'object': {
      const members = Object.entries(definition.shape).map(
        ([key, member]) => [key, shapeOf(member)] as const,
      );
      return (value) => {
        if (!isRecord(value)) return false;
        for (const [key, member] of members) if (!member(value[key])) return false;
        return true;
      };
    }
    default:
      // JSON and whatever else holds anything: it says nothing that could be wrong.
      return () => true;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Definition {
  readonly type: string;
  readonly values: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly innerType: z.core.$ZodType;
  readonly options: readonly z.core.$ZodType[];
  readonly element: z.core.$ZodType;
  readonly valueType: z.core.$ZodType;
  readonly shape: Readonly<Record<string, z.core.$ZodType>>;
}
