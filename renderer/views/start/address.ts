/** Whether a text can be a gateway's address: http or https, with a host and without a password. */
export function isGatewayAddress(text: string): boolean {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed)) return false;
  try {
    const url = new URL(trimmed);
    return url.hostname !== '' && url.username === '' && url.password === '';
  } catch {
    return false;
  }
}
