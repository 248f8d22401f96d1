import type { Value } from '../codec/value.ts';
import { Subscription } from './subscription.ts';

/** Keys and values as they are now; read like a `Map`, written by the hub alone. */
export class LiveMap extends Subscription implements Iterable<[key: string, value: Value]> {
  get size(): number {
    return this.entries.held.size;
  }

  get(key: string): Value | undefined {
    return this.entries.held.get(key)?.value;
  }

  /** A string value as text; undefined if the key is absent or of another type. */
  text(key: string): string | undefined {
    const value = this.get(key);
    return value?.type === 'string' ? value.text : undefined;
  }

  /** A string value as JSON; undefined if the key is absent or of another type. */
  json<T = unknown>(key: string): T | undefined {
    const value = this.get(key);
    return value?.type === 'string' ? value.json<T>() : undefined;
  }

  has(key: string): boolean {
    return this.entries.held.has(key);
  }

  /** Unix milliseconds, 0 = never or not there. */
  expiresAtMillis(key: string): number {
    return this.entries.held.get(key)?.expiresAtMillis ?? 0;
  }

  keys(): IterableIterator<string> {
    return this.entries.held.keys();
  }

  *values(): IterableIterator<Value> {
    for (const { value } of this.entries.held.values()) {
      yield value;
    }
  }

  *[Symbol.iterator](): IterableIterator<[key: string, value: Value]> {
    for (const [key, { value }] of this.entries.held) {
      yield [key, value];
    }
  }

  forEach(action: (value: Value, key: string) => void): void {
    this.entries.held.forEach(({ value }, key) => action(value, key));
  }
}
