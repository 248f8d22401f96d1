import {
  HashValue,
  ListValue,
  OpaqueValue,
  SetValue,
  SortedSetValue,
  StreamValue,
  StringValue,
  type Value,
} from '../codec/value.ts';
import type { FeedState, Held } from '../replica/entries.ts';
import { StoreTaken, type EntryStore, type Kept } from '../replica/entry-store.ts';

/** Raised with the shape of what is kept: what another one wrote is forgotten. */
const SHAPE = 1;
const ENTRIES = 'entries';
const STATE = 'state';

// Keys in the store of the state.
const FEED = 0;
const WRITER = 1;

/** A value as the database keeps it: its type's letter and plain data. */
type StoredValue = readonly [type: string, ...content: unknown[]];

/** An entry as the database keeps it. */
type StoredEntry = readonly [value: StoredValue, expiresAtMillis: number, generation: number, version: number];

/**
 * A feed kept in IndexedDB, one database for each: entries and cursor change in the same
 * transaction (I4), and each looks first whether the store is still this page's.
 */
export class IndexedDbStore implements EntryStore {
  private database: Promise<IDBDatabase> | undefined;
  private readonly writer = Math.random();

  /**
   * @param name of what is kept: feeds of different hubs or patterns need different ones
   */
  constructor(private readonly name: string) {}

  async load(): Promise<Kept | undefined> {
    const transaction = (await this.open()).transaction([ENTRIES, STATE], 'readwrite');
    const entries = transaction.objectStore(ENTRIES);
    transaction.objectStore(STATE).put(this.writer, WRITER);
    const [state, keys, values] = await Promise.all([
      result<FeedState | undefined>(transaction.objectStore(STATE).get(FEED)),
      result<IDBValidKey[]>(entries.getAllKeys()),
      result<StoredEntry[]>(entries.getAll()),
      done(transaction),
    ]);
    if (state === undefined) {
      return undefined;
    }
    return { state, entries: keys.map((key, i) => [key as string, toHeld(values[i])] as const) };
  }

  async save(puts: ReadonlyMap<string, Held>, removals: readonly string[], state: FeedState): Promise<void> {
    const database = await this.open();
    const transaction = database.transaction([ENTRIES, STATE], 'readwrite', { durability: 'relaxed' });
    const written = done(transaction);
    const states = transaction.objectStore(STATE);
    let taken = false;
    states.get(WRITER).onsuccess = ({ target }) => {
      taken = (target as IDBRequest).result !== this.writer;
      if (!taken) {
        write(transaction.objectStore(ENTRIES), puts, removals);
        states.put(state, FEED);
      }
    };
    await written;
    if (taken) {
      throw new StoreTaken();
    }
  }

  async clear(): Promise<void> {
    const transaction = (await this.open()).transaction([ENTRIES, STATE], 'readwrite');
    transaction.objectStore(ENTRIES).clear();
    transaction.objectStore(STATE).clear();
    await done(transaction);
  }

  close(): void {
    void this.database?.then((database) => database.close()).catch(() => undefined);
    this.database = undefined;
  }

  private open(): Promise<IDBDatabase> {
    this.database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(`replicator:${this.name}`, SHAPE);
      request.onupgradeneeded = () => {
        for (const store of [...request.result.objectStoreNames]) {
          request.result.deleteObjectStore(store);
        }
        request.result.createObjectStore(ENTRIES);
        request.result.createObjectStore(STATE);
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error('another tab of an older version keeps the data: close it'));
    });
    return this.database;
  }
}

function write(entries: IDBObjectStore, puts: ReadonlyMap<string, Held>, removals: readonly string[]): void {
  puts.forEach(({ value, expiresAtMillis, generation, version }, key) => {
    const entry: StoredEntry = [toStored(value), expiresAtMillis, generation, version];
    entries.put(entry, key);
  });
  removals.forEach((key) => entries.delete(key));
}

function result<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('the transaction failed'));
  });
}

function toHeld([value, expiresAtMillis, generation, version]: StoredEntry): Held {
  return { value: toValue(value), expiresAtMillis, generation, version };
}

function toStored(value: Value): StoredValue {
  switch (value.type) {
    case 'string':
      return ['s', value.content];
    case 'hash':
      return ['h', [...value.allFields], [...value.expiries]];
    case 'list':
      return ['l', value.elements];
    case 'set':
      return ['u', [...value.members]];
    case 'zset':
      return ['z', value.members.map(({ member, score }) => [member, score])];
    case 'stream':
      return ['x', value.entries, value.lastId, value.entriesAdded, value.maxDeletedId];
    case 'opaque':
      return ['o', value.moduleType, value.dump];
  }
}

/* What is read was written by this class in this shape. */
function toValue([type, ...content]: readonly any[]): Value {
  const [a, b, c, d] = content;
  switch (type) {
    case 's':
      return new StringValue(a as string | Uint8Array);
    case 'h':
      return new HashValue(new Map(a as [string, string][]), new Map(b as [string, number][]));
    case 'l':
      return new ListValue(a as string[]);
    case 'u':
      return new SetValue(new Set(a as string[]));
    case 'z':
      return new SortedSetValue((a as [string, number][]).map(([member, score]) => ({ member, score })));
    case 'x':
      return new StreamValue(a as StreamValue['entries'], b as string, c as number, d as string);
    case 'o':
      return new OpaqueValue(a as string, b as Uint8Array);
    default:
      throw new TypeError(`a kept value of type '${type}'`);
  }
}
