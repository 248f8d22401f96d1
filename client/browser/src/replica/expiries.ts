import type { Cancel, Loop } from '../receiver/transport.ts';

interface Due {
  readonly atMillis: number;
  readonly key: string;
}

/** setTimeout takes no more. */
const MAX_WAIT_MILLIS = 2 ** 31 - 1;

/** Stale entries above this share of the heap are swept out: keys that are written again and again. */
const SLACK = 1024;

/**
 * When keys with an expiry are due: a heap with one timer. A key that is written again leaves its old
 * entry behind; the heap is rebuilt when those outnumber the others, so it follows the keys there are.
 */
export class Expiries {
  private heap: Due[] = [];
  private timer: Cancel | undefined;
  private timerAtMillis = Infinity;
  private offsetMillis = 0;

  /**
   * @param expiryOf when a key expires now, 0 = never or not there
   * @param expire told of the keys whose time has come
   */
  constructor(
    private readonly loop: Loop,
    private readonly expiryOf: (key: string) => number,
    private readonly expire: (keys: readonly string[]) => void,
  ) {}

  /** The time at the hub, by which expiries are meant. */
  nowMillis(): number {
    return this.loop.unixMillis() + this.offsetMillis;
  }

  /** The hub's clock minus this one's. */
  setOffset(millis: number): void {
    this.offsetMillis = millis;
    this.arm();
  }

  add(key: string, atMillis: number, keysHeld: number): void {
    if (this.heap.length > 2 * keysHeld + SLACK) {
      this.rebuild();
    }
    this.push({ atMillis, key });
    if (atMillis < this.timerAtMillis) {
      this.arm();
    }
  }

  get size(): number {
    return this.heap.length;
  }

  close(): void {
    this.timer?.();
    this.heap = [];
  }

  private arm(): void {
    this.timer?.();
    this.timer = undefined;
    this.timerAtMillis = Infinity;
    if (this.heap.length > 0) {
      this.timerAtMillis = this.heap[0].atMillis;
      const wait = Math.min(Math.max(this.timerAtMillis - this.nowMillis(), 1), MAX_WAIT_MILLIS);
      this.timer = this.loop.schedule(wait, () => this.look());
    }
  }

  private look(): void {
    const now = this.nowMillis();
    const due: string[] = [];
    while (this.heap.length > 0 && this.heap[0].atMillis <= now) {
      const { key, atMillis } = this.pop();
      if (this.expiryOf(key) === atMillis) {
        due.push(key);
      }
    }
    this.arm();
    if (due.length > 0) {
      this.expire(due);
    }
  }

  /** Only what is still so, each key once. */
  private rebuild(): void {
    const kept = new Map(this.heap.filter(({ key, atMillis }) => this.expiryOf(key) === atMillis).map((due) => [due.key, due]));
    this.heap = [...kept.values()].sort((a, b) => a.atMillis - b.atMillis);
  }

  private push(due: Due): void {
    let at = this.heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.heap[parent].atMillis <= due.atMillis) {
        break;
      }
      this.heap[at] = this.heap[parent];
      at = parent;
    }
    this.heap[at] = due;
  }

  private pop(): Due {
    const top = this.heap[0];
    const last = this.heap.pop()!;
    if (this.heap.length > 0) {
      this.sink(last);
    }
    return top;
  }

  private sink(due: Due): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.heap.length) {
        break;
      }
      if (child + 1 < this.heap.length && this.heap[child + 1].atMillis < this.heap[child].atMillis) {
        child++;
      }
      if (this.heap[child].atMillis >= due.atMillis) {
        break;
      }
      this.heap[at] = this.heap[child];
      at = child;
    }
    this.heap[at] = due;
  }
}
