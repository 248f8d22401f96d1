package io.replicator.testing.testkit;

import io.replicator.link.transport.Connection;
import io.replicator.link.transport.DatagramConnector;
import io.replicator.link.transport.DatagramPort;
import java.time.Duration;
import java.util.function.BooleanSupplier;

class MemoryDatagramContractTest implements DatagramContract {
  @Override
  public DatagramLine newLine() {
    return new MemoryLine();
  }

  private static final class MemoryLine extends DatagramLine {
    private final VirtualLoop loop = new VirtualLoop(3);
    private final MemoryDatagramLink link =
        new MemoryDatagramLink(
            loop, MemoryDatagramLink.Settings.FAST.withDelay(Duration.ofMillis(20)));
    private final Connection beside;

    MemoryLine() {
      link.listen(this::accept);
      beside =
          new MemoryConnection(
              new MemoryLink(loop, loop, MemoryLink.Settings.FAST),
              loop,
              MemoryLink.Direction.TO_HUB,
              1);
    }

    @Override
    public DatagramConnector connector() {
      return link;
    }

    @Override
    public Connection beside() {
      return beside;
    }

    @Override
    public DatagramPort port() {
      return link.port();
    }

    @Override
    public void onClient(Runnable action) {
      action.run();
    }

    @Override
    public void onHub(Runnable action) {
      action.run();
    }

    @Override
    public void until(String what, BooleanSupplier condition) {
      loop.runUntil(Duration.ofMinutes(10), what, condition);
    }

    @Override
    public void stopListening() {
      link.refuse();
    }

    @Override
    public void close() {
      link.cut();
      loop.runReady();
    }
  }
}
