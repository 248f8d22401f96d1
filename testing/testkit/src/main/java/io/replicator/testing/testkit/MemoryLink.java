package io.replicator.testing.testkit;

import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.Connector;
import io.replicator.link.transport.Loop;
import io.replicator.link.wire.Frame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A line between one client's loop and one hub's loop, without sockets: delay, rate, a small buffer
 * for what was not sent yet, and every fault a test asks for. With one {@link VirtualLoop} for both
 * ends everything happens on the test's thread. Faults may be set from any thread.
 */
public final class MemoryLink implements Connector {

  /** Which way frames go. */
  public enum Direction {
    TO_HUB,
    TO_CLIENT
  }

  /**
   * @param delay one way
   * @param bytesPerSecond each way, 0 = no limit
   * @param unsentLimitBytes not writable while this many bytes wait to be sent
   * @param clientIdentity what the hub sees as {@link Connection.Peer#identity}
   * @param maxFrameBytes largest frame
   */
  public record Settings(
      Duration delay,
      long bytesPerSecond,
      int unsentLimitBytes,
      String clientIdentity,
      int maxFrameBytes) {
    public static final Settings FAST =
        new Settings(Duration.ZERO, 0, 16 * 1024, "", Connection.DEFAULT_MAX_FRAME_BYTES);

    public Settings {
      if (delay.isNegative() || bytesPerSecond < 0 || unsentLimitBytes < 1 || maxFrameBytes < 1) {
        throw new IllegalArgumentException("no such link: " + delay + ", " + bytesPerSecond);
      }
    }

    public Settings withDelay(Duration oneWay) {
      return new Settings(oneWay, bytesPerSecond, unsentLimitBytes, clientIdentity, maxFrameBytes);
    }

    public Settings withRate(long newBytesPerSecond) {
      return new Settings(
          delay, newBytesPerSecond, unsentLimitBytes, clientIdentity, maxFrameBytes);
    }

    public Settings withUnsentLimit(int bytes) {
      return new Settings(delay, bytesPerSecond, bytes, clientIdentity, maxFrameBytes);
    }

    public Settings withClientIdentity(String identity) {
      return new Settings(delay, bytesPerSecond, unsentLimitBytes, identity, maxFrameBytes);
    }
  }

  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final Loop clientLoop;
  private final Loop hubLoop;
  private final List<MemoryConnection> ends = new CopyOnWriteArrayList<>();
  private final List<Throwable> listenerFailures = new CopyOnWriteArrayList<>();
  private final AtomicInteger connects = new AtomicInteger();

  private volatile Settings settings;
  private volatile Connection.@Nullable Acceptor hub;
  private volatile boolean stalledToHub;
  private volatile boolean stalledToClient;
  private volatile boolean blackhole;
  private volatile UnaryOperator<Frame> tampering = UnaryOperator.identity();

  public MemoryLink(Loop clientLoop, Loop hubLoop, Settings settings) {
    this.clientLoop = clientLoop;
    this.hubLoop = hubLoop;
    this.settings = settings;
  }

  /** The hub begins to listen, with a new acceptor if it did before. */
  public void listen(Connection.Acceptor acceptor) {
    hub = acceptor;
  }

  /** New connections are refused until the hub listens again. */
  public void refuse() {
    hub = null;
  }

  /** What the hub sends from now on arrives as this makes it. */
  public void tamper(UnaryOperator<Frame> toClient) {
    tampering = toClient;
  }

  Frame arriving(Direction direction, Frame frame) {
    return direction == Direction.TO_CLIENT ? tampering.apply(frame) : frame;
  }

  public Settings settings() {
    return settings;
  }

  /** Holds for frames handed over from now on; those under way keep their order. */
  public void change(Settings newSettings) {
    settings = newSettings;
    wake();
  }

  /** Ends every connection at once; what is under way is lost; both ends hear of it. */
  public void cut() {
    for (MemoryConnection end : ends) {
      end.loop().execute(() -> end.end("connection reset"));
    }
  }

  /** In this direction frames wait, in order, until {@link #heal}. */
  public void stall(Direction direction) {
    switch (direction) {
      case TO_HUB -> stalledToHub = true;
      case TO_CLIENT -> stalledToClient = true;
    }
  }

  /**
   * Half-open: what is sent from now on vanishes both ways, ends included; both sides keep their
   * connections and believe in them; nobody answers a new one.
   */
  public void blackhole() {
    blackhole = true;
  }

  /** Ends stalls and the black hole; a connection that lost frames in it cannot go on: it ends. */
  public void heal() {
    stalledToHub = false;
    stalledToClient = false;
    blackhole = false;
    for (MemoryConnection end : ends) {
      end.loop().execute(end::healed);
    }
    wake();
  }

  /** Connections that were asked for, refused ones included. */
  public int connects() {
    return connects.get();
  }

  /** Connections open at either end. */
  public int open() {
    return (int) ends.stream().map(MemoryConnection::pair).distinct().count();
  }

  /** What listeners threw: a test that expects none should say so. */
  public List<Throwable> listenerFailures() {
    return List.copyOf(listenerFailures);
  }

  @Override
  public CompletionStage<Connection> connect(Connection.Acceptor acceptor) {
    int number = connects.incrementAndGet();
    CompletableFuture<Connection> result = new CompletableFuture<>();
    Runnable request = () -> reachHub(number, acceptor, result);
    clientLoop.schedule(settings.delay(), () -> hubLoop.execute(request));
    clientLoop.schedule(
        CONNECT_TIMEOUT, () -> fail(result, "no answer in " + CONNECT_TIMEOUT.toSeconds() + " s"));
    return result;
  }

  private void reachHub(
      int number, Connection.Acceptor acceptor, CompletableFuture<Connection> result) {
    if (blackhole) {
      return;
    }
    Connection.Acceptor listening = hub;
    if (listening == null) {
      answer(() -> fail(result, "connection refused"));
      return;
    }
    MemoryConnection near = new MemoryConnection(this, clientLoop, Direction.TO_HUB, number);
    MemoryConnection far = new MemoryConnection(this, hubLoop, Direction.TO_CLIENT, number);
    near.join(far);
    far.join(near);
    answer(() -> open(near, acceptor, result));
    far.open(listening);
  }

  private void answer(Runnable task) {
    hubLoop.schedule(settings.delay(), () -> clientLoop.execute(task));
  }

  private static void open(
      MemoryConnection near, Connection.Acceptor acceptor, CompletableFuture<Connection> result) {
    if (result.isDone()) {
      near.end("connect timed out");
      return;
    }
    near.open(acceptor);
    result.complete(near);
  }

  private static void fail(CompletableFuture<Connection> result, String text) {
    result.completeExceptionally(new ConnectFailed(ConnectFailed.Category.UNREACHABLE, text));
  }

  private void wake() {
    for (MemoryConnection end : ends) {
      end.loop().execute(end::transmit);
    }
  }

  boolean stalled(Direction direction) {
    return switch (direction) {
      case TO_HUB -> stalledToHub;
      case TO_CLIENT -> stalledToClient;
    };
  }

  boolean swallows() {
    return blackhole;
  }

  void opened(MemoryConnection end) {
    ends.add(end);
  }

  void ended(MemoryConnection end) {
    ends.remove(end);
  }

  void listenerFailed(Throwable failure) {
    listenerFailures.add(failure);
  }
}
