import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = '../../spec/vectors';

/** One byte vector of spec/vectors: what it proves, its bytes, and what they mean. */
export interface Vector {
  readonly name: string;
  readonly rules: readonly string[];
  readonly what: string;
  readonly kind: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly means: string;
}

export function readVectors(): Vector[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map(read);
}

function read(file: string): Vector {
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8');
  const hexAt = text.indexOf('\nhex:\n');
  const meansAt = text.indexOf('\nmeans:\n');
  const head = Object.fromEntries(
    text
      .slice(0, hexAt)
      .split('\n')
      .map((line) => line.split(/: (.*)/)),
  ) as Record<string, string>;
  return {
    name: file.replace('.txt', ''),
    rules: head.rules.split(' '),
    what: head.what,
    kind: head.kind,
    bytes: fromHex(text.slice(hexAt + 6, meansAt)),
    means: text.slice(meansAt + 8).replace(/^ {2}/gm, ''),
  };
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const digits = hex.replace(/\s/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** A message in Protobuf's text format as nested objects; a field that repeats is an array. */
export function parseTextFormat(text: string): Record<string, unknown> {
  const lines = text.split('\n').map((line) => line.trim());
  let at = 0;
  const message = (): Record<string, unknown> => {
    const found: Record<string, unknown> = {};
    for (; at < lines.length && lines[at] !== '}'; at++) {
      const [, name, rest] = /^(\w+):? ?(.*)$/.exec(lines[at]) ?? [];
      if (name === undefined) {
        continue;
      }
      let value: unknown = rest;
      if (rest === '{') {
        at++;
        value = message();
      } else if (rest.startsWith('"')) {
        value = unquote(rest);
      } else if (/^-?\d+$/.test(rest)) {
        value = BigInt(rest);
      }
      const before = found[name];
      found[name] = before === undefined ? value : [before, value].flat();
    }
    return found;
  };
  return message();
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
