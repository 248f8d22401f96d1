package io.replicator.link.codec;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Key;
import io.replicator.api.Value;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A batch as lines of text, complete: equal batches give equal texts and others do not. */
final class BatchText {
  private BatchText() {}

  static String of(Batch batch) {
    StringBuilder text = new StringBuilder();
    text.append(batch.lane()).append(String.format(" epoch %016x", batch.epoch()));
    text.append(" read_version ").append(batch.readVersion());
    text.append(batch.snapshotBegin() ? " snapshot_begin" : "");
    text.append(batch.snapshotEnd() ? " snapshot_end" : "").append('\n');
    text.append("cursor live ").append(bytes(batch.cursor().live()));
    text.append(" backfill ").append(bytes(batch.cursor().backfill())).append('\n');
    for (Change change : batch.changes()) {
      text.append(of(change)).append('\n');
    }
    Batch.VersionChain chain = batch.chain();
    if (chain != null) {
      text.append("chain ").append(chain.version()).append('\n');
      for (Batch.VersionList list : chain.lists()) {
        text.append("list ").append(list.version()).append(expiry(list.expiresAtMillis()));
        list.keys().forEach(key -> text.append(' ').append(bytes(key.bytes())));
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String of(Change change) {
    String head = bytes(change.key().bytes()) + " @" + change.version() + " ";
    return switch (change) {
      case Change.Remove _ -> "remove " + head.strip();
      case Change.Put put -> "put " + head + of(put.value()) + expiry(put.expiresAtMillis());
      case Change.Part part ->
          "part "
              + part.index()
              + (part.last() ? " last " : " ")
              + head
              + of(part.slice())
              + expiry(part.expiresAtMillis());
    };
  }

  private static String of(Value value) {
    return value.typeName()
        + " "
        + switch (value) {
          case Value.StringValue string -> bytes(string.bytes());
          case Value.HashValue hash ->
              hash.fields().stream()
                  .map(f -> bytes(f.name()) + "=" + bytes(f.value()) + expiry(f.expiresAtMillis()))
                  .toList()
                  .toString();
          case Value.ListValue list -> all(list.elements());
          case Value.SetValue set -> all(set.members());
          case Value.SortedSetValue zset ->
              zset.members().stream()
                  .map(m -> bytes(m.member()) + "=" + m.score())
                  .toList()
                  .toString();
          case Value.StreamValue stream ->
              stream.entries().stream()
                      .map(entry -> entry.id() + all(entry.fieldsAndValues()))
                      .collect(Collectors.joining(" "))
                  + " last "
                  + stream.lastId()
                  + " added "
                  + stream.entriesAdded()
                  + " deleted "
                  + stream.maxDeletedId();
          case Value.OpaqueValue opaque -> bytes(opaque.dump());
        };
  }

  private static String all(List<byte[]> elements) {
    return elements.stream().map(BatchText::bytes).toList().toString();
  }

  private static String bytes(byte @Nullable [] bytes) {
    return bytes == null ? "none" : "'" + Key.of(bytes) + "'";
  }

  private static String expiry(long expiresAtMillis) {
    return expiresAtMillis == 0 ? "" : " expires " + expiresAtMillis;
  }
}
