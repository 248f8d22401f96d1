/** A piece of an array that was replaced. Those of one update are meant one after the other. */
export interface Splice<T> {
  readonly index: number;
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** An item and the key it stands for. */
interface Slot<T> {
  readonly key: string;
  readonly item: T;
}

/** Above this share of changes an update is merged in one pass instead of splice by splice. */
const MERGE_SHARE = 1 / 16;
const MERGE_LEAST = 32;

/**
 * An array kept in order while items come, change and go, with as few splices as that takes. Equal
 * items stand in the order of their keys, so every array of the same items is the same.
 */
export class SortedItems<T> {
  private slots: Slot<T>[] = [];
  private readonly byKey = new Map<string, Slot<T>>();

  /**
   * @param target the array that is kept; it must be written by nobody else
   */
  constructor(
    private readonly target: T[],
    private readonly compare: (a: T, b: T) => number,
  ) {}

  item(key: string): T | undefined {
    return this.byKey.get(key)?.item;
  }

  /** Changes the array; undefined = the item goes. Each key stands once. */
  update(changes: ReadonlyMap<string, T | undefined>): Splice<T>[] {
    return changes.size >= MERGE_LEAST && changes.size >= this.slots.length * MERGE_SHARE
      ? this.merge(changes)
      : this.spliceEach(changes);
  }

  private spliceEach(changes: ReadonlyMap<string, T | undefined>): Splice<T>[] {
    const splices: Splice<T>[] = [];
    for (const [key, item] of changes) {
      this.spliceOne(key, item, splices);
    }
    return splices;
  }

  private spliceOne(key: string, item: T | undefined, splices: Splice<T>[]): void {
    const before = this.byKey.get(key);
    const from = before === undefined ? -1 : this.indexOf(before);
    if (item === undefined) {
      if (from >= 0) {
        this.byKey.delete(key);
        splices.push(this.splice(from, 1));
      }
      return;
    }
    const slot = { key, item };
    this.byKey.set(key, slot);
    if (from >= 0 && this.staysAt(from, slot)) {
      splices.push(this.splice(from, 1, slot));
      return;
    }
    if (from >= 0) {
      splices.push(this.splice(from, 1));
    }
    splices.push(this.splice(this.insertionPoint(slot), 0, slot));
  }

  private splice(index: number, remove: number, ...added: Slot<T>[]): Splice<T> {
    const items = added.map(({ item }) => item);
    this.slots.splice(index, remove, ...added);
    return { index, removed: this.target.splice(index, remove, ...items), added: items };
  }

  private staysAt(index: number, slot: Slot<T>): boolean {
    return (
      (index === 0 || this.order(this.slots[index - 1], slot) < 0) &&
      (index === this.slots.length - 1 || this.order(slot, this.slots[index + 1]) < 0)
    );
  }

  private order(a: Slot<T>, b: Slot<T>): number {
    return this.compare(a.item, b.item) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  }

  private insertionPoint(slot: Slot<T>): number {
    let low = 0;
    let high = this.slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.order(this.slots[middle], slot) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** By its order; an item that the page has changed may stand elsewhere. */
  private indexOf(slot: Slot<T>): number {
    const index = this.insertionPoint(slot);
    return this.slots[index] === slot ? index : this.slots.indexOf(slot);
  }

  /** Walks old and new items side by side once; neighbouring changes become one splice. */
  private merge(changes: ReadonlyMap<string, T | undefined>): Splice<T>[] {
    const added: Slot<T>[] = [];
    for (const [key, item] of changes) {
      if (item === undefined) {
        this.byKey.delete(key);
      } else {
        const slot = { key, item };
        this.byKey.set(key, slot);
        added.push(slot);
      }
    }
    added.sort((a, b) => this.order(a, b));
    const merged: Slot<T>[] = [];
    const splices: { index: number; removed: T[]; added: T[] }[] = [];
    const open = () => {
      const last = splices.at(-1);
      if (last !== undefined && last.index + last.added.length === merged.length) {
        return last;
      }
      const next = { index: merged.length, removed: [], added: [] };
      splices.push(next);
      return next;
    };
    let at = 0;
    for (const old of this.slots) {
      if (changes.has(old.key)) {
        open().removed.push(old.item);
        continue;
      }
      for (; at < added.length && this.order(added[at], old) < 0; at++) {
        open().added.push(added[at].item);
        merged.push(added[at]);
      }
      merged.push(old);
    }
    for (; at < added.length; at++) {
      open().added.push(added[at].item);
      merged.push(added[at]);
    }
    this.slots = merged;
    merged.forEach(({ item }, i) => {
      this.target[i] = item;
    });
    this.target.length = merged.length;
    return splices;
  }
}
