import { createHash } from 'node:crypto';

/** The most of an output that a fact carries (characters); the rest is counted and hashed. */
const TOLD = 20_000;

/** What a call says, kept up to a limit and counted beyond it. */
export interface CapturedOutput {
  add(chunk: Uint8Array): void;
  isFull(): boolean;
  /** What was kept so far, for whoever looks on. */
  text(): string;
  told(): {
    readonly output: string;
    readonly outputBytes: number;
    readonly outputSha256: string;
    readonly isCut: boolean;
  };
}

/** @param secrets what must not be told on: it is blotted out */
export function captureOutput(limitBytes: number, secrets: readonly string[] = []): CapturedOutput {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let total = 0;

  const text = (): string => blotted(Buffer.concat(kept).toString('utf8'), secrets);

  return {
    add(chunk) {
      total += chunk.length;
      const rest = limitBytes - keptBytes;
      if (rest <= 0) return;
      const taken = chunk.length > rest ? chunk.subarray(0, rest) : chunk;
      kept.push(taken);
      keptBytes += taken.length;
    },
    isFull: () => total > limitBytes,
    text,
    told() {
      const said = text();
      return {
        output: shortened(said),
        outputBytes: total,
        outputSha256: createHash('sha256').update(said).digest('hex'),
        isCut: total > keptBytes || said.length > TOLD,
      };
    },
  };
}

/** A text in which nothing of these is left; the longest first, since one may stand in another. */
export function blotted(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .toSorted((left, right) => right.length - left.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '•••'), text);
}

/** Beginning and end: what went wrong mostly stands last. */
function shortened(text: string): string {
  if (text.length <= TOLD) return text;
  const gap = '\n[…]\n';
  const half = (TOLD - gap.length) / 2;
  const told = `${text.slice(0, Math.floor(half))}${gap}${text.slice(-Math.floor(half))}`;
  // Halves of a pair that the cut left.
  return told.replaceAll(/\p{Cs}/gu, '\uFFFD');
}
