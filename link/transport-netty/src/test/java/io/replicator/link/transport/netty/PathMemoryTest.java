package io.replicator.link.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.link.transport.netty.PathMemory.Known;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class PathMemoryTest {
  private static final long MINUTE = 60_000_000_000L;

  private final PathMemory memory = new PathMemory();

  @Test
  void whatWasLearnedOfAnAddressHoldsForSomeMinutes() {
    Known known = new Known(250_000, MINUTE);
    memory.learned(address(1), known);
    assertThat(memory.of(address(1), 10 * MINUTE)).isEqualTo(known);
    assertThat(memory.of(address(2), 10 * MINUTE)).isNull();
    assertThat(memory.of(address(1), 12 * MINUTE)).isNull();
  }

  @Test
  void theAddressesThatWereUsedLeastLatelyAreForgotten() {
    for (int i = 0; i <= PathMemory.MAX_ADDRESSES; i++) {
      memory.learned(address(i), new Known(1000 + i, 0));
      assertThat(memory.of(address(0), 0)).as("after %d", i).isNotNull();
    }
    assertThat(memory.of(address(1), 0)).isNull();
    assertThat(memory.of(address(2), 0)).isNotNull();
  }

  private static InetAddress address(int number) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >>> 8), (byte) number});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
