package io.replicator.client.sink.redis;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.SinkException;
import io.replicator.api.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restores the dumps of module types aside, before the transaction: whether a target has the module
 * and reads its version of the format is known only by trying, and a RESTORE that fails inside of
 * EXEC would leave half a batch. What the target refuses is left out, counted and warned of once.
 */
final class Dumps {
  private static final Logger LOG = LoggerFactory.getLogger(Dumps.class);
  private static final byte[] EMPTY = new byte[0];

  /**
   * A batch in which every dump is whole.
   *
   * @param refused keys whose dump the target did not take
   */
  record Staged(Batch batch, Set<Key> refused) {}

  private final Names names;
  private final Parts parts;
  private final Set<String> warned = new HashSet<>();

  Dumps(Names names, Parts parts) {
    this.names = names;
    this.parts = parts;
  }

  CompletableFuture<Staged> stage(Target target, Batch batch) {
    if (!hasDumps(batch)) {
      return CompletableFuture.completedFuture(new Staged(batch, Set.of()));
    }
    Set<Key> refused = new HashSet<>();
    Batch whole = joined(batch, refused);
    List<Command> commands = new ArrayList<>();
    List<Change.Put> staged = new ArrayList<>();
    for (Change change : whole.changes()) {
      Value.OpaqueValue opaque = dumpOf(change);
      if (opaque != null && change instanceof Change.Put put && !refused.contains(put.key())) {
        byte[] aside = names.staged(put.key().bytes());
        commands.add(Command.of(Word.HSET, names.cursor(), aside, EMPTY));
        commands.add(
            Command.of(Word.RESTORE, aside, Names.ascii(0), opaque.dump(), Names.ascii("REPLACE")));
        staged.add(put);
      }
    }
    return target
        .askAll(commands)
        .thenApply(replies -> {
          for (int i = 0; i < staged.size(); i++) {
            judge(target, staged.get(i), replies.get(2 * i), refused);
            judge(target, staged.get(i), replies.get(2 * i + 1), refused);
          }
          return new Staged(whole, refused);
        });
  }

  private void judge(Target target, Change.Put put, Reply reply, Set<Key> refused) {
    if (!(reply instanceof Reply.Refusal refusal)) {
      return;
    }
    SinkException failure = Failures.ofReply(target.name(), "RESTORE " + put.key(), refusal.text());
    if (failure.category() != SinkException.Category.BROKEN) {
      throw failure;
    }
    refused.add(put.key());
    if (warned.size() < 100 && warned.add(put.value().typeName())) {
      LOG.atWarn()
          .addKeyValue("target", target.name())
          .addKeyValue("type", put.value().typeName())
          .addKeyValue("key", put.key())
          .addKeyValue("answer", refusal.text())
          .log("the target does not take values of this type: they are left out");
    }
  }

  /** Slices of dumps are put together: a whole one becomes a Put, the others vanish. */
  private Batch joined(Batch batch, Set<Key> refused) {
    List<Change> changes = new ArrayList<>(batch.changes().size());
    for (Change change : batch.changes()) {
      if (change instanceof Change.Part part && part.slice() instanceof Value.OpaqueValue slice) {
        parts.took(batch.lane(), part);
        if (part.last()) {
          byte[] dump = parts.finish(batch.lane(), part.key());
          if (dump == null) {
            refused.add(part.key());
            dump = EMPTY;
          }
          Value whole = new Value.OpaqueValue(slice.moduleType(), dump);
          changes.add(new Change.Put(part.key(), part.version(), whole, part.expiresAtMillis()));
        }
      } else {
        changes.add(change);
      }
    }
    return new Batch(
        batch.feed(),
        batch.lane(),
        batch.epoch(),
        batch.readVersion(),
        changes,
        batch.cursor(),
        batch.snapshotBegin(),
        batch.snapshotEnd(),
        batch.chain());
  }

  private static boolean hasDumps(Batch batch) {
    return batch.changes().stream().anyMatch(change -> dumpOf(change) != null);
  }

  private static Value.@Nullable OpaqueValue dumpOf(Change change) {
    return switch (change) {
      case Change.Put put when put.value() instanceof Value.OpaqueValue opaque -> opaque;
      case Change.Part part when part.slice() instanceof Value.OpaqueValue opaque -> opaque;
      case Change.Put put -> null;
      case Change.Part part -> null;
      case Change.Remove remove -> null;
    };
  }
}
