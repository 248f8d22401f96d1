package io.replicator.testing.benchmarks.wan;

import io.replicator.api.Batch;
import io.replicator.api.Change;
import io.replicator.api.Cursor;
import io.replicator.api.FeedId;
import io.replicator.api.KeyPatterns;
import io.replicator.api.Sink;
import io.replicator.api.Value;
import io.replicator.client.receiver.FeedPlan;
import io.replicator.client.receiver.ReceiverSession;
import io.replicator.client.receiver.ReceiverSettings;
import io.replicator.client.receiver.SessionEnd;
import io.replicator.client.receiver.SessionTarget;
import io.replicator.link.transport.netty.NettyLoop;
import io.replicator.link.transport.netty.TcpClient;
import io.replicator.link.transport.netty.TcpSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many clients of one hub in one process, with the product's own receiver: all get everything, and
 * every second the lags of what came are printed as {@link LagBuckets}.
 *
 * <p>HUB-HOST HUB-PORT CLIENTS MEASURED: only so many of them look into the values.
 */
public final class Swarm {
  private static final Duration PRINT = Duration.ofSeconds(1);

  private final NettyLoop loop = NettyLoop.start("swarm");
  private final LagBuckets lags = new LagBuckets(); // the loop's
  private final AtomicInteger current = new AtomicInteger();
  private long changes; // the loop's
  private long ended; // the loop's

  public static void main(String[] arguments) throws InterruptedException {
    Swarm swarm = new Swarm();
    int clients = Integer.parseInt(arguments[2]);
    int measured = Integer.parseInt(arguments[3]);
    TcpClient hub =
        new TcpClient(
            swarm.loop, arguments[0], Integer.parseInt(arguments[1]), null, TcpSettings.DEFAULTS);
    swarm.loop.execute(() -> swarm.connect(hub, 0, clients, measured));
    swarm.loop.execute(swarm::print);
    Thread.currentThread().join(); // the loop's thread does not keep the process alive
  }

  /** One after the other, so that the hub's queue of connections does not overflow. */
  private void connect(TcpClient hub, int number, int clients, int measured) {
    if (number == clients) {
      return;
    }
    FeedPlan plan = new FeedPlan(new FeedId(0, "", KeyPatterns.of(List.of(), List.of())), null);
    ReceiverSettings settings = ReceiverSettings.defaults("swarm-" + number);
    ReceiverSession session =
        new ReceiverSession(
            loop,
            loop,
            settings,
            List.of(plan),
            List.of(new SessionTarget(new Counting(number < measured), Map.of())),
            new Events());
    hub.connect(session::start)
        .whenComplete((connection, failure) -> {
          if (failure != null) {
            System.out.println("failed " + failure);
          }
          loop.execute(() -> connect(hub, number + 1, clients, measured));
        });
  }

  private void print() {
    System.out.println("lags " + current.get() + " " + ended + " " + changes + " " + lags.text());
    lags.clear();
    changes = 0;
    loop.schedule(PRINT, this::print);
  }

  /** Keeps nothing, measures how old what comes is. */
  private final class Counting implements Sink {
    private final boolean measures;

    Counting(boolean measures) {
      this.measures = measures;
    }

    @Override
    public String name() {
      return "swarm";
    }

    @Override
    public CompletionStage<Cursor> open(FeedId feed) {
      return CompletableFuture.completedFuture(Cursor.NONE);
    }

    @Override
    public CompletionStage<Void> apply(Batch batch) {
      changes += batch.changes().size();
      if (measures) {
        long now = System.nanoTime();
        batch.changes().forEach(change -> look(change, now));
      }
      return CompletableFuture.completedFuture(null);
    }

    private void look(Change change, long now) {
      if (change instanceof Change.Put put && put.value() instanceof Value.StringValue string) {
        long made = Stamp.nanos(string.bytes());
        if (made > 0) {
          lags.add((now - made) / (double) TimeUnit.MILLISECONDS.toNanos(1));
        }
      }
    }

    @Override
    public CompletionStage<Long> removeLeftovers(FeedId feed, Presence presence) {
      return CompletableFuture.completedFuture(0L);
    }

    @Override
    public boolean owesLeftovers(FeedId feed) {
      return false;
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  private final class Events implements ReceiverSession.Observer {
    @Override
    public void onWelcome(String hubId) {
      // it is current that counts
    }

    @Override
    public void onFeedCurrent(FeedId feed) {
      current.incrementAndGet();
    }

    @Override
    public void onTargetSetAside(Sink sink, Throwable failure) {
      System.out.println("failed " + failure);
    }

    @Override
    public void onEnded(SessionEnd end) {
      ended++;
      System.out.println("failed " + end.text());
    }
  }
}
