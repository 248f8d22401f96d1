package io.replicator.hub.source.redis;

import io.replicator.api.Source;
import io.replicator.redis.RedisAccessException;
import io.replicator.redis.RedisConnector;
import io.replicator.redis.RedisLink;
import io.replicator.redis.ValueReader;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both kinds of source share: the thread, the sessions that follow one another for ever, the
 * reading of values. A session has two connections, one for hints and one for reads; when either
 * breaks the session ends.
 */
abstract sealed class RedisSource implements Source permits PlainSource, VersionedSource {
  private static final Logger LOG = LoggerFactory.getLogger(RedisSource.class);
  private static final long FIRST_DELAY_MILLIS = 20;

  final int database;
  final SourceSettings settings;
  final RedisConnector connector;
  final LongAdder hints = new LongAdder();
  final LongAdder scans = new LongAdder();
  private final byte @Nullable [] versionKey;
  private final LongAdder reads = new LongAdder();
  private final LongAdder readBytes = new LongAdder();
  private final LargeReads largeReads;
  private volatile @Nullable Session session; // set by the source's thread
  private volatile @Nullable Thread thread; // set once by start
  private volatile boolean closed;
  private volatile boolean connected; // set by the source's thread
  private volatile String capture = "connecting"; // set by the source's thread
  private volatile String message = "not started"; // set by the source's thread
  private volatile String lastAddress; // set by the source's thread

  RedisSource(
      RedisConnector connector,
      int database,
      SourceSettings settings,
      byte @Nullable [] versionKey) {
    if (database < 0) {
      throw new IllegalArgumentException("database " + database + " is negative");
    }
    this.connector = connector;
    this.database = database;
    this.settings = settings;
    this.versionKey = versionKey;
    this.lastAddress = connector.endpoint().name();
    this.largeReads = new LargeReads(connector, database, this::readNow);
  }

  /** Two connections to one server, and what reads over them. */
  record Session(RedisLink hintLink, RedisLink readLink, ValueReader reader, Calls calls)
      implements AutoCloseable {
    @Override
    public void close() {
      hintLink.close();
      readLink.close();
    }

    void requireOpen() {
      if (!hintLink.isOpen() || !readLink.isOpen()) {
        throw new RedisAccessException(
            RedisAccessException.Category.UNREACHABLE,
            "Redis " + readLink.address() + " closed the connection");
      }
    }
  }

  /** Captures over one session until it breaks: never returns but by an exception. */
  abstract void capture(Session opened, Listener listener) throws InterruptedException;

  /** Makes a waiting {@link #capture} look around. */
  abstract void wake();

  @Override
  public final int database() {
    return database;
  }

  @Override
  public final void start(Listener listener) {
    if (thread != null) {
      throw new IllegalStateException("the source of database " + database + " runs already");
    }
    thread =
        Thread.ofPlatform()
            .name("replicator-source-" + database)
            .daemon()
            .start(() -> run(listener));
  }

  private void run(Listener listener) {
    long delayMillis = FIRST_DELAY_MILLIS;
    String told = "";
    while (!closed) {
      try (Session opened = open()) {
        delayMillis = FIRST_DELAY_MILLIS;
        told = "";
        session = opened;
        capture(opened, listener);
      } catch (RedisAccessException e) {
        if (!closed && !told.equals(e.getMessage())) {
          told = String.valueOf(e.getMessage());
          LOG.atWarn()
              .addKeyValue("database", database)
              .addKeyValue("category", e.category())
              .addKeyValue("reason", told)
              .log("the source is cut off, connecting again");
        }
        message = String.valueOf(e.getMessage());
      } catch (InterruptedException e) {
        break; // closed
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("database", database)
            .setCause(e)
            .log("capture failed, connecting again");
        message = "capture failed: " + e;
      } finally {
        connected = false;
        session = null;
      }
      delayMillis = pause(delayMillis);
    }
  }

  private long pause(long delayMillis) {
    try {
      if (!closed) {
        Thread.sleep(delayMillis / 2 + ThreadLocalRandom.current().nextLong(delayMillis / 2 + 1));
      }
    } catch (InterruptedException e) {
      closed = true;
    }
    return Math.min(delayMillis * 2, settings.maxReconnectDelay().toMillis());
  }

  private Session open() {
    RedisLink reads = connector.await(connector.open(database));
    try {
      RedisLink hintLink = connector.await(connector.openForPushes(database));
      if (!hintLink.address().equals(reads.address())) {
        hintLink.close();
        throw new RedisAccessException(
            RedisAccessException.Category.UNREACHABLE,
            "Redis moved from " + reads.address() + " to " + hintLink.address());
      }
      var _ = reads.closed().thenRun(this::wake);
      var _ = hintLink.closed().thenRun(this::wake);
      lastAddress = reads.address().toString();
      Calls calls = new Calls(lastAddress, settings.pingTimeout());
      return new Session(hintLink, reads, new ValueReader(reads, versionKey), calls);
    } catch (RuntimeException e) {
      reads.close();
      throw e;
    }
  }

  /** Says that hints arrive now, and how. */
  final void setCapturing(String how, String remark) {
    capture = how;
    message = remark;
    connected = true;
  }

  final void setMessage(String remark) {
    message = remark;
  }

  @Override
  public final CompletionStage<ReadPage> read(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    return readNow(keys, maxBytes, maxValueBytes).whenComplete((page, error) -> count(page));
  }

  private CompletionStage<ReadPage> readNow(List<byte[]> keys, int maxBytes, int maxValueBytes) {
    return withReader(reader -> reader.read(keys, maxBytes, maxValueBytes));
  }

  /** Lets a reader of the present session work, or fails if there is none. */
  final <T> CompletionStage<T> withReader(Function<ValueReader, CompletionStage<T>> work) {
    Session now = session;
    if (now == null) {
      return CompletableFuture.failedFuture(
          new RedisAccessException(
              RedisAccessException.Category.UNREACHABLE,
              "Redis " + lastAddress + " is not connected now"));
    }
    return work.apply(now.reader());
  }

  private void count(@Nullable ReadPage page) {
    if (page != null) {
      reads.add(page.entries().size());
      long bytes = 0;
      for (Read read : page.entries()) {
        bytes += read instanceof Read.Present present ? present.bytes() : 0;
      }
      readBytes.add(bytes);
    }
  }

  @Override
  public final LargeRead readLarge(byte[] key, int sliceBytes) {
    return largeReads.begin(key, sliceBytes);
  }

  @Override
  public final SourceStatus status() {
    return new SourceStatus(
        connected,
        capture,
        lastAddress,
        hints.sum(),
        scans.sum(),
        reads.sum(),
        readBytes.sum(),
        Objects.requireNonNull(message));
  }

  @Override
  public final void close() {
    closed = true;
    Thread running = thread;
    if (running != null && running != Thread.currentThread()) {
      running.interrupt();
      try {
        running.join(2_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    largeReads.close();
  }
}
