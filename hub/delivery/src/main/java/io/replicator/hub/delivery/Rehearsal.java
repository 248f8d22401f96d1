package io.replicator.hub.delivery;

import io.replicator.api.Lane;
import io.replicator.link.codec.Chunker;
import io.replicator.link.codec.Compression;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first batches of a load, built for nobody once the database is ready: whoever comes first
 * does not wait half a second for scripts to be sent, libraries to be loaded and code to be
 * compiled (decision 112). Ends when somebody comes. Confined to the loop.
 */
final class Rehearsal implements DatabaseState.Follower, BatchBuild.Listener {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  private final BatchWorks works;
  private final DatabaseState database;
  private final Compression compression;
  private final int batches;
  private final BooleanSupplier pointless;

  private boolean begun;
  private int built;

  /**
   * @param works with counters of its own: what is rehearsed was not delivered
   * @param batches how many at most
   * @param pointless whether there is somebody to deliver to
   */
  Rehearsal(
      BatchWorks works,
      DatabaseState database,
      Compression compression,
      int batches,
      BooleanSupplier pointless) {
    this.works = works;
    this.database = database;
    this.compression = compression;
    this.batches = batches;
    this.pointless = pointless;
  }

  void start() {
    database.follow(this);
  }

  @Override
  public void moved() {
    if (!begun && database.ready()) {
      begun = true;
      build(List.of(new Round(0, database.version(), 0)));
    }
  }

  @Override
  public void historyLost(String reason) {
    end();
  }

  private void build(List<Round> rounds) {
    BuildSpec spec =
        new BuildSpec(
            database,
            database.epoch(),
            database.slots(),
            Lane.BACKFILL,
            KeyFilter.of(),
            rounds,
            null,
            0,
            false,
            compression,
            works.levelFor(compression, OptionalLong.empty()),
            null,
            works.settings().bulkBatchBytes(),
            works.settings().maxValueBytes());
    new BatchBuild(works, spec, this).start();
  }

  @Override
  public void built(Outcome outcome) {
    built++;
    boolean more =
        outcome instanceof Outcome.Ready ready && !isLast(ready) && !pointless.getAsBoolean();
    if (more) {
      build(outcome.rounds());
    } else {
      end();
    }
  }

  private boolean isLast(Outcome.Ready ready) {
    Chunker blocks =
        new Chunker(ready.encoded(), 0, Lane.BACKFILL, 1, works.settings().blockBytes());
    while (blocks.hasNext()) {
      blocks.next();
    }
    return built >= batches || ready.rounds().isEmpty();
  }

  @Override
  public void failed(Throwable reason) {
    log.atDebug().addKeyValue("reason", reason.toString()).log("the rehearsal broke off");
    end();
  }

  private void end() {
    begun = true;
    database.unfollow(this);
    log.atDebug()
        .addKeyValue("database", database.database())
        .addKeyValue("batches", built)
        .log("rehearsed");
  }
}
