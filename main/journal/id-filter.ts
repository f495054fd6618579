/**
 * Which ids a sealed file may hold: a Bloom filter (Bloom 1970), so that a fact that is new needs no
 * look into any sealed file. It may say "perhaps" of an id that is not there, never "no" of one that
 * is.
 */
export interface IdFilter {
  readonly bits: Uint8Array;
  add(id: string): void;
  mayHold(id: string): boolean;
}

/** With 16 bits and 7 probes an id, one in 1,500 looks is in vain. */
const BITS_PER_ID = 16;
const PROBES = 7;

/** An empty filter for so many ids. */
export function createIdFilter(ids: number): IdFilter {
  const wanted = Math.max(1_024, ids * BITS_PER_ID);
  return idFilterOver(new Uint8Array(2 ** Math.ceil(Math.log2(wanted)) / 8));
}

/** A filter over bits that were kept; their number is a power of two. */
export function idFilterOver(bits: Uint8Array): IdFilter {
  const mask = bits.length * 8 - 1;

  // The id is a hash already: two pieces of it make all the probes (Kirsch and Mitzenmacher 2006).
  function probe(id: string, visit: (byte: number, bit: number) => boolean): boolean {
    const start = Number.parseInt(id.slice(0, 8), 16);
    const stride = Number.parseInt(id.slice(8, 16), 16) | 1;
    for (let number = 0; number < PROBES; number += 1) {
      const place = (start + Math.imul(number, stride)) & mask;
      if (!visit(place >>> 3, 1 << (place & 7))) return false;
    }
    return true;
  }

  return {
    bits,
    add: (id) =>
      void probe(id, (byte, bit) => {
        bits[byte] = (bits[byte] ?? 0) | bit;
        return true;
      }),
    mayHold: (id) => probe(id, (byte, bit) => ((bits[byte] ?? 0) & bit) !== 0),
  };
}
