import { readFileSync } from 'node:fs';
import { protocol, type Session } from 'electron';
import { appScheme, contentSecurityPolicy, fileForAddress, listAppFiles } from './app-files.ts';

/** Must be called before the application is ready, synchronously. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      // Without corsEnabled other origins could read what is fetched from this scheme.
      privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true },
    },
  ]);
}

/** Serves the built window's files, and nothing else, under app://holdfast/. */
export function serveApp(session: Session, folder: string): void {
  const files = listAppFiles(folder);
  session.protocol.handle(appScheme, (request) => {
    const readable = request.method === 'GET' || request.method === 'HEAD';
    const file = readable ? fileForAddress(request.url, files) : null;
    if (file === null) return new Response('Not found', { status: 404, headers });
    return new Response(new Uint8Array(readFileSync(file.path)), {
      headers: { ...headers, 'content-type': file.mimeType },
    });
  });
}

const headers = {
  'content-type': 'text/plain; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
