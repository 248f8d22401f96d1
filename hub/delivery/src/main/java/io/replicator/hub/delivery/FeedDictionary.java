package io.replicator.hub.delivery;

import com.google.protobuf.UnsafeByteOperations;
import io.replicator.link.codec.Compression;
import io.replicator.link.codec.Dictionary;
import io.replicator.link.wire.Frame;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary of one feed: sent when nothing else waits, used from when the client says that it
 * is there. Confined to the loop.
 *
 * <pre>
 *   none ── the feed is up to date ──→ sent ── taken ──→ in use ── a newer one ──→ sent …
 * </pre>
 */
final class FeedDictionary {
  private final FeedRequested requested;
  private final FeedHost host;
  private final Runnable wake;

  /** That of all feeds of the filter; null until the feed is up to date. */
  private DictionaryShelf.@Nullable Entry shared;

  private boolean waiting;
  private @Nullable Dictionary sent;
  private @Nullable Dictionary used;

  /**
   * @param wake has {@link #idle} called when that may be
   */
  FeedDictionary(FeedRequested requested, FeedHost host, Runnable wake) {
    this.requested = requested;
    this.host = host;
    this.wake = wake;
  }

  /** What small batches may be compressed with; null = nothing but themselves. */
  @Nullable Dictionary used() {
    return used;
  }

  /** The feed is up to date: now a dictionary holds nothing up. */
  void idle() {
    boolean wanted = host.dictionaryBytes() > 0 && host.compression() == Compression.ZSTD;
    if (!wanted || waiting || sent != used) {
      return;
    }
    if (shared == null) {
      shared = requested.database().dictionaries().use(requested.filter());
    }
    if (shared == null) {
      return;
    }
    Dictionary present = shared.present();
    waiting = shared.awaits(this::made);
    if (present != null && present != sent && present.data().length <= host.dictionaryBytes()) {
      sent = present;
      host.send(
          Frame.newBuilder()
              .setDictionary(
                  io.replicator.link.wire.Dictionary.newBuilder()
                      .setFeed(requested.number())
                      .setNumber(present.number())
                      .setData(UnsafeByteOperations.unsafeWrap(present.data())))
              .build());
      host.works().counters().increment(DeliveryCounter.DICTIONARIES_SENT);
    }
  }

  /** The feed ends. */
  void close() {
    if (shared != null) {
      shared.release();
      shared = null;
    }
  }

  private void made() {
    waiting = false;
    wake.run();
  }

  /** The client has it. */
  void taken(int number) {
    if (sent != null && sent.number() == number) {
      used = sent;
    }
  }
}
