package io.replicator.hub.delivery;

import io.replicator.api.Batch.VersionList;
import io.replicator.api.Key;
import java.util.LinkedHashSet;
import java.util.List;

/** What a source told and the loop has not heard yet, in the source's order. */
sealed interface SourceEvent {
  /** The set is emptied from its front. */
  record Changed(LinkedHashSet<Key> keys) implements SourceEvent {}

  record ScanBegan(String reason) implements SourceEvent {}

  record Scanned(List<byte[]> keys, long[] hashes) implements SourceEvent {}

  record ScanEnded() implements SourceEvent {}

  record Versions(List<VersionList> lists) implements SourceEvent {}

  record VersionKnown(long version, long horizon) implements SourceEvent {}

  record HistoryLost(String reason) implements SourceEvent {}
}
