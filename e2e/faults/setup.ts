import { ensurePackages, faultPackages } from '../../scripts/system-packages.ts';

/** Before any test of faults: the programs that inject them are there, or one line says what to do. */
export async function setup(): Promise<void> {
  await ensurePackages(faultPackages);
}
