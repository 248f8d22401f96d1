package io.replicator.hub.source.redis;

import io.replicator.api.Batch.VersionList;
import io.replicator.redis.RedisConnector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database whose application keeps a version chain: {@code version} holds the number n of the
 * last change, {@code version:<n>} (a list or a set) the keys that it changed.
 *
 * <pre>
 *   connect ──► version known? ──no──► wait for one
 *                 │ first time: versionKnown, scan, lists of (horizon, version]
 *                 │ again: the last list told must be what it was, else historyLost and as first
 *                 └──► lists of each new version; one missing, or version went back: historyLost
 * </pre>
 */
public final class VersionedSource extends RedisSource {
  private static final Logger LOG = LoggerFactory.getLogger(VersionedSource.class);
  private static final long ROLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int MAX_MISSING = 5; // looks at a list that is not there yet
  private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

  // All below: the source's thread only.
  private final HintBuffer wakeUps = new HintBuffer(16);
  private long toldVersion = -1; // everything up to it was told; -1 = nothing yet
  private @Nullable VersionList toldList; // the last one told, if there was one
  private boolean toldToWait; // the log has the hint since the version was there last

  public VersionedSource(RedisConnector connector, int database, SourceSettings settings) {
    super(connector, database, settings, ReservedKeys.VERSION);
  }

  @Override
  public boolean versioned() {
    return true;
  }

  @Override
  public CompletionStage<List<VersionList>> chain(long from, long to) {
    if (from < 0 || to < from || to - from > settings.maxChainLists()) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "lists of (" + from + ", " + to + "]: at most " + settings.maxChainLists()));
    }
    return withReader(reader -> VersionChain.lists(reader, from, to));
  }

  @Override
  void wake() {
    wakeUps.wake();
  }

  @Override
  void capture(Session opened, Listener listener) throws InterruptedException {
    wakeUps.clear();
    new Run(opened, listener).loop();
  }

  /** One session's capture. */
  private final class Run {
    private final Session session;
    private final Listener listener;
    private final HintChannel channel;
    private final ServerWatch watch;
    private final VersionChain chain;
    private boolean mustVerify = true;
    private int missing; // how often the newest list was not there yet
    private long roleAt = System.nanoTime();
    private long pingAt = roleAt;

    Run(Session session, Listener listener) {
      this.session = session;
      this.listener = listener;
      this.channel = HintChannel.ofVersion(session, wakeUps, database);
      this.watch = new ServerWatch(session, connector);
      this.chain = new VersionChain(session);
    }

    void loop() throws InterruptedException {
      channel.openNotifications();
      setCapturing("version chain", "");
      while (true) {
        session.requireOpen();
        wakeUps.take(1);
        duties();
        look(chain.version());
        wakeUps.await(POLL_NANOS);
      }
    }

    private void look(long version) throws InterruptedException {
      if (version < 0) {
        if (toldVersion >= 0) {
          lose("the key 'version' is gone");
        }
        waitForVersion();
        return;
      }
      toldToWait = false;
      setMessage("");
      if (version < toldVersion) {
        lose("version went back from " + toldVersion + " to " + version);
      } else if (mustVerify && toldVersion >= 0 && !isSameHistory()) {
        lose("the list of version " + toldVersion + " is another one than before");
      }
      mustVerify = false;
      if (toldVersion < 0) {
        begin(version);
      } else if (version > toldVersion) {
        tell(version);
      }
    }

    private void waitForVersion() {
      String hint =
          "database "
              + database
              + " has no key 'version' yet: waiting for one; a database without a version chain"
              + " belongs in -plaindb";
      setMessage(hint);
      if (!toldToWait) {
        toldToWait = true;
        LOG.atWarn().addKeyValue("database", database).log(hint);
      }
    }

    /** The lists of (told, version], page by page; a missing one ends the history. */
    private void tell(long version) throws InterruptedException {
      while (toldVersion < version) {
        long until = Math.min(version, toldVersion + VersionChain.PAGE);
        List<VersionList> lists = chain.lists(toldVersion, until);
        if (lists.size() < until - toldVersion) {
          if (until == version && isOnlyNewestMissing(lists, until) && missing++ < MAX_MISSING) {
            return; // perhaps written a moment after the key 'version'
          }
          lose("a list of versions " + (toldVersion + 1) + " to " + until + " is missing");
          begin(version);
          return;
        }
        missing = 0;
        hints.add(lists.stream().mapToLong(list -> list.keys().size()).sum());
        listener.versions(lists);
        toldVersion = until;
        toldList = lists.getLast();
      }
    }

    private boolean isOnlyNewestMissing(List<VersionList> lists, long newest) {
      return lists.size() == newest - toldVersion - 1
          && (lists.isEmpty() || lists.getLast().version() < newest);
    }

    /** Tells all there is: which version, every key, and the lists still there. */
    private void begin(long version) throws InterruptedException {
      long horizon = chain.horizon(version, settings.maxChainLists());
      scans.increment();
      listener.versionKnown(version, horizon);
      listener.scanBegan("start");
      Scan scan =
          new Scan(
              session,
              listener,
              Scan.Depth.KEYS,
              settings.scanCount(),
              key -> !ReservedKeys.isOwn(key) && !ReservedKeys.isChain(key),
              Scan.sizes());
      while (!scan.step()) {
        duties();
      }
      listener.scanEnded();
      toldVersion = horizon;
      toldList = null;
      tell(Math.max(version, horizon));
    }

    private boolean isSameHistory() throws InterruptedException {
      VersionList told = toldList;
      if (told == null) {
        return true; // nothing was told by a list yet
      }
      List<VersionList> now = chain.lists(told.version() - 1, told.version());
      if (now.isEmpty()) {
        return told.expiresAtMillis() > 0 && told.expiresAtMillis() <= System.currentTimeMillis();
      }
      return java.util.Set.copyOf(now.getFirst().keys()).equals(java.util.Set.copyOf(told.keys()));
    }

    private void lose(String reason) {
      toldVersion = -1;
      toldList = null;
      listener.historyLost(reason);
    }

    private void duties() throws InterruptedException {
      long now = System.nanoTime();
      if (now - roleAt >= 0) {
        roleAt = now + ROLE_NANOS;
        mustVerify |= watch.lookAtRole() != null;
        if (!channel.stillAllowed()) {
          wakeUps.wake();
        }
      }
      if (now - pingAt >= 0) {
        pingAt = now + settings.pingInterval().toNanos();
        watch.ping();
      }
    }
  }
}
