/**
 * Bytes as text and back, without loss: UTF-8 where it is UTF-8, and each byte that is not becomes
 * the lone surrogate U+DC80 … U+DCFF, which no UTF-8 can hold. So every byte string has exactly one
 * text, equal texts are equal bytes, and keys and values can be ordinary strings.
 */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const SHORT = 48;

/** The text of these bytes. */
export function toText(bytes: Uint8Array): string {
  return utf8Text(bytes) ?? escapedText(bytes);
}

/** The text of these bytes if they are UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  if (bytes.length <= SHORT) {
    const text = asciiText(bytes);
    if (text !== undefined) {
      return text;
    }
  }
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The bytes of a text, those of an escaped byte included. */
export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(text) as Uint8Array<ArrayBuffer>;
  return ESCAPED.test(text) ? unescaped(text) : bytes;
}

const ESCAPED = /(?:[^\uD800-\uDBFF]|^)[\uDC80-\uDCFF]/;

function asciiText(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] >= 0x80) {
      return undefined;
    }
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

/** The longest stretches that are UTF-8 as such, every byte between them escaped. */
function escapedText(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + bytes[at])
        : strict.decode(bytes.subarray(at, at + length));
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the UTF-8 sequence that begins here, 0 = none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length < 2) {
    return length;
  }
  if (at + length > bytes.length) {
    return 0;
  }
  const second = bytes[at + 1];
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) {
    return 0;
  }
  for (let i = 2; i < length; i++) {
    if ((bytes[at + i] & 0xc0) !== 0x80) {
      return 0;
    }
  }
  return length;
}

function unescaped(text: string): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) {
      out.push(code - 0xdc00);
    } else {
      out.push(...encoder.encode(char));
    }
  }
  return new Uint8Array(out);
}
