package io.replicator.hub.delivery;

import io.replicator.api.Cursor;
import io.replicator.api.Lane;
import io.replicator.link.codec.Compression;
import io.replicator.link.transport.Connection;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a feed, batch by batch: the live keys of a range of slots, built like a live round
 * whose slots are listed (P132). Its batches' cursors mean nothing. Confined to the loop.
 */
public final class PieceReader implements BatchReader, BatchBuild.Listener {
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final int MAX_RETRIES = 50;

  private final HubCore hub;
  private final DatabaseState database;
  private final KeyFilter filter;
  private final BatchReader.Listener listener;
  private final Pass pass;
  private final ReaderCap cap;
  private final long epoch;
  private final long slots;
  private Round round;
  private @Nullable LargeTransfer transfer;
  private boolean building;
  private boolean demanded;
  private boolean closed;
  private int retries;

  PieceReader(
      HubCore hub,
      Connection.Peer peer,
      String name,
      FeedRequested requested,
      int[] listed,
      BatchReader.Listener listener) {
    this.hub = hub;
    this.database = requested.database();
    this.filter = requested.filter();
    this.listener = listener;
    this.epoch = database.epoch();
    this.slots = database.slots();
    this.round = new Round(0, database.version(), 0);
    this.pass = Pass.list(0, database.version(), listed);
    this.cap = new ReaderCap(hub, peer, name, requested.level(), this::step);
  }

  @Override
  public void demand() {
    demanded = true;
    hub.loop().execute(this::step);
  }

  private void step() {
    if (!demanded || building || closed) {
      return;
    }
    if (round.after() == pass.until()) {
      listener.onCaughtUp();
      return;
    }
    cap.useCaps();
    if (!cap.isOpen()) {
      return;
    }
    building = true;
    DeliverySettings settings = hub.settings();
    int budgetBytes = cap.budgetBytes(settings.bulkBatchBytes());
    BuildSpec spec =
        new BuildSpec(
            database,
            epoch,
            slots,
            Lane.LIVE,
            filter,
            List.of(round),
            pass,
            0,
            false,
            Compression.NONE,
            0,
            null,
            budgetBytes,
            settings.maxValueBytes());
    LargeTransfer open = transfer;
    if (open != null) {
      open.produce(spec, this);
    } else {
      new BatchBuild(hub.works(), spec, this).start();
    }
  }

  @Override
  public void built(Outcome outcome) {
    building = false;
    if (closed) {
      return;
    }
    if (transfer != null && transfer.ended()) {
      transfer = null;
    }
    retries = 0;
    round = outcome.rounds().getFirst();
    switch (outcome) {
      case Outcome.Ready ready -> {
        demanded = false;
        listener.onBatch(new Taken(ready.encoded(), Lane.LIVE, cursor()));
      }
      case Outcome.Nothing nothing -> step();
      case Outcome.Large large -> {
        transfer =
            new LargeTransfer(hub.works(), database, large, hub.settings().bulkBatchBytes(), 0);
        step();
      }
    }
  }

  @Override
  public void failed(Throwable reason) {
    building = false;
    if (closed) {
      return;
    }
    endTransfer();
    if (database.epoch() != epoch || ++retries > MAX_RETRIES) {
      close();
      listener.onEnded("the piece could not be read: " + reason.getMessage());
    } else {
      hub.loop().schedule(RETRY, this::step);
    }
  }

  @Override
  public void sent(int bytes) {
    hub.works().counters().add(DeliveryCounter.WIRE_BYTES, bytes);
    cap.sent(bytes);
  }

  @Override
  public Cursor cursor() {
    return database.cursor(new FeedPosition(Round.doneAt(pass.until()), List.of(), 0));
  }

  @Override
  public void close() {
    closed = true;
    endTransfer();
  }

  private void endTransfer() {
    LargeTransfer open = transfer;
    transfer = null;
    if (open != null) {
      open.close();
    }
  }
}
