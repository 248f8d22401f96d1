import type { Found } from './decoder.ts';
import { bucketOf } from './digest.ts';
import { markOf } from './item-hasher.ts';
import type { Own, OwnSet } from './own-set.ts';
import type { U64 } from './u64.ts';
import { prefixOf } from './wanted-ids.ts';

/** How this copy differs from the hub's cut. */
export interface Lacked {
  /** Whether a list of items told it, else symbols did. */
  readonly byItems: boolean;
  /** What says to the hub which keys are lacking: items, or prefixes of ids; ascending, each once. */
  readonly wanted: readonly (number | bigint)[];
  /** What the cut does not have so. */
  readonly gone: ReadonlySet<Own>;
  /** Those whose key the cut does not have, as far as that is known. */
  readonly strays: readonly Own[];
}

/** By ids and what their marks differ by; undefined if that cannot be the difference to this set. */
export function lackedBySymbols(differences: readonly Found[], own: OwnSet): Lacked | undefined {
  const found = new Map(differences.map(({ id, delta }) => [id.join(), { id, delta, own: undefined as Own | undefined }]));
  for (const mine of own.all) {
    const one = found.get(mine.id.join());
    if (one !== undefined) {
      one.own = mine;
    }
  }
  const wanted = new Set<number>();
  const gone = new Set<Own>();
  const strays: Own[] = [];
  for (const { id, delta, own: mine } of found.values()) {
    const theirs = ((mine === undefined ? 0 : markOf(mine.item)) + delta) | 0;
    if (theirs < 0) {
      return undefined;
    }
    if (theirs > 0) {
      wanted.add(prefixOf(id));
    }
    if (mine !== undefined) {
      gone.add(mine);
      if (theirs === 0) {
        strays.push(mine);
      }
    }
  }
  return { byItems: false, wanted: ascending([...wanted]), gone, strays };
}

/** By the hub's items in these buckets, in which whatever differs is. */
export function lackedByList(theirs: ReadonlySet<bigint>, buckets: ReadonlySet<number>, own: OwnSet): Lacked {
  const wanted = new Set(theirs);
  const gone = new Set<Own>();
  for (const mine of own.all) {
    if (buckets.has(bucketOf(mine.item)) && !wanted.delete(asBigInt(mine.item))) {
      gone.add(mine);
    }
  }
  return { byItems: true, wanted: ascending([...wanted]), gone, strays: [...gone] };
}

/** Whether our set without what only we have, and with what we lack, has the cut's digest. */
export function isProved({ byItems, wanted, gone }: Lacked, own: OwnSet, wantedTotal: Uint8Array, hubTotal: Uint8Array): boolean {
  const expected = own.digest.copy();
  const comes = new Set(wanted);
  for (const mine of own.all) {
    // two keys that begin alike are both sent: one of them is here as it is
    if (gone.has(mine) || comes.has(byItems ? asBigInt(mine.item) : prefixOf(mine.id))) {
      own.removeFrom(expected, mine);
    }
  }
  return expected.is(hubTotal, wantedTotal);
}

function asBigInt([low, high]: U64): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}

function ascending<T extends number | bigint>(numbers: T[]): T[] {
  return numbers.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
