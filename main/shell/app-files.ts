import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The origin of every page of ours. */
export const appScheme = 'app';
export const appHost = 'holdfast';
export const appOrigin = `${appScheme}://${appHost}`;

/** Sent with every answer. Trusted Types leave one policy, for starting workers. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types holdfast-worker',
].join('; ');

export interface AppFile {
  path: string;
  mimeType: string;
}

/**
 * The files of the built window by their path in an address (`/assets/x.js`). What is served is
 * looked up here and nowhere else, so that no address can name a file outside: no link is
 * followed, no name is decoded or joined.
 */
export function listAppFiles(folder: string): ReadonlyMap<string, AppFile> {
  const files = new Map<string, AppFile>();
  collect(folder, '', files);
  const start = files.get('/index.html');
  if (start) files.set('/', start);
  return files;
}

/** The file that an address names, or null. */
export function fileForAddress(
  address: string,
  files: ReadonlyMap<string, AppFile>,
): AppFile | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== `${appScheme}:` || url.host !== appHost) return null;
  if (url.username !== '' || url.password !== '') return null;
  return files.get(url.pathname) ?? null;
}

/** Whether a page, frame or request is of our own origin. */
export function isAppAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === `${appScheme}:` && url.host === appHost;
}

function collect(folder: string, prefix: string, files: Map<string, AppFile>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const name = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) collect(path, name, files);
    else if (entry.isFile()) {
      const mimeType = mimeTypes[extname(entry.name)];
      if (mimeType !== undefined) files.set(name, { path, mimeType });
    }
  }
}

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json; charset=utf-8',
};
