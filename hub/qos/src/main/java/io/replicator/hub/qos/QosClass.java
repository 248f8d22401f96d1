package io.replicator.hub.qos;

import io.replicator.api.Lane;
import io.replicator.api.QosLevel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A lane of a level: its ready sources, which take turns, and what it is owed. */
final class QosClass {
  /** A class that could not be served saves at most so many of its blocks. */
  private static final int MOST_BLOCKS_OWED = 4;

  final QosLevel level;
  final Lane lane;

  /** The cap of its level, shared by both lanes. */
  final TokenBucket cap;

  private final ArrayDeque<Entry> ready = new ArrayDeque<>();

  /** Bytes it may send ahead of more urgent classes. */
  private double owedBytes;

  private long sentBytes;

  QosClass(QosLevel level, Lane lane, TokenBucket cap) {
    this.level = level;
    this.lane = lane;
    this.cap = cap;
  }

  /** A registered source. */
  static final class Entry {
    final BlockSource source;
    final QosClass owner;
    boolean queued;

    Entry(BlockSource source, QosClass owner) {
      this.source = source;
      this.owner = owner;
    }
  }

  void ready(Entry entry) {
    if (!entry.queued) {
      entry.queued = true;
      ready.addLast(entry);
    }
  }

  void remove(Entry entry) {
    if (entry.queued) {
      entry.queued = false;
      ready.remove(entry);
      forgetIfIdle();
    }
  }

  /** Whose turn it is; sources that have nothing leave the queue. */
  @Nullable Entry head() {
    for (Entry entry = ready.peekFirst(); entry != null; entry = ready.peekFirst()) {
      if (entry.source.nextBlockBytes() > 0) {
        return entry;
      }
      ready.removeFirst();
      entry.queued = false;
    }
    forgetIfIdle();
    return null;
  }

  boolean isOwed(Entry head) {
    return owedBytes >= head.source.nextBlockBytes();
  }

  void owe(double bytes, Entry head) {
    owedBytes =
        Math.min(owedBytes + bytes, (double) MOST_BLOCKS_OWED * head.source.nextBlockBytes());
  }

  void sent(Entry entry, int bytes) {
    sentBytes += bytes;
    owedBytes = Math.max(0, owedBytes - bytes);
    if (ready.peekFirst() == entry) {
      ready.addLast(ready.removeFirst());
    }
  }

  long sentBytes() {
    return sentBytes;
  }

  private void forgetIfIdle() {
    if (ready.isEmpty()) {
      owedBytes = 0;
    }
  }
}
