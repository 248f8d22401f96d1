package io.replicator.hub.source.redis;

import io.lettuce.core.protocol.CommandType;
import io.replicator.api.Batch;
import io.replicator.api.Key;
import io.replicator.redis.RedisConnector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A database without bookkeeping keys: hints by notifications or tracking, and scans that repair.
 *
 * <pre>
 *   connect ──► listen for hints ──► scan (hints are told in between) ──► tell hints, watch, sweep
 *      ▲                                  ▲                                   │
 *      │                                  └── flush, failover, overflow ◄─────┤
 *      └───────────────────── connection broken, no master any more ◄─────────┘
 * </pre>
 */
public final class PlainSource extends RedisSource {
  private static final int MAX_HINT_BATCHES = 64; // then the duties have their turn
  private static final long ROLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SWEEP_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  // All below: the source's thread only.
  private final HintBuffer buffer;
  private final Map<Key, Long> largeSizes = Scan.sizes();
  private boolean scannedBefore;

  public PlainSource(RedisConnector connector, int database, SourceSettings settings) {
    super(connector, database, settings, null);
    this.buffer = new HintBuffer(settings.maxPendingHints());
  }

  @Override
  public boolean versioned() {
    return false;
  }

  @Override
  public CompletionStage<List<Batch.VersionList>> chain(long from, long to) {
    return CompletableFuture.failedFuture(
        new IllegalStateException("database " + database + " is plain: it has no version chain"));
  }

  @Override
  void wake() {
    buffer.wake();
  }

  @Override
  void capture(Session opened, Listener listener) throws InterruptedException {
    buffer.clear();
    new Run(opened, listener).loop();
  }

  /** One session's capture. */
  private final class Run {
    private final Session session;
    private final Listener listener;
    private final HintChannel channel;
    private final ServerWatch watch;
    private final KnownKeys known = new KnownKeys();
    private @Nullable String repair; // why a scan is owed
    private @Nullable Scan scan; // under way
    private boolean sweeping; // the scan under way is a sweep
    private long toldAt = System.nanoTime();
    private long watchAt = System.nanoTime();
    private long roleAt = watchAt;
    private long pingAt = watchAt;
    private long sweepAt = watchAt;

    Run(Session session, Listener listener) {
      this.session = session;
      this.listener = listener;
      this.channel = new HintChannel(session, buffer, database);
      this.watch = new ServerWatch(session, connector);
    }

    void loop() throws InterruptedException {
      HintChannel.Kind kind = channel.open();
      watch.look(); // from here on a flush is seen
      setCapturing(kind.word(), remark(kind));
      repair = scannedBefore ? "reconnect" : "start";
      scannedBefore = true;
      while (true) {
        session.requireOpen();
        tellHints();
        duties();
        if (repair != null && (scan == null || sweeping)) {
          begin(repair);
        } else if (scan != null && !sweeping) {
          step(scan);
        } else {
          sweepOrWait();
        }
      }
    }

    private String remark(HintChannel.Kind kind) {
      String flushes =
          watch.seesFlushes() || kind == HintChannel.Kind.TRACKING
              ? ""
              : "; INFO is not permitted: a flush is seen only when the database shrinks";
      return switch (kind) {
        case NOTIFICATIONS -> flushes.isEmpty() ? "" : flushes.substring(2);
        case TRACKING ->
            "keyspace notifications are off and CONFIG is not permitted: client tracking instead";
        case POLLING ->
            "neither notifications nor tracking are permitted: changes are found by reading all"
                + " keys over and over, at "
                + settings.sweepKeysPerSecond()
                + " keys a second"
                + flushes;
      };
    }

    private void begin(String reason) {
      boolean first = reason.equals("start");
      repair = null;
      sweeping = reason.equals("sweep");
      Scan.Depth depth =
          first ? Scan.Depth.KEYS : sweeping ? Scan.Depth.VALUES : Scan.Depth.VALUES_AFTER_GAP;
      scans.increment();
      listener.scanBegan(reason);
      scan = new Scan(session, listener, depth, settings.scanCount(), this::isTold, largeSizes);
    }

    private boolean isTold(byte[] key) {
      if (ReservedKeys.isOwn(key)) {
        return false;
      }
      if (channel.kind() == HintChannel.Kind.TRACKING) {
        known.add(key);
      }
      return true;
    }

    private void step(Scan running) throws InterruptedException {
      if (running.step()) {
        scan = null;
        tellHints();
        listener.scanEnded();
        sweepAt = System.nanoTime() + SWEEP_PAUSE_NANOS;
      }
    }

    private void sweepOrWait() throws InterruptedException {
      long now = System.nanoTime();
      boolean sweeps = settings.sweepKeysPerSecond() > 0;
      if (sweeps && now - sweepAt >= 0) {
        if (scan == null) {
          begin("sweep");
        } else {
          sweepAt = now + pageNanos();
          step(scan);
        }
        return;
      }
      long next = Math.min(watchAt, Math.min(roleAt, pingAt));
      buffer.await(Math.max(0, (sweeps ? Math.min(next, sweepAt) : next) - now));
    }

    private long pageNanos() {
      return Duration.ofSeconds(1).toNanos() * settings.scanCount() / settings.sweepKeysPerSecond();
    }

    private void tellHints() throws InterruptedException {
      List<byte[]> keys = buffer.take(settings.hintBatchKeys());
      if (!keys.isEmpty() && keys.size() < settings.hintBatchKeys() && scan == null) {
        // Of a burst the first goes at once, what follows is told together.
        long until = toldAt + HintBuffer.nanosOf(settings.hintDelay());
        buffer.awaitKeys(settings.hintBatchKeys() - keys.size(), until - System.nanoTime());
        keys.addAll(buffer.take(settings.hintBatchKeys() - keys.size()));
      }
      for (int batch = 0; batch < MAX_HINT_BATCHES && !keys.isEmpty(); batch++) {
        List<byte[]> told = relevant(keys);
        if (!told.isEmpty()) {
          hints.add(told.size());
          toldAt = System.nanoTime();
          listener.changed(told);
        }
        keys = batch + 1 < MAX_HINT_BATCHES ? buffer.take(settings.hintBatchKeys()) : List.of();
      }
      if (buffer.tookOverflow()) {
        repair = "overflow";
      }
    }

    private List<byte[]> relevant(List<byte[]> keys) throws InterruptedException {
      keys.removeIf(ReservedKeys::isOwn);
      return channel.kind() == HintChannel.Kind.TRACKING ? ofThisDatabase(keys) : keys;
    }

    /** Tracking names keys of all databases: those that this one holds or held. */
    private List<byte[]> ofThisDatabase(List<byte[]> keys) throws InterruptedException {
      List<CompletableFuture<@Nullable Object>> exists = new ArrayList<>();
      for (byte[] key : keys) {
        exists.add(
            known.contains(key)
                ? CompletableFuture.completedFuture(1L)
                : session.readLink().call(CommandType.EXISTS, (Object) key));
      }
      List<byte[]> here = new ArrayList<>(keys.size());
      for (int i = 0; i < keys.size(); i++) {
        if (session.calls().get(exists.get(i)) instanceof Long found && found > 0) {
          known.add(keys.get(i));
          here.add(keys.get(i));
        }
      }
      return here;
    }

    private void duties() throws InterruptedException {
      long now = System.nanoTime();
      if (now - watchAt >= 0) {
        watchAt = now + settings.watchInterval().toNanos();
        owe(watch.look());
        owe(channel.tookFlush() ? "flush" : null);
      }
      if (now - roleAt >= 0) {
        roleAt = now + ROLE_NANOS;
        owe(watch.lookAtRole());
        owe(channel.stillAllowed() ? null : "notifications were switched off");
      }
      if (now - pingAt >= 0) {
        pingAt = now + settings.pingInterval().toNanos();
        watch.ping();
      }
    }

    private void owe(@Nullable String reason) {
      if (reason != null) {
        repair = reason;
      }
    }
  }
}
