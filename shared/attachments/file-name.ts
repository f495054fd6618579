/** The longest name that is kept (UTF-16 code units). */
const MOST = 120;

/**
 * A name for people, out of whatever a file or a clipboard says: without folders, without marks that
 * turn the line or cannot be seen, and not longer than a line. It never names a file on a disk:
 * attachments lie under their digest.
 */
export function attachmentName(claimed: string, fallback: string): string {
  const last = claimed.split(/[/\\]/u).at(-1) ?? '';
  const plain = last
    // Controls, format characters (bidi, zero width), private use, lone surrogates, line separators.
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  const name = plain === '' || /^\.+$/u.test(plain) ? fallback : plain;
  if (name.length <= MOST) return name;
  const ending = /\.[A-Za-z0-9]{1,8}$/u.exec(name)?.[0] ?? '';
  // A pair of surrogates may have been cut in two.
  const kept = name.slice(0, MOST - ending.length - 1).replace(/\p{Cs}$/u, '');
  return `${kept.trimEnd()}…${ending}`;
}
