import type { BatchHead, Change, Lane } from '../src/codec/change.ts';
import { toBytes } from '../src/codec/text.ts';
import type { Value } from '../src/codec/value.ts';

/** A batch as lines of text, the same as the Java side's BatchText. */
export function batchText(lane: Lane, head: BatchHead, changes: readonly Change[]): string {
  const lines = [
    `${lane} epoch ${head.epoch} read_version ${head.readVersion}` +
      (head.snapshotBegin ? ' snapshot_begin' : '') +
      (head.snapshotEnd ? ' snapshot_end' : ''),
    `cursor live ${part(head.cursor.live)} backfill ${part(head.cursor.backfill)}`,
    ...changes.map(changeText),
  ];
  if (head.chain !== undefined) {
    lines.push(`chain ${head.chain.version}`);
    for (const list of head.chain.lists) {
      lines.push(
        `list ${list.version}${expiry(list.expiresAtMillis)}${list.keys.map((key) => ` ${text(key)}`).join('')}`,
      );
    }
  }
  return lines.join('\n') + '\n';
}

function changeText(change: Change): string {
  const head = `${text(change.key)} @${change.version}`;
  switch (change.kind) {
    case 'remove':
      return `remove ${head}`;
    case 'put':
      return `put ${head} ${valueText(change.value)}${expiry(change.expiresAtMillis)}`;
    case 'part':
      return `part ${change.index}${change.last ? ' last' : ''} ${head} ${valueText(change.slice)}${expiry(change.expiresAtMillis)}`;
  }
}

function valueText(value: Value): string {
  switch (value.type) {
    case 'string':
      return `string ${bytes(value.bytes)}`;
    case 'hash':
      return `hash ${list([...value.allFields].map(([n, v]) => `${text(n)}=${text(v)}${expiry(value.expiries.get(n) ?? 0)}`))}`;
    case 'list':
      return `list ${list(value.elements.map(text))}`;
    case 'set':
      return `set ${list([...value.members].map(text))}`;
    case 'zset':
      return `zset ${list(value.members.map(({ member, score }) => `${text(member)}=${javaDouble(score)}`))}`;
    case 'stream':
      return (
        'stream ' +
        value.entries.map(({ id, fields }) => id + list(fields.flat().map(text))).join(' ') +
        ` last ${value.lastId} added ${value.entriesAdded} deleted ${value.maxDeletedId}`
      );
    case 'opaque':
      return `${value.moduleType} ${bytes(value.dump)}`;
  }
}

function javaDouble(n: number): string {
  return Object.is(n, -0) ? '-0.0' : Number.isInteger(n) ? `${n}.0` : String(n);
}

function list(all: string[]): string {
  return `[${all.join(', ')}]`;
}

function expiry(millis: number): string {
  return millis === 0 ? '' : ` expires ${millis}`;
}

function part(found: Uint8Array | undefined): string {
  return found === undefined ? 'none' : bytes(found);
}

function text(lossless: string): string {
  return bytes(toBytes(lossless));
}

/** As Key.toString: printable ASCII, the rest as hex. */
function bytes(all: Uint8Array): string {
  return `'${Array.from(all, (b) =>
    b >= 0x20 && b < 0x7f && b !== 0x5c ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`,
  ).join('')}'`;
}
