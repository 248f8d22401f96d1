import type { Held } from '../replica/entries.ts';
import { Digest } from './digest.ts';
import { ItemHasher, markOf } from './item-hasher.ts';
import { lent } from './lent.ts';
import type { Sketch } from './sketch.ts';
import type { U64 } from './u64.ts';
import { valueHash } from './value-hash.ts';

/** Entries hashed before there may be a pause. */
const SLICE = 32;

/** One key that this page holds, as the hub would name it. */
export interface Own {
  readonly key: string;
  readonly id: U64;
  readonly item: U64;
  readonly valueHash: U64;
}

/** What this page holds at one moment, as ids and items under a run's salt. */
export class OwnSet {
  readonly all: Own[] = [];
  readonly digest = new Digest();
  private readonly hasher: ItemHasher;

  constructor(salt: Uint8Array) {
    this.hasher = new ItemHasher(salt);
  }

  /** Yields where it may pause; what changes meanwhile is not looked at. */
  *read(held: ReadonlyMap<string, Held>): Generator<void> {
    for (const [key, { value, expiresAtMillis }] of [...held]) {
      const bytes = lent.toBytes(key);
      const id = this.hasher.id(bytes);
      const hash = valueHash(value, expiresAtMillis);
      const item = this.hasher.item(id, hash);
      this.digest.add(item, this.hasher.digest(bytes, hash));
      if (this.all.push({ key, id, item, valueHash: hash }) % SLICE === 0) {
        yield;
      }
    }
  }

  get size(): number {
    return this.all.length;
  }

  /** Makes a sketch of it longer. */
  *extend(sketch: Sketch, symbols: number): Generator<void> {
    const before = sketch.size;
    sketch.grow(symbols);
    for (let i = 0; i < this.all.length; i++) {
      const { id, item } = this.all[i];
      sketch.put(id, markOf(item), before);
      if (i % SLICE === 0) {
        yield;
      }
    }
  }

  /** Takes an entry out of a digest. */
  removeFrom(digest: Digest, { key, item, valueHash: hash }: Own): void {
    digest.add(item, this.hasher.digest(lent.toBytes(key), hash), -1);
  }
}
