package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a batch depends on: equal specs make the same batch, whoever it is for.
 *
 * @param slots identity of the slot numbering
 * @param rounds of the lane, the first is under way; of the live lane exactly one
 * @param pass of the live lane, or what a reconcile wants; null for other backfill
 * @param chained of the live lane: version up to which the chain was sent
 * @param wantsChain whether the round ends with the version chain (I8)
 * @param level of the compression
 * @param dictionary what a small batch may refer to, null = nothing
 * @param budgetBytes about the size of the batch before compression
 * @param maxValueBytes a larger value travels in parts
 */
record BuildSpec(
    DatabaseState database,
    long epoch,
    long slots,
    Lane lane,
    KeyFilter filter,
    List<Round> rounds,
    @Nullable Pass pass,
    long chained,
    boolean wantsChain,
    Compression compression,
    int level,
    @Nullable Dictionary dictionary,
    int budgetBytes,
    int maxValueBytes) {
  BuildSpec {
    rounds = List.copyOf(rounds);
  }

  /** Whether it is backfill of what a reconcile wants: its cursor part stays as it is. */
  boolean isReconcile() {
    return lane == Lane.BACKFILL && pass != null;
  }

  Round round() {
    return rounds.getFirst();
  }

  BuildSpec withPass(Pass newPass) {
    return with(List.of(new Round(newPass.after(), newPass.until(), 0)), newPass);
  }

  BuildSpec withSlot(int slot) {
    return with(roundsAt(slot), pass);
  }

  private BuildSpec with(List<Round> newRounds, @Nullable Pass newPass) {
    return new BuildSpec(
        database,
        epoch,
        slots,
        lane,
        filter,
        newRounds,
        newPass,
        chained,
        wantsChain,
        compression,
        level,
        dictionary,
        budgetBytes,
        maxValueBytes);
  }

  /** The lane's rounds when everything below the slot is sent. */
  List<Round> roundsAt(int slot) {
    return changedFirst(List.of(round().from(slot)));
  }

  /** The lane's rounds when the first is done. */
  List<Round> roundsDone() {
    return switch (lane) {
      case LIVE -> List.of(Round.doneAt(round().until()));
      case BACKFILL -> changedFirst(List.of());
    };
  }

  private List<Round> changedFirst(List<Round> first) {
    List<Round> changed = new ArrayList<>(first);
    changed.addAll(rounds.subList(1, rounds.size()));
    return changed;
  }
}
