package io.replicator.hub.delivery;

import java.util.HashMap;
import java.util.Map;

/** The large values of one database that are being read now. Confined to the loop. */
final class LargeReads {
  private record Id(long epoch, int slot, long version, int sliceBytes) {}

  private final Map<Id, LargeSlices> open = new HashMap<>();

  /**
   * Those that are being read already, if their first slice is still there; else they are begun.
   *
   * @param minReadVersion slices read before this version would be no good, see {@link BatchCache}
   */
  LargeSlices join(
      BatchWorks works,
      DatabaseState database,
      Outcome.Large large,
      int sliceBytes,
      long minReadVersion) {
    Id id = new Id(database.epoch(), large.slot(), large.version(), sliceBytes);
    LargeSlices slices = open.get(id);
    if (slices == null || !slices.hasFirst() || slices.readVersion() < minReadVersion) {
      slices = new LargeSlices(works, database, large, sliceBytes);
      open.put(id, slices);
    }
    slices.join();
    return slices;
  }

  void leave(LargeSlices slices) {
    if (slices.leave()) {
      open.values().removeIf(each -> each == slices);
    }
  }
}
