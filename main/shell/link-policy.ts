/**
 * The address as it would be opened, or null when it may not be: only https: and mailto: leave the
 * application, without credentials, spaces or control characters.
 */
export function openableLink(address: string): string | null {
  // The parser of URLs drops tabs and line ends, and trims: what a person saw would not be what
  // is opened.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (address.length > 4_000 || /[\u0000-\u0020\u007f-\u00a0\\]/.test(address)) return null;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return null;
  if (url.protocol === 'https:') {
    return /^https:\/\//i.test(address) && url.hostname !== '' ? url.href : null;
  }
  // Attachments and hidden recipients are read by some mail programs.
  if (url.protocol !== 'mailto:' || !/^[^\s@/]+@[^\s@/]+$/.test(url.pathname)) return null;
  const fields = [...url.searchParams.keys()].map((key) => key.toLowerCase());
  return fields.every((field) => field === 'subject' || field === 'body') ? url.href : null;
}
