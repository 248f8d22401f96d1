package io.replicator.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One database from which changes come. It tells of keys that <em>may</em> have changed; what they
 * hold is read only when somebody has room for it.
 */
public interface Source extends AutoCloseable {

  /** The database's number at the source. */
  int database();

  /** Whether the application keeps a version chain in it. */
  boolean versioned();

  /**
   * Begins capture; the listener is called on the source's own thread, one call at a time, until
   * {@link #close}. Lost connections are repaired by the source for ever; each repair is told by a
   * new scan.
   */
  void start(Listener listener);

  /**
   * Reads keys as they are now. Entry i of the result belongs to key i. A page is read atomically
   * where the server can.
   *
   * @param maxBytes values together stop at about this size: the rest is {@link Read.Skipped}
   * @param maxValueBytes a value above this size is {@link Read.Large}, to be read by {@link
   *     #readLarge}
   */
  CompletionStage<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes);

  /**
   * Reads one large value slice by slice. The slices are those of one moment: the last one is given
   * only if the key did not change meanwhile, else the stage fails with {@link ChangedMeanwhile}.
   *
   * @param sliceBytes about the size of one slice
   */
  LargeRead readLarge(byte[] key, int sliceBytes);

  /** Lists of the version chain, {@code from < n <= to}; only for a versioned database. */
  CompletionStage<List<Batch.VersionList>> chain(long from, long to);

  /** State for status and metrics, from any thread. */
  SourceStatus status();

  @Override
  void close();

  /** What a source tells. Keys are given away; calls come in the order of the source. */
  interface Listener {
    /** These keys of a plain database may have changed, or be gone. */
    void changed(List<byte[]> keys);

    /**
     * A scan begins: after a (re)connect, a gap, a flush. Every key not told of until {@link
     * #scanEnded} is gone.
     *
     * @param reason for logs: "start", "reconnect", "flush", "failover", "sweep"
     */
    void scanBegan(String reason);

    /** Keys found by the scan; {@code hashes[i]} is the {@link ValueHash}, 0 = not read. */
    void scanned(List<byte[]> keys, long[] hashes);

    void scanEnded();

    /**
     * A versioned database moved on: these keys were changed by these versions, ascending, each
     * {@code keys} the union of a list.
     */
    void versions(List<Batch.VersionList> lists);

    /**
     * The versioned database's scan tells its present version first, and below which version its
     * chain is gone: cursors before {@code horizon} cannot be resumed.
     */
    void versionKnown(long version, long horizon);

    /** Another history began (version went back, lists missing): all cursors are worth nothing. */
    void historyLost(String reason);
  }

  /**
   * @param version the {@code version} key read in the same atomic step, 0 for a plain database
   * @param entries one per key asked for
   */
  record ReadPage(long version, List<Read> entries) {}

  /** What a key held. */
  sealed interface Read {
    record Present(Value value, long expiresAtMillis, long hash, int bytes) implements Read {}

    record Absent() implements Read {}

    record Large(long bytes) implements Read {}

    /** Not read because the page was full: ask again. */
    record Skipped() implements Read {}
  }

  /** The slices of one large value, in order. */
  interface LargeRead extends AutoCloseable {
    /** The next slice; never called before the stage of the one before has completed. */
    CompletionStage<LargeSlice> next();

    @Override
    void close();
  }

  /**
   * @param slice the elements, null if the key is absent now
   * @param last whether the value is complete and was not changed since the first slice
   */
  record LargeSlice(@Nullable Value slice, long expiresAtMillis, boolean last) {}

  /** A large value was changed while it was read: start again. */
  final class ChangedMeanwhile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ChangedMeanwhile(Key key) {
      super("key " + key + " was changed while it was read", null, false, false);
    }
  }

  /**
   * @param connected whether hints arrive now
   * @param capture "notifications", "tracking", "version chain", "polling"
   * @param endpoint address of the server in use, without secrets
   * @param message what an operator should know, "" = nothing
   */
  record SourceStatus(
      boolean connected,
      String capture,
      String endpoint,
      long hints,
      long scans,
      long reads,
      long readBytes,
      String message) {}
}
