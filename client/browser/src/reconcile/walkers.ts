import { advance, next } from './symbols.ts';
import type { U64 } from './u64.ts';

/** A key found, waiting at the next symbol it is in. */
export interface Walker {
  index: number;
  readonly id: U64;
  state: U64;
  readonly delta: number;
}

/** Keys found: a heap, the nearest first, so that a symbol that comes later is rid of them. */
export class Walkers {
  private readonly heap: Walker[] = [];

  get nearest(): Walker | undefined {
    return this.heap[0];
  }

  add(walker: Walker): void {
    const { heap } = this;
    let at = heap.push(walker) - 1;
    for (; at > 0 && heap[(at - 1) >> 1].index > walker.index; at = (at - 1) >> 1) {
      heap[at] = heap[(at - 1) >> 1];
    }
    heap[at] = walker;
  }

  /** The nearest walks on to its next symbol. */
  advance(): void {
    const { heap } = this;
    const walker = heap[0];
    walker.index = next(walker.index, walker.state);
    walker.state = advance(walker.state);
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child + 1 < heap.length && heap[child + 1].index < heap[child].index) {
        child++;
      }
      if (child >= heap.length || heap[child].index >= walker.index) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = walker;
  }
}
