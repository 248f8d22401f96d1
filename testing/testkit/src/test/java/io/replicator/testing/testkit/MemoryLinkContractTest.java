package io.replicator.testing.testkit;

import io.replicator.link.transport.Connector;
import io.replicator.link.transport.Loop;
import java.time.Duration;
import java.util.function.BooleanSupplier;

class MemoryLinkContractTest implements ConnectionContract {
  @Override
  public TestLine newLine() {
    return new MemoryLine();
  }

  private static final class MemoryLine extends TestLine {
    private final VirtualLoop loop = new VirtualLoop(3);
    private final MemoryLink link =
        new MemoryLink(
            loop,
            loop,
            new MemoryLink.Settings(
                Duration.ofMillis(20), 1_000_000, 16 * 1024, "", MAX_FRAME_BYTES));

    MemoryLine() {
      link.listen(this::accept);
    }

    @Override
    public Connector connector() {
      return link;
    }

    @Override
    public Loop clientLoop() {
      return loop;
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
