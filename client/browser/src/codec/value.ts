import { toBytes, toText, utf8Text } from './text.ts';

/**
 * What a key holds, by Redis type. All text is lossless: bytes that are no UTF-8 are escaped as
 * text.ts says, and `toBytes` gives them back.
 */
export type Value =
  | StringValue
  | HashValue
  | ListValue
  | SetValue
  | SortedSetValue
  | StreamValue
  | OpaqueValue;

/** A string: text where it is UTF-8, otherwise bytes; either can be asked for. */
export class StringValue {
  readonly type = 'string';
  readonly #content: string | Uint8Array;

  constructor(content: string | Uint8Array) {
    this.#content = content;
  }

  /** Keeps no view of the array given. */
  static of(bytes: Uint8Array): StringValue {
    return new StringValue(utf8Text(bytes) ?? bytes.slice());
  }

  get text(): string {
    return typeof this.#content === 'string' ? this.#content : toText(this.#content);
  }

  get bytes(): Uint8Array {
    return typeof this.#content === 'string' ? toBytes(this.#content) : this.#content;
  }

  /** As it is kept: text if it is UTF-8. */
  get content(): string | Uint8Array {
    return this.#content;
  }

  /** The text as JSON; throws what `JSON.parse` throws. */
  json<T = unknown>(): T {
    return JSON.parse(this.text) as T;
  }

  plain(): string {
    return this.text;
  }
}

/** A hash. Fields with an expiry of their own leave at their time. */
export class HashValue {
  readonly type = 'hash';
  readonly #fields: ReadonlyMap<string, string>;
  /** Fields that expire, Unix milliseconds. */
  readonly expiries: ReadonlyMap<string, number>;

  constructor(fields: ReadonlyMap<string, string>, expiries: ReadonlyMap<string, number> = NO_EXPIRIES) {
    this.#fields = fields;
    this.expiries = expiries;
  }

  get fields(): ReadonlyMap<string, string> {
    if (this.expiries.size === 0) {
      return this.#fields;
    }
    const now = Date.now();
    return new Map([...this.#fields].filter(([name]) => (this.expiries.get(name) ?? Infinity) > now));
  }

  /** Every field, also one whose time has come. */
  get allFields(): ReadonlyMap<string, string> {
    return this.#fields;
  }

  get(name: string): string | undefined {
    return (this.expiries.get(name) ?? Infinity) > Date.now() ? this.#fields.get(name) : undefined;
  }

  plain(): Record<string, string> {
    return Object.fromEntries(this.fields);
  }
}

const NO_EXPIRIES: ReadonlyMap<string, number> = new Map();

export class ListValue {
  readonly type = 'list';

  constructor(readonly elements: readonly string[]) {}

  plain(): string[] {
    return [...this.elements];
  }
}

export class SetValue {
  readonly type = 'set';

  constructor(readonly members: ReadonlySet<string>) {}

  plain(): string[] {
    return [...this.members];
  }
}

export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/** A sorted set, in its order. */
export class SortedSetValue {
  readonly type = 'zset';

  constructor(readonly members: readonly ScoredMember[]) {}

  plain(): ScoredMember[] {
    return [...this.members];
  }
}

export interface StreamEntry {
  readonly id: string;
  /** Names may repeat, so these are pairs. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export class StreamValue {
  readonly type = 'stream';

  constructor(
    readonly entries: readonly StreamEntry[],
    readonly lastId: string,
    /** -1 = not known */
    readonly entriesAdded: number,
    readonly maxDeletedId: string,
  ) {}

  plain(): { id: string; fields: Record<string, string> }[] {
    return this.entries.map(({ id, fields }) => ({ id, fields: Object.fromEntries(fields) }));
  }
}

/** A module's type, as Redis dumps it. */
export class OpaqueValue {
  readonly type = 'opaque';

  constructor(
    readonly moduleType: string,
    readonly dump: Uint8Array,
  ) {}

  plain(): Uint8Array {
    return this.dump;
  }
}
