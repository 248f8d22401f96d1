import type { U64 } from './u64.ts';

/** The part of an id that says which key is wanted: its highest 40 of 61 bits, plus 1 (P190). */
export function prefixOf([low, high]: U64): number {
  return high * 2048 + (low >>> 21) + 1;
}

/** Which keys are wanted, as it travels: of prefixes, ascending and each once, the first and the step to the next as varints. */
export function encodeWanted(prefixes: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  let before = 0;
  for (const prefix of prefixes) {
    let rest = prefix - before;
    before = prefix;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) {
      bytes.push((rest % 128) | 0x80);
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}
