package io.replicator.redis;

import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up a link to a server that is the sentinels' master no more. A master that hangs closes no
 * connection: without this a link to it would wait until the limit of its commands is over.
 */
final class MasterWatch {
  private static final Logger LOG = LoggerFactory.getLogger(MasterWatch.class);
  static final Duration INTERVAL = Duration.ofSeconds(2);

  /** One answer may come from a sentinel that is behind: so many in a row count. */
  private static final int LOOKS = 2;

  private final RedisLink link;
  private final Supplier<CompletionStage<HostPort>> master;
  private final EventExecutorGroup timer;
  private int others; // looks in a row that named another one; one look at a time

  private MasterWatch(
      RedisLink link, Supplier<CompletionStage<HostPort>> master, EventExecutorGroup timer) {
    this.link = link;
    this.master = master;
    this.timer = timer;
  }

  /**
   * Watches until the link is closed.
   *
   * @param master asks the sentinels
   */
  static void start(
      RedisLink link, Supplier<CompletionStage<HostPort>> master, EventExecutorGroup timer) {
    new MasterWatch(link, master, timer).later();
  }

  private void later() {
    if (link.isOpen() && !timer.isShuttingDown()) {
      var _ = timer.schedule(this::look, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    if (link.isOpen()) {
      var _ =
          master
              .get()
              .handle((named, failure) -> {
                judge(failure != null || named.equals(link.address()) ? link.address() : named);
                return true;
              });
    }
  }

  private void judge(HostPort named) {
    others = named.equals(link.address()) ? 0 : others + 1;
    if (others < LOOKS) {
      later();
      return;
    }
    LOG.atWarn()
        .addKeyValue("server", link.address())
        .addKeyValue("master", named)
        .log("the sentinels name another master: the connection is given up");
    link.close();
  }
}
