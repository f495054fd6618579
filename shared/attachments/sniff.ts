import { ATTACHMENT_LIMITS, type AttachmentType } from '../facts/attachment.ts';
import { fail, ok, type Result } from '../kit/result.ts';
import { utf8Text } from '../adapters/json-text.ts';

/** What bytes are, by what they begin with: neither a name nor a claimed type is believed. */
export interface Sniffed {
  readonly type: AttachmentType;
  /** Pixels; null for text. */
  readonly width: number | null;
  readonly height: number | null;
}

/** Why something cannot be kept as evidence; the i18n catalogue has a sentence for each. */
export const ATTACHMENT_PROBLEMS = [
  'empty',
  'too-large',
  'unknown-type',
  'broken-picture',
  'too-many-pixels',
  'no-space',
] as const;
export type AttachmentProblem = (typeof ATTACHMENT_PROBLEMS)[number];

type Size = readonly [width: number, height: number];

/**
 * The type of an attachment: a PNG (W3C PNG 3), JPEG (ITU-T T.81), WebP (RFC 9649) or GIF (GIF89a)
 * with a stated size that can be drawn, or UTF-8 text without control characters. Everything else is
 * refused; an SVG or a page of HTML is text and is shown as text.
 */
export function sniffAttachment(bytes: Uint8Array): Result<Sniffed, AttachmentProblem> {
  if (bytes.length === 0) return fail('empty');
  if (bytes.length > ATTACHMENT_LIMITS.bytes) return fail('too-large');
  for (const { type, begins, sizeOf } of PICTURES) {
    if (!begins(bytes)) continue;
    const size = sizeOf(bytes);
    if (size === null || size[0] === 0 || size[1] === 0) return fail('broken-picture');
    if (size[0] * size[1] > ATTACHMENT_LIMITS.pixels) return fail('too-many-pixels');
    return ok({ type, width: size[0], height: size[1] });
  }
  const text = utf8Text(bytes);
  if (text === null || CONTROL.test(text)) return fail('unknown-type');
  return ok({ type: 'text/plain', width: null, height: null });
}

/** What no text holds: C0 and C1 controls but tab, line ends, form feed and escape (terminal colours). */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f-\u0084\u0086-\u009f]/u;

const PICTURES: readonly {
  readonly type: AttachmentType;
  begins(bytes: Uint8Array): boolean;
  sizeOf(bytes: Uint8Array): Size | null;
}[] = [
  {
    type: 'image/png',
    begins: (bytes) => holds(bytes, 0, '\x89PNG\r\n\x1a\n'),
    sizeOf: (bytes) =>
      holds(bytes, 12, 'IHDR') && bytes.length >= 24
        ? [number(bytes, 16, 4), number(bytes, 20, 4)]
        : null,
  },
  {
    type: 'image/jpeg',
    begins: (bytes) => holds(bytes, 0, '\xff\xd8\xff'),
    sizeOf: jpegSize,
  },
  {
    type: 'image/gif',
    begins: (bytes) => holds(bytes, 0, 'GIF87a') || holds(bytes, 0, 'GIF89a'),
    sizeOf: (bytes) => (bytes.length < 13 ? null : [little(bytes, 6, 2), little(bytes, 8, 2)]),
  },
  {
    type: 'image/webp',
    begins: (bytes) => holds(bytes, 0, 'RIFF') && holds(bytes, 8, 'WEBP'),
    sizeOf: webpSize,
  },
];

/** The frame header (SOFn) of a JPEG, after any number of other segments. */
function jpegSize(bytes: Uint8Array): Size | null {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [number(bytes, at + 7, 2), number(bytes, at + 5, 2)];
    // The picture's data begins: no frame header will come.
    if (marker === 0xda || marker === 0xd9) return null;
    const length = number(bytes, at + 2, 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

function webpSize(bytes: Uint8Array): Size | null {
  if (bytes.length < 30) return null;
  if (holds(bytes, 12, 'VP8X')) return [little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1];
  if (holds(bytes, 12, 'VP8 '))
    return [little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff];
  if (!holds(bytes, 12, 'VP8L')) return null;
  const bits = little(bytes, 21, 4);
  return [(bits % 0x4000) + 1, (Math.floor(bits / 0x4000) % 0x4000) + 1];
}

function holds(bytes: Uint8Array, at: number, signature: string): boolean {
  if (bytes.length < at + signature.length) return false;
  for (let index = 0; index < signature.length; index += 1) {
    if (bytes[at + index] !== signature.charCodeAt(index)) return false;
  }
  return true;
}

/** An unsigned number, the greatest byte first. */
function number(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = 0; index < length; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}

/** An unsigned number, the smallest byte first. */
function little(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = length - 1; index >= 0; index -= 1)
    value = value * 256 + (bytes[at + index] ?? 0);
  return value;
}
