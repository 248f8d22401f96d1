package io.replicator.hub.delivery;

import java.util.function.IntConsumer;
import java.util.function.IntToLongFunction;

/**
 * Finds slots by a number that each of them has; slots with the same stand one behind the other.
 */
final class SlotTable {
  private final IntToLongFunction numbers;
  private final int[] slots;

  /**
   * @param limit slots below it are in the table
   * @param count how many of them have a number
   * @param numbers the number of each slot, 0 = none
   */
  SlotTable(int limit, long count, IntToLongFunction numbers) {
    this.numbers = numbers;
    this.slots = new int[Integer.highestOneBit(Math.clamp(2 * count, 8, 1 << 29)) * 2];
    for (int slot = 0; slot < limit; slot++) {
      long number = numbers.applyAsLong(slot);
      if (number != 0) {
        int at = place(number);
        while (slots[at] != 0) {
          at = (at + 1) & (slots.length - 1);
        }
        slots[at] = slot + 1;
      }
    }
  }

  long memoryBytes() {
    return 4L * slots.length;
  }

  /** Tells every slot that has this number; mostly one, none if it is unknown. */
  void tell(long number, IntConsumer taker) {
    for (int at = place(number); slots[at] != 0; at = (at + 1) & (slots.length - 1)) {
      if (numbers.applyAsLong(slots[at] - 1) == number) {
        taker.accept(slots[at] - 1);
      }
    }
  }

  private int place(long number) {
    return (int) ((number * 0x9e3779b97f4a7c15L) >>> 33) & (slots.length - 1);
  }
}
