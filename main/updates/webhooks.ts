/** Where updates may be sent: an address under a name, as this desk knows it. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
}

/** As many as a desk needs; one of them is chosen by name for each update. */
export const MOST_WEBHOOKS = 20;

/**
 * `<name>=<url>`, as a person writes it.
 * @throws Error that says what is wrong with it
 */
export function readWebhook(text: string): Webhook {
  const [, name = '', address = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name)) {
    throw new Error(`${JSON.stringify(text)} is not <name>=<url>, for example status=https://…`);
  }
  const url = URL.parse(address);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`${JSON.stringify(address)} is not an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      `name and password do not belong into the address of ${name}. Give a token as ${webhookTokenVariable(name)}`,
    );
  }
  return { name, url: url.href };
}

/** The environment's name for a webhook's token: it is in no file of ours. */
export function webhookTokenVariable(name: string): string {
  return `HOLDFAST_WEBHOOK_TOKEN_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

export function textOfWebhook({ name, url }: Webhook): string {
  return `${name}=${url}`;
}

/** A token goes only where nobody on the way can read it: over https, or to this machine itself. */
export function mayCarryToken(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  return (
    parsed.protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname)
  );
}
