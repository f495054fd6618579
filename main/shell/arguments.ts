import { isAbsolute, resolve } from 'node:path';

/** What the application takes from outside at its start; everything else is ignored. */
export interface StartArguments {
  /** The folder of this desk; absent: the default one. */
  profile?: string;
  /** A `.holdfast` file to open. */
  file?: string;
}

/**
 * Reads a command line strictly: `--profile=<folder>` and one path that ends in `.holdfast`.
 * Switches of Chromium and Node are none of ours, and no link or switch starts an action.
 * @param workingFolder what relative paths are relative to
 */
export function readArguments(
  argv: readonly string[],
  environment: { readonly HOLDFAST_PROFILE?: string | undefined },
  workingFolder: string,
): StartArguments {
  const profile = lastOf(argv, (word) => word.startsWith('--profile='))?.slice('--profile='.length);
  const chosen = [profile, environment.HOLDFAST_PROFILE].find(isUsablePath);
  const file = lastOf(argv, (word) => !word.startsWith('-') && word.endsWith('.holdfast'));
  return {
    ...(chosen !== undefined && { profile: absolute(chosen, workingFolder) }),
    ...(isUsablePath(file) && { file: absolute(file, workingFolder) }),
  };
}

function lastOf(words: readonly string[], wanted: (word: string) => boolean): string | undefined {
  return words.findLast(wanted);
}

function isUsablePath(path: string | undefined): path is string {
  // A scheme (holdfast://…/x.holdfast, file:…) is a link, not a path; two letters and more, so
  // that a Windows drive is none.
  return (
    path !== undefined &&
    path !== '' &&
    path.length < 4_096 &&
    !path.includes('\0') &&
    !/^[a-z][a-z0-9+.-]+:/i.test(path)
  );
}

function absolute(path: string, workingFolder: string): string {
  return isAbsolute(path) ? path : resolve(workingFolder, path);
}
