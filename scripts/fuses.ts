import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** Names as in electron-builder.yml's `electronFuses`. */
export type FuseName = keyof typeof positions;
export type Fuses = Record<FuseName, boolean>;

/** The switches burnt into a release's executable (Electron manual, "Electron Fuses"). */
export const intendedFuses: Fuses = {
  /** ELECTRON_RUN_AS_NODE would make a signed general-purpose interpreter of the application. */
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  /** Checked on macOS and Windows; Linux has no such check. */
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  /** On, it would look for a snapshot file that we do not make. */
  loadBrowserProcessSpecificV8Snapshot: false,
  /** Pages come from app://, never from file://. */
  grantFileProtocolExtraPrivileges: false,
};

/** Reads the fuses of an executable; throws when it is not an Electron. */
export async function readFuses(executable: string): Promise<Fuses> {
  const wire = await getCurrentFuseWire(executable);
  const isOn = (position: FuseV1Options): boolean => wire[position] === FuseState.ENABLE;
  const entries = Object.entries(positions).map(([name, position]) => [name, isOn(position)]);
  return Object.fromEntries(entries) as Fuses;
}

/** The names of the fuses that are not as intended; empty when all is well. */
export function wrongFuses(found: Fuses, intended: Fuses): FuseName[] {
  return (Object.keys(positions) as FuseName[]).filter((name) => found[name] !== intended[name]);
}

const positions = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
} as const;
