package io.replicator.testing.testkit;

import io.replicator.link.transport.ConnectFailed;
import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import io.replicator.link.transport.Datagrams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A way for datagrams between one client and one hub on one {@link VirtualLoop}: delay, loss,
 * doubling, reordering, a bottleneck; it can be blocked, and all that is open can be torn off as by
 * an address that changed. Chance is the loop's, so a seed gives the same run.
 */
public final class MemoryDatagramLink implements DatagramConnector {

  /**
   * @param delay one way
   * @param jitter up to so much more for each by itself: reorders
   * @param bytesPerSecond of the bottleneck each way, 0 = none
   * @param queueBytes wait before it at most, more are lost
   * @param lossPerMille so many of a thousand are lost
   * @param doublePerMille so many of a thousand come twice
   * @param maxBytes of a payload
   * @param windowBytes what the congestion control would say
   */
  public record Settings(
      Duration delay,
      Duration jitter,
      long bytesPerSecond,
      int queueBytes,
      int lossPerMille,
      int doublePerMille,
      int maxBytes,
      long windowBytes) {
    public static final Settings FAST =
        new Settings(Duration.ZERO, Duration.ZERO, 0, 64 * 1024, 0, 0, 1150, 1 << 20);

    public Settings withDelay(Duration oneWay) {
      return new Settings(
          oneWay,
          jitter,
          bytesPerSecond,
          queueBytes,
          lossPerMille,
          doublePerMille,
          maxBytes,
          windowBytes);
    }

    public Settings withFaults(int newLossPerMille, int newDoublePerMille, Duration newJitter) {
      return new Settings(
          delay,
          newJitter,
          bytesPerSecond,
          queueBytes,
          newLossPerMille,
          newDoublePerMille,
          maxBytes,
          windowBytes);
    }

    public Settings withWindow(long bytes) {
      return new Settings(
          delay, jitter, bytesPerSecond, queueBytes, lossPerMille, doublePerMille, maxBytes, bytes);
    }
  }

  /** What QUIC asks of a way (RFC 9000, 14.1), as payload. */
  private static final int HANDSHAKE_BYTES = 1150;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  private final VirtualLoop loop;
  private final DatagramPort port;
  private final List<MemoryDatagrams> open = new ArrayList<>();
  private final List<Throwable> listenerFailures = new ArrayList<>();
  private Settings settings;
  private Datagrams.@Nullable Acceptor hub;
  private boolean blocked;
  private int connects;
  private int loseNext;
  private int carriesBytes = Integer.MAX_VALUE;

  public MemoryDatagramLink(VirtualLoop loop, Settings settings) {
    this.loop = loop;
    this.settings = settings;
    byte[] fingerprint = new byte[DatagramPort.FINGERPRINT_BYTES];
    Arrays.fill(fingerprint, (byte) 7);
    this.port = new DatagramPort(1, fingerprint);
  }

  public DatagramPort port() {
    return port;
  }

  public void listen(Datagrams.Acceptor acceptor) {
    hub = acceptor;
  }

  public void refuse() {
    hub = null;
  }

  public Settings settings() {
    return settings;
  }

  public void change(Settings newSettings) {
    settings = newSettings;
  }

  /** From now on nothing gets through, either way; nobody is told. */
  public void block() {
    blocked = true;
  }

  public void unblock() {
    blocked = false;
  }

  public boolean isBlocked() {
    return blocked;
  }

  /** From now on larger ones are lost, and nobody is told; new ones may not be opened any more. */
  public void narrow(int bytes) {
    carriesBytes = bytes;
  }

  /** Loses the next so many to the client, whatever the settings say. */
  public void loseNext(int datagrams) {
    loseNext = datagrams;
  }

  /** All that is open ends at both ends, as if the client's address had changed beyond repair. */
  public void cut() {
    for (MemoryDatagrams end : List.copyOf(open)) {
      loop.execute(() -> end.end("address changed"));
    }
  }

  /** How often the client asked for datagrams. */
  public int connects() {
    return connects;
  }

  public List<Throwable> listenerFailures() {
    return List.copyOf(listenerFailures);
  }

  @Override
  public CompletionStage<Datagrams> connect(
      Connection beside, DatagramPort to, Datagrams.Acceptor acceptor) {
    connects++;
    int number = connects;
    CompletableFuture<Datagrams> result = new CompletableFuture<>();
    loop.schedule(settings.delay(), () -> reachHub(number, to, acceptor, result));
    loop.schedule(CONNECT_TIMEOUT, () -> fail(result, "no answer in " + CONNECT_TIMEOUT));
    return result;
  }

  private void reachHub(
      int number,
      DatagramPort to,
      Datagrams.Acceptor acceptor,
      CompletableFuture<Datagrams> result) {
    Datagrams.Acceptor listening = hub;
    if (blocked || carriesBytes < HANDSHAKE_BYTES) {
      return;
    }
    if (listening == null || !Arrays.equals(to.fingerprint(), port.fingerprint())) {
      fail(result, listening == null ? "nobody there" : "not the certificate that was named");
      return;
    }
    MemoryDatagrams near = new MemoryDatagrams(this, loop, false, number);
    MemoryDatagrams far = new MemoryDatagrams(this, loop, true, number);
    near.join(far);
    far.join(near);
    open.add(near);
    open.add(far);
    far.open(listening);
    loop.schedule(
        settings.delay(),
        () -> {
          if (result.isDone()) {
            near.close();
          } else {
            near.open(acceptor);
            result.complete(near);
          }
        });
  }

  private static void fail(CompletableFuture<Datagrams> result, String text) {
    result.completeExceptionally(new ConnectFailed(ConnectFailed.Category.UNREACHABLE, text));
  }

  boolean loses(boolean toClient, int bytes) {
    if (toClient && loseNext > 0) {
      loseNext--;
      return true;
    }
    return blocked || bytes > carriesBytes || loop.random().nextInt(1000) < settings.lossPerMille();
  }

  boolean doubles() {
    return loop.random().nextInt(1000) < settings.doublePerMille();
  }

  long delayNanos() {
    long jitter = settings.jitter().toNanos();
    return settings.delay().toNanos() + (jitter == 0 ? 0 : loop.random().nextLong(jitter));
  }

  void ended(MemoryDatagrams end) {
    open.remove(end);
  }

  void listenerFailed(Throwable failure) {
    listenerFailures.add(failure);
  }
}
