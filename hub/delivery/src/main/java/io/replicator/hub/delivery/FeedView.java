package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.link.transport.Connection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What a {@link Visitor} asked for and may have, before it is read. Confined to the loop. */
public final class FeedView {
  /** More changed slots than this are not looked at to find out that none is in the feed. */
  private static final int MAX_LOOKED_AT = 16_384;

  private final HubCore hub;
  private final Connection.Peer peer;
  private final String name;
  private final FeedRequested requested;
  private final DatabaseState database;
  private final List<Cursor> cursors;

  FeedView(
      HubCore hub,
      Connection.Peer peer,
      String name,
      FeedRequested requested,
      List<Cursor> cursors) {
    this.hub = hub;
    this.peer = peer;
    this.name = name;
    this.requested = requested;
    this.database = requested.database();
    this.cursors = List.copyOf(cursors);
  }

  public int database() {
    return database.database();
  }

  /** Whether the first scan is complete; before that there is nothing to be read. */
  public boolean isReady() {
    return database.ready();
  }

  public long epoch() {
    return database.epoch();
  }

  /** Names what is let through: another one where rights or patterns are others. */
  public String filterTag() {
    return Integer.toHexString(requested.filter().hashCode());
  }

  /** Version of the newest change. */
  public long version() {
    return database.version();
  }

  /** Whether nothing of the feed changed since that version of that epoch, as far as is known. */
  public boolean isUnchangedSince(long epoch, long version) {
    if (!isReady() || epoch != database.epoch() || version > database.version()) {
      return false;
    }
    if (version == database.version()) {
      return true;
    }
    int[] slots = new int[MAX_LOOKED_AT];
    int n =
        version < database.horizon()
            ? -1
            : database.index().listDirty(version, database.version(), slots);
    for (int i = 0; i < n; i++) {
      if (requested.filter().matches(database.index(), slots[i])) {
        return false;
      }
    }
    return n >= 0;
  }

  /** Why the cursor that was brought cannot be resumed; empty if it can, or there is none. */
  public Optional<String> refusal() {
    if (cursors.isEmpty()) {
      return Optional.empty();
    }
    return switch (Resume.judge(cursors, database.history())) {
      case Resume.From from -> Optional.empty();
      case Resume.Anew(String reason) -> Optional.of(reason);
    };
  }

  /** The cursor of somebody who has all there is now. */
  public Cursor cursorNow() {
    long version = database.version();
    FeedPosition here =
        new FeedPosition(Round.doneAt(version), List.of(), database.versioned() ? version : 0);
    return database.cursor(here);
  }

  /** Begins to read, from the cursor that was brought or from nothing. */
  public FeedReader read(BatchReader.Listener listener) {
    return begun(cursors, listener);
  }

  /** Begins to read what changes from now on. */
  public FeedReader readFromNow(BatchReader.Listener listener) {
    return begun(List.of(cursorNow()), listener);
  }

  /** All pieces of the feed. */
  public CompletionStage<PieceList> pieces() {
    return Pieces.of(hub, requested, cursorNow());
  }

  /**
   * Begins to read one piece.
   *
   * @return empty if that history or that slot numbering is no more, or there is no such range
   */
  public Optional<BatchReader> readPiece(
      long epoch, long slots, int from, int to, BatchReader.Listener listener) {
    boolean known = isReady() && epoch == database.epoch() && slots == database.slots();
    if (!known || from % Pieces.SLOTS != 0 || to != from + Pieces.SLOTS) {
      return Optional.empty();
    }
    int[] listed = Pieces.live(database.index(), requested.filter(), from, to);
    return Optional.of(new PieceReader(hub, peer, name, requested, listed, listener));
  }

  private FeedReader begun(List<Cursor> from, BatchReader.Listener listener) {
    FeedReader reader = new FeedReader(hub, peer, name, requested, from, listener);
    hub.began(reader);
    reader.open();
    return reader;
  }
}
