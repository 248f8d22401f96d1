import { divide, multiply, subtract } from './field.ts';
import { estimate, estimateOf, type Estimate } from './estimate.ts';
import { bad } from './lent.ts';
import { Sketch } from './sketch.ts';
import { decodeRun } from './symbol-run.ts';
import { advance, check, CHECK_PRIME, HEAD, isIn, mixed, next, wide } from './symbols.ts';
import type { U64 } from './u64.ts';
import { Walkers } from './walkers.ts';

/** A key found: its id, and the far set's mark, 0 = it has none, less our own, 0 = we have none. */
export interface Found {
  readonly id: U64;
  delta: number;
}

/**
 * Finds the difference of two sets from the symbols of the one and the sketch of the other, symbol by symbol.
 *
 *   symbol i of the hub − symbol i of our own = symbol i of the difference
 *   a symbol with one key left gives it away (keys / marks = id, the checks fit, it belongs there) …
 *   … the key is taken out of all symbols it is in, which leaves others with one key …
 *   … until symbol 0, in which every key is, is empty: nothing is left
 *
 * Each key found empties one symbol, or the symbols are not what they claim to be: so what it finds, and what it
 * costs, is bounded by the number of symbols given. What only seemed to be a key is left in its symbols with the sign
 * turned, and is found once more and taken back.
 */
export class Decoder {
  /** hungry: more symbols are needed; stuck: these are no sketch of a set. */
  state: 'hungry' | 'decoded' | 'stuck' = 'hungry';
  symbols = 0;
  private readonly cells = new Sketch();
  private readonly walkers = new Walkers();
  private readonly found = new Map<string, Found>();
  private readonly pure: number[] = [];
  private times = 0;

  // as they came: what is found is not taken out of them
  private readonly counts = new Int32Array(HEAD);
  private readonly signs = new Int32Array(HEAD);

  /** @param items number of items of the far set, as it was told */
  constructor(private readonly items: number) {}

  /**
   * Takes the next run; yields where it may pause.
   *
   * @param own the sketch of our own set, at least as long as `symbols` will be
   */
  *take(bytes: Uint8Array, own: Sketch): Generator<void> {
    const first = this.symbols;
    const run = decodeRun(bytes, first, this.items);
    if (first + run.size > own.size) {
      throw bad(`symbols up to ${first + run.size}, up to ${own.size} were asked for`);
    }
    this.cells.grow(first + run.size);
    for (let i = 0; i < run.size && this.state === 'hungry'; i++) {
      this.append(run, i, own);
      yield* this.peel();
      if (this.state === 'hungry' && this.isEmpty(0)) {
        this.state = this.allEmpty() ? 'decoded' : 'stuck';
      }
    }
  }

  /** What differs, without what was taken back. */
  differences(): Found[] {
    return [...this.found.values()].filter(({ delta }) => delta !== 0);
  }

  /** About how much differs, from the counts of the first symbols; known exactly once decoded. */
  estimate(): Estimate {
    return this.state === 'decoded' ? estimateOf(this.differences().length, 0) : estimate(this.counts, this.signs, this.symbols);
  }

  private append(run: Sketch, i: number, own: Sketch): void {
    const { cells, walkers } = this;
    const index = this.symbols++;
    cells.setKey(index, subtract(run.key(i), own.key(index)));
    cells.marks[index] = run.marks[i] - own.marks[index];
    cells.checks[index] = (run.checks[i] - own.checks[index] + CHECK_PRIME) % CHECK_PRIME;
    if (index < HEAD) {
      cells.wides[index] = run.wides[index] - own.wides[index];
      this.counts[index] = run.counts[index] - own.counts[index];
      this.signs[index] = run.signs[index] - own.signs[index];
    }
    for (let walker = walkers.nearest; walker?.index === index; walker = walkers.nearest) {
      this.removeFrom(index, walker.id, walker.delta);
      walkers.advance();
    }
    this.offer(index);
  }

  private *peel(): Generator<void> {
    for (let cell = this.pure.pop(); cell !== undefined; cell = this.pure.pop()) {
      const id = this.onlyId(cell); // once more: it may have been emptied meanwhile
      if (id === undefined) {
        continue;
      }
      if (this.times++ >= this.symbols) {
        this.state = 'stuck';
        return;
      }
      this.took(id, this.cells.marks[cell]);
      yield;
    }
  }

  private took(id: U64, delta: number): void {
    const name = id.join();
    const known = this.found.get(name);
    if (known === undefined) {
      this.found.set(name, { id, delta });
    } else {
      known.delta = (known.delta + delta) | 0;
    }
    let index = 0;
    let state = advance(id);
    for (; index < this.symbols; index = next(index, state), state = advance(state)) {
      this.removeFrom(index, id, delta);
      this.offer(index);
    }
    this.walkers.add({ index, id, state, delta });
  }

  private offer(cell: number): void {
    if (this.onlyId(cell) !== undefined) {
      this.pure.push(cell);
    }
  }

  /** The id of the only key in this cell; undefined = there is none, or there are several. */
  private onlyId(cell: number): U64 | undefined {
    const { cells } = this;
    const delta = cells.marks[cell];
    const key = cells.key(cell);
    if (delta === 0 || delta === -0x80000000 || (key[0] === 0 && key[1] === 0)) {
      return undefined;
    }
    const id = divide(key, delta);
    const mix = mixed(id);
    const fits =
      check(mix, delta) === cells.checks[cell] && (cell >= HEAD || wide(mix, delta) === cells.wides[cell]) && isIn(id, cell);
    return fits ? id : undefined;
  }

  private removeFrom(cell: number, id: U64, delta: number): void {
    const { cells } = this;
    const mix = mixed(id);
    cells.setKey(cell, subtract(cells.key(cell), multiply(id, delta)));
    cells.marks[cell] -= delta;
    cells.checks[cell] = (cells.checks[cell] - check(mix, delta) + CHECK_PRIME) % CHECK_PRIME;
    if (cell < HEAD) {
      cells.wides[cell] -= wide(mix, delta);
    }
  }

  private isEmpty(cell: number): boolean {
    const { keysLow, keysHigh, marks, checks, wides } = this.cells;
    return (keysLow[cell] | keysHigh[cell] | marks[cell] | checks[cell] | (cell < HEAD ? wides[cell] : 0)) === 0;
  }

  private allEmpty(): boolean {
    for (let cell = 0; cell < this.symbols; cell++) {
      if (!this.isEmpty(cell)) {
        return false;
      }
    }
    return true;
  }
}
