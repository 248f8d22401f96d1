import type { Value } from '../codec/value.ts';
import type { ClientChange } from './client-change.ts';
import type { Entries } from './entries.ts';
import { Listeners } from './listeners.ts';
import type { ReplicaCore } from './replica-core.ts';
import { SortedItems, type Splice } from './sorted-items.ts';
import { Subscription } from './subscription.ts';

export interface ArrayOptions<T> {
  /** Name of the property in which an item has its key, "key" if not given; for `item` not given only. */
  readonly key?: string;
  /**
   * Makes an item of an entry; undefined leaves it out. Not given: the value as JSON object or hash
   * with the key in it, anything else as `{ key, value }`.
   */
  readonly item?: (key: string, value: Value) => T | undefined;
  /** Order: a comparison, or a property's name, "-name" for descending. Not given: by key. */
  readonly sort?: ((a: T, b: T) => number) | string;
  /** An array of the page to keep; nobody else may write to it. */
  readonly into?: T[];
}

/** An array kept in order while keys come, change and go. */
export class LiveArray<T = Record<string, unknown>> extends Subscription {
  /** The array itself: the same object all the time, its items replaced, never changed. */
  readonly items: T[];
  private readonly sorted: SortedItems<T>;
  private readonly toItem: (key: string, value: Value) => T | undefined;
  private readonly splices = new Listeners<[splices: readonly Splice<T>[], items: readonly T[]]>();

  constructor(core: ReplicaCore, entries: Entries, options: ArrayOptions<T> = {}, signal?: AbortSignal) {
    super(core, entries, signal);
    this.items = options.into ?? [];
    this.items.length = 0;
    this.sorted = new SortedItems(this.items, comparison(options.sort));
    const name = options.key ?? 'key';
    this.toItem = options.item ?? ((key, value) => defaultItem(name, key, value) as T);
  }

  get length(): number {
    return this.items.length;
  }

  /** The item of a key. */
  item(key: string): T | undefined {
    return this.sorted.item(key);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]();
  }

  /** Hears what was spliced, after each stretch of changes; meant one after the other. @returns what stops it */
  onSplice(listener: (splices: readonly Splice<T>[], items: readonly T[]) => void): () => void {
    return this.splices.add(listener);
  }

  protected override changed(changes: readonly ClientChange[]): void {
    const items = new Map<string, T | undefined>();
    for (const { key, value } of changes) {
      items.set(key, value === undefined ? undefined : this.toItem(key, value));
    }
    const splices = this.sorted.update(items);
    super.changed(changes);
    if (splices.length > 0) {
      this.splices.tell(splices, this.items);
    }
  }
}

function defaultItem(name: string, key: string, value: Value): Record<string, unknown> {
  if (value.type === 'hash') {
    return { ...value.plain(), [name]: key };
  }
  if (value.type === 'string') {
    const object = jsonObject(value.text);
    return object === undefined ? { [name]: key, value: value.text } : { ...object, [name]: key };
  }
  return { [name]: key, value: value.plain() };
}

function jsonObject(text: string): object | undefined {
  if (!text.startsWith('{')) {
    return undefined;
  }
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

function comparison<T>(sort: ArrayOptions<T>['sort']): (a: T, b: T) => number {
  if (typeof sort === 'function') {
    return sort;
  }
  if (sort === undefined) {
    return () => 0;
  }
  const sign = sort.startsWith('-') ? -1 : 1;
  const name = (sort.startsWith('-') ? sort.slice(1) : sort) as keyof T;
  return (a, b) => sign * ordered(a[name], b[name]);
}

/** Numbers and texts by their order, what is absent last. */
function ordered(a: unknown, b: unknown): number {
  if (a === b) {
    return 0;
  }
  if (a === undefined || a === null || Number.isNaN(a)) {
    return b === undefined || b === null || Number.isNaN(b) ? 0 : 1;
  }
  if (b === undefined || b === null || Number.isNaN(b)) {
    return -1;
  }
  return typeof a === typeof b ? (a < b ? -1 : 1) : typeof a < typeof b ? -1 : 1;
}
