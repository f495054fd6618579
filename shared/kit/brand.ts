/** A string that only the named constructor may make, so that ids of different things do not mix. */
export type Brand<Value, Name extends string> = Value & { readonly __brand: Name };
