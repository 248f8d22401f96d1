import { toText } from './text.ts';
import {
  HashValue,
  ListValue,
  OpaqueValue,
  SetValue,
  SortedSetValue,
  StreamValue,
  StringValue,
  type ScoredMember,
  type StreamEntry,
  type Value,
} from './value.ts';
import { CodecException } from './wire-error.ts';
import { WireReader } from './wire-reader.ts';

const FIELD_1_BYTES = 10;
const FIELD_2_BYTES = 18;
const FIELD_3_VARINT = 24;
const FIELD_3_BYTES = 26;
const FIELD_4_BYTES = 34;
const MAX_MODULE_TYPE_BYTES = 64;

/** Reads one value of a kind from exactly the bytes given to it. A slice of a string stays bytes. */
export function readValue(kind: number, from: WireReader, slice: boolean): Value {
  switch (kind) {
    case 1: {
      const bytes = from.readBytes(from.remaining);
      return slice ? new StringValue(bytes.slice()) : StringValue.of(bytes);
    }
    case 2:
      return readHash(from);
    case 3:
      return new ListValue(readElements(from));
    case 4:
      return new SetValue(new Set(readElements(from)));
    case 5:
      return readSortedSet(from);
    case 6:
      return readStream(from);
    case 7:
      return readOpaque(from);
    default:
      throw new CodecException('BAD_VALUE', `kind ${kind} is not known`);
  }
}

function readElements(from: WireReader): string[] {
  const elements: string[] = [];
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === FIELD_1_BYTES) {
      elements.push(toText(from.readBytesField()));
    } else {
      from.skipUnknown(tag, 1);
    }
  }
  return elements;
}

function readHash(from: WireReader): HashValue {
  const names: string[] = [];
  const values: string[] = [];
  let column = WireReader.empty();
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === FIELD_1_BYTES) {
      names.push(toText(from.readBytesField()));
    } else if (tag === FIELD_2_BYTES) {
      values.push(toText(from.readBytesField()));
    } else if (tag === FIELD_3_BYTES) {
      column = once(column, from.readNested());
    } else {
      from.skipUnknown(tag, 3);
    }
  }
  requireSame('hash values', values.length, 'names', names.length);
  const fields = new Map<string, string>();
  const expiries = new Map<string, number>();
  const expires = column.remaining > 0;
  names.forEach((name, i) => {
    fields.set(name, values[i]);
    const at = expires ? column.readZigZag() : 0;
    if (at !== 0) {
      expiries.set(name, at);
    }
  });
  requireSame('left over bytes of expiries', column.remaining, 'expected', 0);
  return expiries.size === 0 ? new HashValue(fields) : new HashValue(fields, expiries);
}

function readSortedSet(from: WireReader): SortedSetValue {
  const names: string[] = [];
  let scores = WireReader.empty();
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === FIELD_1_BYTES) {
      names.push(toText(from.readBytesField()));
    } else if (tag === FIELD_2_BYTES) {
      scores = once(scores, from.readNested());
    } else {
      from.skipUnknown(tag, 2);
    }
  }
  requireSame('bytes of scores', scores.remaining, 'for the members', 8 * names.length);
  const members: ScoredMember[] = names.map((member) => ({ member, score: scores.readDouble() }));
  for (const { member, score } of members) {
    if (Number.isNaN(score)) {
      throw new CodecException('BAD_VALUE', `the score of member '${member}' is no number`);
    }
  }
  return new SortedSetValue(members);
}

function readStream(from: WireReader): StreamValue {
  const entries: StreamEntry[] = [];
  let lastId = '';
  let added = 0;
  let maxDeletedId = '';
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === FIELD_1_BYTES) {
      entries.push(readStreamEntry(from.readNested()));
    } else if (tag === FIELD_2_BYTES) {
      lastId = readId(from.readNested());
    } else if (tag === FIELD_3_VARINT) {
      added = from.readZigZag();
    } else if (tag === FIELD_4_BYTES) {
      maxDeletedId = readId(from.readNested());
    } else {
      from.skipUnknown(tag, 4);
    }
  }
  return new StreamValue(entries, lastId, added, maxDeletedId);
}

function readStreamEntry(from: WireReader): StreamEntry {
  let id = '';
  const texts: string[] = [];
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === FIELD_1_BYTES) {
      id = readId(from.readNested());
    } else if (tag === FIELD_2_BYTES) {
      texts.push(toText(from.readBytesField()));
    } else {
      from.skipUnknown(tag, 2);
    }
  }
  if (id === '') {
    throw new CodecException('BAD_VALUE', 'a stream entry without id');
  }
  requireSame('fields and values of a stream entry, odd', texts.length % 2, 'expected', 0);
  const fields: [string, string][] = [];
  for (let i = 0; i < texts.length; i += 2) {
    fields.push([texts[i], texts[i + 1]]);
  }
  return { id, fields };
}

function readOpaque(from: WireReader): OpaqueValue {
  let moduleType = '';
  let dump: Uint8Array = new Uint8Array(0);
  for (let tag = from.readTag(); tag !== 0; tag = from.readTag()) {
    if (tag === FIELD_1_BYTES) {
      moduleType = readAscii('module type', from.readNested(), MAX_MODULE_TYPE_BYTES);
    } else if (tag === FIELD_2_BYTES) {
      dump = from.readBytesField().slice();
    } else {
      from.skipUnknown(tag, 2);
    }
  }
  return new OpaqueValue(moduleType, dump);
}

/** "ms-seq", two decimal numbers; or nothing. */
function readId(from: WireReader): string {
  const id = readAscii('stream id', from, 41);
  if (id !== '' && !/^\d+-\d+$/.test(id)) {
    throw new CodecException('BAD_VALUE', `stream id '${id}': <ms>-<seq> expected`);
  }
  return id;
}

function readAscii(what: string, from: WireReader, maxBytes: number): string {
  if (from.remaining > maxBytes) {
    throw new CodecException('BAD_VALUE', `a ${what} of ${from.remaining} bytes: at most ${maxBytes}`);
  }
  let text = '';
  while (from.remaining > 0) {
    const b = from.readByte();
    if (b < 0x20 || b >= 0x7f) {
      throw new CodecException('BAD_VALUE', `a ${what} with byte ${b}: printable ASCII expected`);
    }
    text += String.fromCharCode(b);
  }
  return text;
}

function once(before: WireReader, now: WireReader): WireReader {
  if (before.remaining > 0) {
    throw new CodecException('MALFORMED', 'a column of a value stands twice');
  }
  return now;
}

function requireSame(what: string, found: number, of: string, expected: number): void {
  if (found !== expected) {
    throw new CodecException('BAD_VALUE', `${found} ${what}, ${expected} ${of}`);
  }
}
