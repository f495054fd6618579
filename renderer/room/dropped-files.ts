/** Takes files that were dropped together. */
export type FileTaker = (files: readonly File[]) => Promise<void>;

const takers: ((file: File) => FileTaker | null)[] = [];

/** Lets a view say which dropped files it takes; the others are what sources say. */
export function takeDroppedFiles(choose: (file: File) => FileTaker | null): void {
  takers.push(choose);
}

/** Gives files to the views that take them. @returns the files that none takes */
export async function offerDroppedFiles(files: readonly File[]): Promise<readonly File[]> {
  const taken = new Map<FileTaker, File[]>();
  const left: File[] = [];
  for (const file of files) {
    const taker = takers.map((choose) => choose(file)).find((found) => found !== null);
    if (taker) taken.set(taker, [...(taken.get(taker) ?? []), file]);
    else left.push(file);
  }
  for (const [taker, mine] of taken) await taker(mine);
  return left;
}
