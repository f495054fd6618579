/**
 * Whether a text can be a gateway's address, or those of several gateways of one room with commas
 * between them: http or https, with a host and without a password.
 */
export function isGatewayAddress(text: string): boolean {
  return text.split(',').every(isOneAddress);
}

function isOneAddress(text: string): boolean {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed)) return false;
  try {
    const url = new URL(trimmed);
    return url.hostname !== '' && url.username === '' && url.password === '';
  } catch {
    return false;
  }
}
