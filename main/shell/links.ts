import { shell } from 'electron';
import { openableLink } from './link-policy.ts';

/** The only place that hands an address to the system. */
export async function openLink(address: string): Promise<boolean> {
  const link = openableLink(address);
  if (link === null) return false;
  await shell.openExternal(link);
  return true;
}
