import { utf8Bytes } from '../kit/hash.ts';
import { fail, ok, type Result } from '../kit/result.ts';

/** What goes into an e-mail file. */
export interface Letter {
  /** Who sends it: an address, or '' where none is known (the mail program puts its own). */
  readonly from: string;
  readonly fromName: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Ms since the epoch. */
  readonly at: number;
  /** Unique, without spaces: the left part of the Message-ID. */
  readonly id: string;
}

/** An address of RFC 5321 without quotes, comments or a domain's literal. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/;
const MOST_RECIPIENTS = 200;
const LINE = '\r\n';
/** Lines of the body, and encoded words of a header, are no longer (RFC 2045 §6.7, RFC 2047 §2). */
const LONGEST = 75;

/**
 * A letter as a file that mail programs open as a draft: RFC 5322, headers encoded by RFC 2047, the
 * body UTF-8 as quoted-printable (RFC 2045 §6.7). No text of a field can end its header or its line
 * (law H4); an address that is none is refused by name.
 */
export function writeLetter(letter: Letter): Result<string, { readonly address: string }> {
  const to = letter.to.map((address) => address.trim()).filter((address) => address !== '');
  const from = letter.from.trim();
  const wrong = [...(from === '' ? [] : [from]), ...to].find((address) => !ADDRESS.test(address));
  if (wrong !== undefined) return fail({ address: wrong });
  if (to.length > MOST_RECIPIENTS) return fail({ address: to[MOST_RECIPIENTS] ?? '' });
  const sender = from === '' ? 'unset@holdfast.invalid' : from;
  const id = letter.id.replaceAll(/[^\w.-]+/g, '-').slice(0, 45);
  const headers = [
    // Programs that know it open the file as a draft instead of as something received.
    'X-Unsent: 1',
    `Date: ${dateOf(letter.at)}`,
    `From: ${senderName(letter.fromName)}<${sender}>`,
    ...(to.length > 0 ? [`To: ${to.join(`,${LINE} `)}`] : []),
    `Subject: ${encodedWords(letter.subject, 'Subject: '.length)}`,
    `Message-ID: <${id}@holdfast.invalid>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
  ];
  return ok(headers.join(LINE) + LINE + LINE + quotedPrintable(letter.text) + LINE);
}

/** Whether an address can stand in a letter. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text.trim());
}

/** With what parts it from the address; a line of encoded words is full. */
function senderName(name: string): string {
  const words = encodedWords(name, 'From: '.length);
  return words === '' ? '' : words.startsWith('=?') ? `${words}${LINE} ` : `${words} `;
}

/** `Thu, 01 Jan 1970 00:00:00 +0000` */
function dateOf(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

/** Encoded words, each with whole characters, one a line after the first. */
function encodedWords(text: string, before: number): string {
  // What breaks a line or turns its direction has no place in a header.
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
  if (line === '') return '';
  const isPlain = /^[A-Za-z0-9 !*+/-]*$/.test(line) && before + line.length <= LONGEST;
  if (isPlain) return line;
  const words: string[] = [];
  const room = LONGEST - '=?utf-8?q??='.length;
  let word = '';
  for (const character of line) {
    const next = character === ' ' ? '_' : encoded(character, /^[A-Za-z0-9!*+/-]$/);
    const taken = words.length === 0 ? before : 1;
    if (word.length + next.length > room - taken) {
      words.push(word);
      word = '';
    }
    word += next;
  }
  words.push(word);
  return words.map((one) => `=?utf-8?q?${one}?=`).join(`${LINE} `);
}

function quotedPrintable(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => {
      const rows: string[] = [];
      let row = '';
      const characters = Array.from(line);
      characters.forEach((character, place) => {
        const isLast = place === characters.length - 1;
        const isSpace = character === ' ' || character === '\t';
        // A space at the end of a line would be lost on the way.
        const next =
          isSpace && !isLast ? character : encoded(character, isSpace ? /^$/ : /^[!-<>-~]$/);
        if (row.length + next.length > LONGEST) {
          rows.push(`${row}=`);
          row = '';
        }
        row += next;
      });
      return [...rows, row].join(LINE);
    })
    .join(LINE);
}

function encoded(character: string, plain: RegExp): string {
  if (plain.test(character)) return character;
  return [...utf8Bytes(character)]
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
